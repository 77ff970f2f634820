#pragma once

#include <xgrad/array/difference.hpp>
#include <xgrad/array/nan.hpp>
#include <xgrad/array/scan.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <concepts>
#include <cstddef>

// xtensor's scans and differences over our operands are ours (see arrays.hpp).

namespace xt {
template <class T = void, class E>
    requires xgrad::own_expression<E>
auto cumsum(E&& e, std::ptrdiff_t axis)
{
    return xgrad::cumsum(e, axis);
}

template <class T = void, class E>
    requires xgrad::own_expression<E>
auto cumsum(E&& e)
{
    return xgrad::cumsum(e);
}

template <class T = void, class E>
    requires xgrad::own_expression<E>
auto cumprod(E&& e, std::ptrdiff_t axis)
{
    return xgrad::cumprod(e, axis);
}

template <class T = void, class E>
    requires xgrad::own_expression<E>
auto cumprod(E&& e)
{
    return xgrad::cumprod(e);
}

template <class T = void, class E>
    requires xgrad::own_expression<E>
auto nancumsum(E&& e, std::ptrdiff_t axis)
{
    return xgrad::cumsum(xgrad::call<xgrad::rules::skip_nan_rule<0>>(e), axis);
}

template <class T = void, class E>
    requires xgrad::own_expression<E>
auto nancumsum(E&& e)
{
    return xgrad::cumsum(xgrad::call<xgrad::rules::skip_nan_rule<0>>(e));
}

template <class T = void, class E>
    requires xgrad::own_expression<E>
auto nancumprod(E&& e, std::ptrdiff_t axis)
{
    return xgrad::cumprod(xgrad::call<xgrad::rules::skip_nan_rule<1>>(e), axis);
}

template <class T = void, class E>
    requires xgrad::own_expression<E>
auto nancumprod(E&& e)
{
    return xgrad::cumprod(xgrad::call<xgrad::rules::skip_nan_rule<1>>(e));
}

// xtensor takes these of expressions that derive from its own base alone.
template <xgrad::own_expression E>
auto diff(E const& e, std::size_t n = 1, std::ptrdiff_t axis = -1)
{
    return xgrad::diff(e, n, axis);
}

template <xgrad::own_expression E>
auto trapz(E const& e, double dx = 1, std::ptrdiff_t axis = -1)
{
    return xgrad::trapz(e, dx, axis);
}

template <xgrad::own_expression E, class X>
    requires(!std::convertible_to<X, double>)
auto trapz(E const& e, X const& x, std::ptrdiff_t axis = -1)
{
    return xgrad::trapz(e, x, axis);
}
} // namespace xt
