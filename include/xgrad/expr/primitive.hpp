#pragma once

#include <xgrad/expr/value_kernel.hpp>

// A rule as a graph of symbols sees it: its values as a loop of its own, its derivative as terms.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
template <class R, class T, std::size_t... I>
XGRAD_ALWAYS_INLINE void values_of_rule(
    void const* const* x, T* value, std::size_t count, std::index_sequence<I...> operands)
{
    using V = simd::batch<T>;
    if constexpr (!is_inlined<R>) {
        stage_values<R, T>({static_cast<T const*>(x[I])...}, value, count, operands);
    } else {
        for (std::size_t i = 0; i < count; i += V::size) {
            as_operand<false, V>(R::value(as_operand<is_condition<R, I>, V>(
                                     V::load(static_cast<T const*>(x[I]) + i))...))
                .store(value + i);
        }
    }
}

/// As a stage, but inlined rules and truth values too.
template <class R, class T, std::size_t Arity>
XGRAD_NOINLINE XGRAD_FLATTEN void
primitive_values(void const* const* x, void* value, std::size_t count)
{
    values_of_rule<R, T>(x, static_cast<T*>(value), count, std::make_index_sequence<Arity>{});
}

template <class R, class T, std::size_t... I>
void reverse_symbols(
    term_place const* x,
    term_place value,
    adjoint_term const& g,
    adjoint_term* adjoints,
    std::index_sequence<I...>)
{
    using V = symbolic_value<T>;
    auto const partials = partials_from<R>(V::at(value), V::at(x[I])...);
    ((adjoints[I] = carried<has_finite_partials<R>, T>(g, partial_of<I>(partials))), ...);
}

template <class R, class T, std::size_t Arity>
void primitive_reverse(
    term_place const* x, term_place value, adjoint_term const& g, adjoint_term* adjoints)
{
    reverse_symbols<R, T>(x, value, g, adjoints, std::make_index_sequence<Arity>{});
}

template <class R, class T, std::size_t Arity>
consteval auto reverse_of_rule() -> decltype(primitive_rule::reverse)
{
    if constexpr (differentiable_rule<R, Arity>) {
        return &primitive_reverse<R, T, Arity>;
    } else {
        return nullptr;
    }
}
} // namespace vectorized

template <class R, class T, std::size_t Arity>
constinit primitive_rule const primitive_of<R, T, Arity>::value{
    .name = R::name,
    .cost = is_inlined<R> ? 0.1f : 1.0f,
    .values = &vectorized::primitive_values<R, T, Arity>,
    .reverse = vectorized::reverse_of_rule<R, T, Arity>()};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
