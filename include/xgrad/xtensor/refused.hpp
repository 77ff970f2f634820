#pragma once

#include <xgrad/xtensor/hook.hpp>

#include <cstddef>

// Functions of xtensor's that read our operands' elements, and would hand back values that no tape
// knows of: they do not compile.

namespace xgrad::detail {
/// Not known before such a function is called.
template <class... E>
inline constexpr bool has_derivative = !some_expression<E...>;
} // namespace xgrad::detail

namespace xt {
template <
    class F,
    class E,
    class EVS = DEFAULT_STRATEGY_ACCUMULATORS,
    XTL_REQUIRES(is_evaluation_strategy<EVS>)>
    requires xgrad::own_expression<E>
auto accumulate(F&&, E&&, EVS = EVS())
{
    static_assert(
        xgrad::detail::has_derivative<E>,
        "xgrad: xt::accumulate has no derivative here; write the values as a constant with "
        "x.value(), or use cumsum, cumprod or logcumsumexp");
    return 0;
}

template <class F, class E, class EVS = DEFAULT_STRATEGY_ACCUMULATORS>
    requires xgrad::own_expression<E>
auto accumulate(F&&, E&&, std::ptrdiff_t, EVS = EVS())
{
    static_assert(
        xgrad::detail::has_derivative<E>,
        "xgrad: xt::accumulate has no derivative here; write the values as a constant with "
        "x.value(), or use cumsum, cumprod or logcumsumexp");
    return 0;
}

template <class X, class Filter, class Mode>
    requires(xgrad::own_expression<X> || xgrad::own_expression<Filter>)
auto convolve(X&&, Filter&&, Mode)
{
    static_assert(
        xgrad::detail::has_derivative<X, Filter>,
        "xgrad: xt::convolve has no derivative here; write the values as a constant with "
        "x.value(), or use conv1d of xgrad/nn.hpp with the filter turned round by flip");
    return 0;
}
} // namespace xt
