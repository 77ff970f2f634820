#pragma once

#include <xgrad/array/average.hpp>
#include <xgrad/array/difference.hpp>
#include <xgrad/array/norm.hpp>
#include <xgrad/array/quantile.hpp>
#include <xgrad/xtensor/arrays.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

// xtensor's norms, means and differences over our operands are ours (see arrays.hpp).

namespace xgrad::detail {
template <class X>
axes_argument axes_of(X const& axes)
{
    if constexpr (std::integral<X>) {
        return axes;
    } else {
        return list_of(axes);
    }
}

template <class EVS>
inline constexpr reduction_options options_of{.keep_dims = keeps_dims<EVS>};

// Overloads are told apart from xtensor's by their constraint alone, so all else has to be the same
// to the letter. It asks std::negation since xtl 0.8, and xtl's own before.
namespace since_xtl_0_8 {
using std::negation;
}
} // namespace xgrad::detail

namespace xtl {
using namespace xgrad::detail::since_xtl_0_8; // finds nothing where xtl has its own
}

namespace xt {
template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::expression<E>
auto norm_l1(E&& e, EVS = EVS())
{
    return xgrad::norm_l1(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::expression<E>
auto norm_l1(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::norm_l1(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::expression<E>
auto norm_l1(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_l1(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::expression<E>
auto norm_l2(E&& e, EVS = EVS())
{
    return xgrad::norm_l2(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_xexpression<E>, xtl::negation<is_reducer_options<X>>)>
    requires xgrad::expression<E>
auto norm_l2(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::norm_l2(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::expression<E>
auto norm_l2(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_l2(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::expression<E>
auto norm_sq(E&& e, EVS = EVS())
{
    return xgrad::norm_sq(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::expression<E>
auto norm_sq(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::norm_sq(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::expression<E>
auto norm_sq(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_sq(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::expression<E>
auto norm_linf(E&& e, EVS = EVS())
{
    return xgrad::norm_linf(e, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::expression<E>
auto norm_linf(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::norm_linf(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::expression<E>
auto norm_linf(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_linf(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class EVS = DEFAULT_STRATEGY_REDUCERS, XTL_REQUIRES(is_xexpression<E>)>
    requires xgrad::expression<E>
auto norm_lp(E&& e, double p, EVS = EVS())
{
    return xgrad::norm_lp(e, p, {}, xgrad::detail::options_of<EVS>);
}

template <
    class E,
    class X,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(xtl::negation<is_reducer_options<X>>)>
    requires xgrad::expression<E>
auto norm_lp(E&& e, double p, X&& axes, EVS = EVS())
{
    return xgrad::norm_lp(e, p, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::expression<E>
auto norm_lp(E&& e, double p, I const (&axes)[N], EVS = EVS())
{
    return xgrad::norm_lp(e, p, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <
    class T = void,
    class E,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::expression<E>
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
    requires xgrad::expression<E>
auto nanmean(E&& e, X&& axes, EVS = EVS())
{
    return xgrad::nanmean(e, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

template <class T = void, class E, class I, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::expression<E>
auto nanmean(E&& e, I const (&axes)[N], EVS = EVS())
{
    return xgrad::nanmean(e, xgrad::detail::list_of(axes), xgrad::detail::options_of<EVS>);
}

template <
    class T = void,
    class E,
    class W,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::expression<E>
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
    requires xgrad::expression<E>
auto average(E&& e, W&& weights, X&& axes, EVS = EVS())
{
    return xgrad::average(e, weights, xgrad::detail::axes_of(axes), xgrad::detail::options_of<EVS>);
}

// xtensor takes these of expressions that derive from its own base alone.
template <xgrad::expression E>
auto diff(E const& e, std::size_t n = 1, std::ptrdiff_t axis = -1)
{
    return xgrad::diff(e, n, axis);
}

template <xgrad::expression E>
auto trapz(E const& e, double dx = 1, std::ptrdiff_t axis = -1)
{
    return xgrad::trapz(e, dx, axis);
}

template <xgrad::expression E, class X>
    requires(!std::convertible_to<X, double>)
auto trapz(E const& e, X const& x, std::ptrdiff_t axis = -1)
{
    return xgrad::trapz(e, x, axis);
}

template <class E>
    requires xgrad::expression<E>
auto median(E&& e, std::ptrdiff_t axis)
{
    return xgrad::median(e, axis);
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E>
    requires xgrad::expression<E>
auto ravel(E&& e)
{
    return xgrad::ravel(e);
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E>
    requires xgrad::expression<E>
auto flatten(E&& e)
{
    return xgrad::ravel(e);
}
} // namespace xt
