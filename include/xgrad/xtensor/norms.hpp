#pragma once

#include <xgrad/array/average.hpp>
#include <xgrad/array/norm.hpp>
#include <xgrad/xtensor/axes.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <cstddef>

// xtensor's norms and means over our operands are ours (see arrays.hpp).

namespace xt {
template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::own_expression<E>
auto norm_l1(E&& e, EVS = EVS())
{
    return xgrad::norm_l1(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::own_expression<E>
auto norm_l1(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::norm_l1(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto norm_l1(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_l1(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::own_expression<E>
auto norm_l2(E&& e, EVS = EVS())
{
    return xgrad::norm_l2(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_xexpression<E>, xtl::negation<is_reducer_options<X>>)>
    requires xgrad::own_expression<E>
auto norm_l2(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::norm_l2(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto norm_l2(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_l2(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::own_expression<E>
auto norm_sq(E&& e, EVS = EVS())
{
    return xgrad::norm_sq(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::own_expression<E>
auto norm_sq(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::norm_sq(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto norm_sq(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_sq(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::own_expression<E>
auto norm_linf(E&& e, EVS = EVS())
{
    return xgrad::norm_linf(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::own_expression<E>
auto norm_linf(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::norm_linf(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto norm_linf(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_linf(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::own_expression<E>
auto norm_lp(E&& e, double p, EVS = EVS())
{
    return xgrad::norm_lp(e, p, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::own_expression<E>
auto norm_lp(E&& e, double p, X&& axes, EVS = EVS())
{
    return xgrad::norm_lp(e, p, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto norm_lp(E&& e, double p, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_lp(e, p, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <
    class T = void,
    class E,
    class W,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::own_expression<E>
auto average(E&& e, W&& weights, EVS = EVS())
{
    return xgrad::average(e, weights, {}, xgrad::detail::options_of<EVS>);
}

template <
    class T = void,
    class E,
    class W,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>, xtl::negation<xtl::is_integral<X>>)>
    requires xgrad::own_expression<E>
auto average(E&& e, W&& weights, X&& axes, EVS = EVS())
{
    return xgrad::average(e, weights, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <
    class T = void,
    class E,
    class W,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>, xtl::is_integral<X>)>
    requires xgrad::own_expression<E>
auto average(E&& e, W&& weights, X axis, EVS = EVS())
{
    return xgrad::average(e, weights, axis, xgrad::detail::options_of<EVS>);
}

template <
    class T = void,
    class E,
    class W,
    class X,
    std::size_t N,
    class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto average(E&& e, W&& weights, X const (&axes)[N], EVS = EVS())
{
    return xgrad::average(e, weights, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}
} // namespace xt
