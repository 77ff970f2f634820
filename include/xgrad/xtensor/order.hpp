#pragma once

#include <xgrad/array/quantile.hpp>
#include <xgrad/array/sort.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <cstddef>

// xtensor's functions of the order of our operands' elements are ours (see arrays.hpp).

namespace xt {
// xtensor takes these of expressions that derive from its own base alone.
template <xgrad::own_expression E>
auto sort(E const& e, std::ptrdiff_t axis = -1)
{
    return xgrad::sort(e, axis);
}

template <xgrad::own_expression E>
auto argsort(E const& e, std::ptrdiff_t axis = -1)
{
    return xgrad::argsort(e, axis);
}

template <xgrad::own_expression E, class... Axis>
auto argmax(E const& e, Axis const&... axis)
{
    return xgrad::argmax(e, axis...);
}

template <xgrad::own_expression E, class... Axis>
auto argmin(E const& e, Axis const&... axis)
{
    return xgrad::argmin(e, axis...);
}

template <class E>
    requires xgrad::own_expression<E>
auto median(E&& e)
{
    return xgrad::median(e);
}

template <class E>
    requires xgrad::own_expression<E>
auto median(E&& e, std::ptrdiff_t axis)
{
    return xgrad::median(e, axis);
}
} // namespace xt
