#pragma once

#include <xgrad/array/nan.hpp>
#include <xgrad/xtensor/axes.hpp>
#include <xgrad/xtensor/hook.hpp>
#include <xgrad/xtensor/moments.hpp>

#include <cstddef>

// xtensor's moments of the elements that are not NaN are ours over our operands (see arrays.hpp).

namespace xt {
template <class E>
    requires xgrad::own_expression<E>
auto nan_to_num(E&& e)
{
    return xgrad::nan_to_num(e);
}

template <
    class T = void,
    class E,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::own_expression<E>
auto nanmean(E&& e, EVS = EVS())
{
    return xgrad::nanmean(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class T = void,
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::own_expression<E>
auto nanmean(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::nanmean(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class T = void, class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto nanmean(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::nanmean(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <
    class T = void,
    class E,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::own_expression<E>
auto nanvar(E&& e, EVS = EVS())
{
    return xgrad::nanvar(e, {}, xgrad::detail::moments_of<EVS>());
}

template <
    class T = void,
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::own_expression<E>
auto nanvar(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::nanvar(e, xgrad::detail::axes_of(axes), xgrad::detail::moments_of<EVS>());
}

template <class T = void, class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto nanvar(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::nanvar(e, xgrad::detail::list_of(axes), xgrad::detail::moments_of<EVS>());
}

template <
    class T = void,
    class E,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::own_expression<E>
auto nanstd(E&& e, EVS = EVS())
{
    return xgrad::nanstd(e, {}, xgrad::detail::moments_of<EVS>());
}

template <
    class T = void,
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::own_expression<E>
auto nanstd(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::nanstd(e, xgrad::detail::axes_of(axes), xgrad::detail::moments_of<EVS>());
}

template <class T = void, class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::own_expression<E>
auto nanstd(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::nanstd(e, xgrad::detail::list_of(axes), xgrad::detail::moments_of<EVS>());
}
} // namespace xt
