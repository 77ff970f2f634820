#pragma once

#include <xgrad/array/moments.hpp>
#include <xgrad/xtensor/axes.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

// xtensor's variances over our operands are ours (see arrays.hpp).

namespace xgrad::detail {
template <class EVS>
constexpr moment_options moments_of(std::size_t ddof = 0)
{
    return {.keep_dims = keeps_dims<EVS>, .ddof = ddof};
}
} // namespace xgrad::detail

namespace xt {
template <
    class T = void,
    class E,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::own_expression<E>
auto variance(E&& e, EVS = EVS())
{
    return xgrad::variance(e, {}, xgrad::detail::moments_of<EVS>());
}

template <
    class T = void,
    class E,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::own_expression<E>
auto stddev(E&& e, EVS = EVS())
{
    return xgrad::stddev(e, {}, xgrad::detail::moments_of<EVS>());
}

template <
    class T = void,
    class E,
    class A,
    std::size_t N,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::own_expression<E>
auto variance(E&& e, A const (&axes)[N], EVS = EVS())
{
    return xgrad::variance(e, xgrad::detail::list_of(axes), xgrad::detail::moments_of<EVS>());
}

template <class T = void, class E, class A, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto stddev(E&& e, A const (&axes)[N], EVS = EVS())
{
    return xgrad::stddev(e, xgrad::detail::list_of(axes), xgrad::detail::moments_of<EVS>());
}

template <
    class T = void,
    class E,
    class D,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>, xtl::is_integral<D>)>
    requires xgrad::own_expression<E>
auto variance(E&& e, D const& ddof, EVS = EVS())
{
    return xgrad::variance(e, {}, xgrad::detail::moments_of<EVS>(static_cast<std::size_t>(ddof)));
}

template <
    class T = void,
    class E,
    class X,
    class D,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>, xtl::is_integral<D>)>
    requires xgrad::own_expression<E>
auto variance(E&& e, X&& axes, D const& ddof, EVS = EVS())
{
    return xgrad::variance(
        e,
        xgrad::detail::axes_of(axes),
        xgrad::detail::moments_of<EVS>(static_cast<std::size_t>(ddof)));
}

template <
    class T = void,
    class E,
    class A,
    std::size_t N,
    class D,
    class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto variance(E&& e, A const (&axes)[N], D const& ddof, EVS = EVS())
{
    return xgrad::variance(
        e,
        xgrad::detail::list_of(axes),
        xgrad::detail::moments_of<EVS>(static_cast<std::size_t>(ddof)));
}

template <
    class T = void,
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(
        xtl::negation<is_reducer_options<X>>,
        xtl::negation<xtl::is_integral<std::decay_t<X>>>,
        is_reducer_options<EVS>)>
    requires xgrad::own_expression<E>
auto variance(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::variance(e, xgrad::detail::list_of(axes), xgrad::detail::moments_of<EVS>());
}

template <
    class T = void,
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::own_expression<E>
auto stddev(E&& e, X&& axes, EVS = EVS())
{
    if constexpr (std::integral<std::decay_t<X>>) {
        // A number is no axis here: xtensor hands it on to its variance, to which it is this.
        auto const ddof = static_cast<std::size_t>(axes);
        return xgrad::stddev(e, {}, xgrad::detail::moments_of<EVS>(ddof));
    } else {
        return xgrad::stddev(e, xgrad::detail::list_of(axes), xgrad::detail::moments_of<EVS>());
    }
}
} // namespace xt
