#pragma once

#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/concatenate.hpp>
#include <xgrad/array/flip.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/triangle.hpp>
#include <xgrad/array/unit_axes.hpp>
#include <xgrad/base/xtensor/view.hpp>
#include <xgrad/xtensor/axes.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

// xtensor's array functions over our operands are ours. Each overload has the template parameters
// of the one that it stands for, and asks for more: so it is chosen. What is not here does not
// compile over our operands; nothing loses its gradient in silence.

namespace xgrad::detail {
/// The elements under another shape, both read in an order of xtensor's.
template <xt::layout_type L, class E>
auto reshaped_in_order(E const& e, std::vector<std::ptrdiff_t> shape)
{
    if constexpr (L == xt::layout_type::column_major) {
        std::reverse(shape.begin(), shape.end());
        return xgrad::transpose(xgrad::reshape(xgrad::transpose(e), shape));
    } else {
        return xgrad::reshape(e, shape);
    }
}
} // namespace xgrad::detail

namespace xt {
template <class E>
    requires xgrad::own_expression<E>
auto transpose(E&& e)
{
    return xgrad::transpose(e);
}

template <class E, class S, class Tag = check_policy::none>
    requires xgrad::own_expression<E>
auto transpose(E&& e, S&& permutation, Tag = Tag())
{
    return xgrad::transpose(e, xgrad::detail::list_of(permutation));
}

template <class E, class I, std::size_t N, class Tag = check_policy::none>
    requires xgrad::own_expression<E>
auto transpose(E&& e, I const (&permutation)[N], Tag = Tag())
{
    return xgrad::transpose(e, xgrad::detail::list_of(permutation));
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E, class S>
    requires xgrad::own_expression<E>
auto reshape_view(E&& e, S&& shape)
{
    return xgrad::detail::reshaped_in_order<L>(e, xgrad::detail::list_of(shape));
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E, class I, std::size_t N>
    requires xgrad::own_expression<E>
auto reshape_view(E&& e, I const (&shape)[N])
{
    return xgrad::detail::reshaped_in_order<L>(e, xgrad::detail::list_of(shape));
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E>
    requires xgrad::own_expression<E>
auto ravel(E&& e)
{
    return xgrad::detail::reshaped_in_order<L>(e, {-1});
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E>
    requires xgrad::own_expression<E>
auto flatten(E&& e)
{
    return xgrad::detail::reshaped_in_order<L>(e, {-1});
}

template <class E, class S>
    requires xgrad::own_expression<E>
auto broadcast(E&& e, S const& shape)
{
    return xgrad::broadcast(e, shape);
}

template <class E, class I, std::size_t L>
    requires xgrad::own_expression<E>
auto broadcast(E&& e, I const (&shape)[L])
{
    return xgrad::broadcast(e, xgrad::detail::list_of(shape));
}

template <class E>
    requires xgrad::own_expression<E>
auto swapaxes(E&& e, std::ptrdiff_t first, std::ptrdiff_t second)
{
    return xgrad::swapaxes(e, first, second);
}

template <class E>
    requires xgrad::own_expression<E>
auto moveaxis(E&& e, std::ptrdiff_t from, std::ptrdiff_t to)
{
    return xgrad::moveaxis(e, from, to);
}

template <class E>
    requires xgrad::own_expression<E>
auto squeeze(E&& e)
{
    return xgrad::squeeze(e);
}

// (xtensor 0.27 says in another way that the axes are no number.)
#if __has_include(<xtensor/misc/xtl_concepts.hpp>)
template <class E, xtl::non_integral_concept S, class Tag = check_policy::none>
#else
template <
    class E,
    class S,
    class Tag = check_policy::none,
    std::enable_if_t<!xtl::is_integral<S>::value, int> = 0>
#endif
    requires xgrad::own_expression<E>
auto squeeze(E&& e, S&& axes, Tag = Tag())
{
    return xgrad::squeeze(e, xgrad::detail::axes_of(axes));
}

template <class E, class I, std::size_t N, class Tag = check_policy::none>
    requires xgrad::own_expression<E>
auto squeeze(E&& e, I const (&axes)[N], Tag = Tag())
{
    return xgrad::squeeze(e, xgrad::detail::list_of(axes));
}

template <class E, class Tag = check_policy::none>
    requires xgrad::own_expression<E>
auto squeeze(E&& e, std::size_t axis, Tag = Tag())
{
    return xgrad::squeeze(e, axis);
}

template <class E>
    requires xgrad::own_expression<E>
auto expand_dims(E&& e, std::size_t axis)
{
    return xgrad::expand_dims(e, axis);
}

template <class E>
    requires xgrad::own_expression<E>
auto flip(E&& e)
{
    return xgrad::flip(e);
}

template <class E>
    requires xgrad::own_expression<E>
auto flip(E&& e, std::size_t axis)
{
    return xgrad::flip(e, axis);
}

template <std::ptrdiff_t N = 1, class E>
    requires xgrad::own_expression<E>
auto rot90(E&& e, std::array<std::ptrdiff_t, 2> const& plane = {0, 1})
{
    return xgrad::rot90(e, static_cast<int>(N), plane);
}

template <class E>
    requires xgrad::own_expression<E>
auto roll(E&& e, std::ptrdiff_t shift)
{
    return xgrad::roll(e, shift);
}

template <class E>
    requires xgrad::own_expression<E>
auto roll(E&& e, std::ptrdiff_t shift, std::ptrdiff_t axis)
{
    return xgrad::roll(e, shift, axis);
}

template <class E>
    requires xgrad::own_expression<E>
auto diag(E&& e, int offset = 0)
{
    return xgrad::diag(e, offset);
}

template <class E>
    requires xgrad::own_expression<E>
auto diagonal(E&& e, int offset = 0, std::size_t row = 0, std::size_t column = 1)
{
    return xgrad::diagonal(
        e, offset, static_cast<std::ptrdiff_t>(row), static_cast<std::ptrdiff_t>(column));
}

template <class E>
    requires xgrad::own_expression<E>
auto tril(E&& e, int offset = 0)
{
    return xgrad::tril(e, offset);
}

template <class E>
    requires xgrad::own_expression<E>
auto triu(E&& e, int offset = 0)
{
    return xgrad::triu(e, offset);
}
} // namespace xt
