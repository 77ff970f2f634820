#pragma once

#include <xgrad/expr/value_kernel.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

// The expensive rules of an expression on the way back: their partials, a sub-block at a time.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// As a number: constant partials and gates of a staged rule go through memory.
template <class V, class P>
XGRAD_ALWAYS_INLINE V partial_as_number(P const& partial)
{
    return number(chain_rule<true>(V(1), partial));
}

/// The operands of a node by which somebody wants its partials: bit i for operand i. (So that no
/// logarithm is taken for x^2, whose exponent is a number.)
template <class R, class... X, std::size_t... I>
consteval std::uint64_t wanted_partials(std::index_sequence<I...>)
{
    return ((std::uint64_t{gradient_reaches<R, X, I>} << I) | ...);
}

template <std::uint64_t Wanted, std::size_t I, class V, class P>
XGRAD_ALWAYS_INLINE void store_partial(P const& partials, typename V::value_type* to)
{
    if constexpr (((Wanted >> I) & 1u) != 0) {
        partial_as_number<V>(partial_of<I>(partials)).store(to);
    }
}

template <std::uint64_t Wanted, std::size_t I, class T>
XGRAD_ALWAYS_INLINE void repeat_partial(T* partials, std::size_t computed, std::size_t count)
{
    if constexpr (((Wanted >> I) & 1u) != 0) {
        repeat_register(partials, computed, count);
    }
}

template <class R, std::uint64_t Wanted, class T, std::size_t... I>
XGRAD_NOINLINE XGRAD_FLATTEN void stage_partials(
    std::array<T const*, sizeof...(I)> x,
    std::array<T*, sizeof...(I)> partials,
    std::size_t count,
    std::index_sequence<I...>)
{
    using V = simd::batch<T>;
    auto const computed = different_elements(x, count);
    for (std::size_t i = 0; i < computed; i += V::size) {
        auto const p = R::template partials_at<V>(V::load(x[I] + i)...);
        (store_partial<Wanted, I, V>(p, partials[I] + i), ...);
    }
    (repeat_partial<Wanted, I>(partials[I], computed, count), ...);
}

/// Value and partials together; rules where the two share work say how.
template <class R, class... V>
XGRAD_ALWAYS_INLINE auto value_and_partials(V const&... x)
{
    if constexpr (requires { R::value_and_partials_at(x...); }) {
        return R::value_and_partials_at(x...);
    } else {
        return std::pair(R::value(x...), R::partials_at(x...));
    }
}

/// Values and partials of rule R go in one loop: they share work, or the partials are mere
/// arithmetic. (The constants of two functions would not fit the registers.)
template <class R, class V, std::size_t... I>
consteval bool go_in_one_loop(std::index_sequence<I...>)
{
    constexpr bool share_work =
        requires(std::array<V, sizeof...(I)> const& x) { R::value_and_partials_at(x[I]...); };
    return share_work ||
        !((operands_in_partials<R, sizeof...(I)>[I] & operand_dependence::function) || ...);
}

template <class R, std::uint64_t Wanted, class T, std::size_t... I>
XGRAD_NOINLINE XGRAD_FLATTEN void stage_values_and_partials(
    std::array<T const*, sizeof...(I)> x,
    T* value,
    std::array<T*, sizeof...(I)> partials,
    std::size_t count,
    std::index_sequence<I...>)
{
    using V = simd::batch<T>;
    auto const computed = different_elements(x, count);
    for (std::size_t i = 0; i < computed; i += V::size) {
        auto const [v, p] = value_and_partials<R>(V::load(x[I] + i)...);
        v.store(value + i);
        (store_partial<Wanted, I, V>(p, partials[I] + i), ...);
    }
    repeat_register(value, computed, count);
    (repeat_partial<Wanted, I>(partials[I], computed, count), ...);
}

/// Runs the staged rules whose values or partials the sub-block's adjoints use. `OwnValue`: that of
/// this part is one of them.
template <bool OwnValue, class E, class T>
inline void run_adjoint_stages(state<E, T>&, std::size_t, std::index_sequence<>)
{}

template <bool OwnValue, class R, class... X, class T, std::size_t... I>
inline void run_adjoint_stages(
    state<call_node<R, X...>, T>& s, std::size_t count, std::index_sequence<I...> operands)
{
    using E = call_node<R, X...>;
    if constexpr (parts_of<E>.stages > 0) {
        (run_adjoint_stages<operand_value_needed<E, OwnValue, X, I>>(
             operand<I, X, T>(s), count, operands_of<X, T>{}),
         ...);
        if constexpr (!is_inlined<R> && (OwnValue || partials_use_operands<E>)) {
            std::array<T const*, sizeof...(X)> const x{
                stage_operand<E, X, I>(operand<I, X, T>(s), s.slots[I], count)...};
            constexpr auto wanted = wanted_partials<R, X...>(operands);
            if constexpr (!partials_use_operands<E>) {
                stage_values<R, T>(x, s.values, count, operands);
            } else if constexpr (OwnValue && go_in_one_loop<R, simd::batch<T>>(operands)) {
                stage_values_and_partials<R, wanted, T>(
                    x, s.values, {s.slots[I]...}, count, operands);
            } else {
                if constexpr (OwnValue) {
                    stage_values<R, T>(x, s.values, count, operands);
                }
                stage_partials<R, wanted, T>(x, {s.slots[I]...}, count, operands);
            }
        }
    }
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
