#pragma once

#include <xgrad/array/truth.hpp>
#include <xgrad/array/view.hpp>
#include <xgrad/xtensor/axes.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <cstddef>

// xtensor's questions to all elements of our operands are ours (see arrays.hpp). (They come after
// the slices of a view: `using xt::all` brings the one of this name into our namespace, but not
// these.)

namespace xt {
template <class E>
    requires xgrad::own_expression<E>
bool any(E&& e)
{
    return xgrad::any(e).item();
}

template <class E>
    requires xgrad::own_expression<E>
bool all(E&& e)
{
    return xgrad::all(e, xgrad::axes_argument()).item();
}

template <class X, class Y>
    requires(xgrad::own_expression<X> || xgrad::own_expression<Y>)
bool allclose(X&& x, Y&& y, double relative = 1e-5, double absolute = 1e-8)
{
    return xgrad::all(xgrad::isclose(x, y, relative, absolute), xgrad::axes_argument()).item();
}

template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::own_expression<E>
auto count_nonzero(E&& e, EVS = EVS())
{
    return xgrad::count_nonzero(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>, xtl::negation<xtl::is_integral<X>>)>
    requires xgrad::own_expression<E>
auto count_nonzero(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::count_nonzero(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>, xtl::is_integral<X>)>
    requires xgrad::own_expression<E>
auto count_nonzero(E&& e, X axis, EVS = EVS())
{
    return xgrad::count_nonzero(e, axis, xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto count_nonzero(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::count_nonzero(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}
} // namespace xt
