#pragma once

#include <xgrad/base/xtensor/array.hpp>
#include <xgrad/tensor/tensor.hpp>
#include <xgrad/xtensor/hook.hpp>

// Where the elements of our operands are not zero: xtensor's own lists of indices, of their values
// (which are read: a replay calls its function then).

namespace xgrad::detail {
template <class E>
auto values_to_look_through(E const& e)
{
    return xt::xarray<value_type_of<E>>(as_tensor(e));
}
} // namespace xgrad::detail

namespace xt {
template <class E>
    requires xgrad::own_expression<E>
auto nonzero(E const& e)
{
    return nonzero(xgrad::detail::values_to_look_through(e));
}

template <class E>
    requires xgrad::own_expression<E>
auto where(E const& condition)
{
    return nonzero(condition);
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E>
    requires xgrad::own_expression<E>
auto argwhere(E const& e)
{
    return argwhere<L>(xgrad::detail::values_to_look_through(e));
}
} // namespace xt
