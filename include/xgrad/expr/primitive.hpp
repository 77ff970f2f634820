#pragma once

#include <xgrad/expr/value_kernel.hpp>

// A rule as a graph of symbols sees it: its values as a loop of its own, its derivative as terms.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
template <class R, class T, std::size_t... I>
XGRAD_ALWAYS_INLINE void
values_of_rule(T const* const* x, T* value, std::size_t count, std::index_sequence<I...> operands)
{
    using V = simd::batch<T>;
    if constexpr (!is_inlined<R>) {
        stage_values<R, T>({x[I]...}, value, count, operands);
    } else {
        for (std::size_t i = 0; i < count; i += V::size) {
            as_operand<false, V>(R::value(as_operand<is_condition<R, I>, V>(V::load(x[I] + i))...))
                .store(value + i);
        }
    }
}

/// As a stage, but inlined rules and truth values too.
template <class R, class T, std::size_t Arity>
XGRAD_NOINLINE XGRAD_FLATTEN void
primitive_values(T const* const* x, T* value, std::size_t count)
{
    values_of_rule<R, T>(x, value, count, std::make_index_sequence<Arity>{});
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE

namespace detail {
template <class R, class T, std::size_t... I>
void reverse_symbols(
    symbol<T> const* x,
    symbol<T> const& value,
    adjoint_symbol<T> const& g,
    adjoint_symbol<T>* adjoints,
    std::index_sequence<I...>)
{
    auto const partials = partials_from<R>(value, x[I]...);
    ((adjoints[I] = carried<has_finite_partials<R>>(g, partial_of<I>(partials))), ...);
}

template <class R, class T, std::size_t Arity>
consteval auto reverse_of_rule() -> decltype(primitive<T>::reverse)
{
    if constexpr (differentiable_rule<R, Arity>) {
        return [](symbol<T> const* x,
                  symbol<T> const& value,
                  adjoint_symbol<T> const& g,
                  adjoint_symbol<T>* adjoints) {
            reverse_symbols<R, T>(x, value, g, adjoints, std::make_index_sequence<Arity>{});
        };
    } else {
        return nullptr;
    }
}
} // namespace detail

inline namespace XGRAD_ARCHITECTURE {
template <class R, class T, std::size_t Arity>
constinit primitive<T> const primitive_of<R, T, Arity>::value{
    .name = R::name,
    .cost = is_inlined<R> ? 0.1f : 1.0f,
    .values = &vectorized::primitive_values<R, T, Arity>,
    .reverse = xgrad::detail::reverse_of_rule<R, T, Arity>()};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
