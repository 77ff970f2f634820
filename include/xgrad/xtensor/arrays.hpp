#pragma once

#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/concatenate.hpp>
#include <xgrad/array/flip.hpp>
#include <xgrad/array/moments.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/scan.hpp>
#include <xgrad/array/sort.hpp>
#include <xgrad/array/tile.hpp>
#include <xgrad/array/triangle.hpp>
#include <xgrad/array/unit_axes.hpp>
#include <xgrad/array/view.hpp>
#include <xgrad/xtensor/reductions.hpp>

#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

// xtensor's array functions over our operands are ours. Each overload has the template parameters
// of the one that it stands for, and asks for more: so it is chosen. What is not here does not
// compile over our operands; nothing loses its gradient in silence.

namespace xgrad {
namespace detail {
template <class... X>
inline constexpr bool some_expression = (expression<X> || ...);

template <class EVS>
inline constexpr bool keeps_dims = xt::reducer_options<double, EVS>::keep_dims::value;

template <class Range>
std::vector<std::ptrdiff_t> list_of(Range const& range)
{
    return {std::begin(range), std::end(range)};
}
} // namespace detail
} // namespace xgrad

namespace xt {
template <class E, class... S>
    requires xgrad::expression<E> && xgrad::viewable<E, S...>
auto view(E&& e, S&&... slices)
{
    return xgrad::view(std::forward<E>(e), std::forward<S>(slices)...);
}

template <class E>
    requires xgrad::expression<E>
auto transpose(E&& e)
{
    return xgrad::transpose(e);
}

template <class E, class S, class Tag = check_policy::none>
    requires xgrad::expression<E>
auto transpose(E&& e, S&& permutation, Tag = Tag())
{
    return xgrad::transpose(e, xgrad::detail::list_of(permutation));
}

template <class E, class I, std::size_t N, class Tag = check_policy::none>
    requires xgrad::expression<E>
auto transpose(E&& e, I const (&permutation)[N], Tag = Tag())
{
    return xgrad::transpose(e, xgrad::detail::list_of(permutation));
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E, class S>
    requires xgrad::expression<E>
auto reshape_view(E&& e, S&& shape)
{
    return xgrad::reshape(e, xgrad::detail::list_of(shape));
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E, class I, std::size_t N>
    requires xgrad::expression<E>
auto reshape_view(E&& e, I const (&shape)[N])
{
    return xgrad::reshape(e, xgrad::detail::list_of(shape));
}

template <class E, class S>
    requires xgrad::expression<E>
auto broadcast(E&& e, S const& shape)
{
    return xgrad::broadcast(e, shape);
}

template <class E, class I, std::size_t L>
    requires xgrad::expression<E>
auto broadcast(E&& e, I const (&shape)[L])
{
    return xgrad::broadcast(e, xgrad::detail::list_of(shape));
}

template <class E>
    requires xgrad::expression<E>
auto squeeze(E&& e)
{
    return xgrad::squeeze(e);
}

template <class E>
    requires xgrad::expression<E>
auto expand_dims(E&& e, std::size_t axis)
{
    return xgrad::expand_dims(e, axis);
}

template <class E>
    requires xgrad::expression<E>
auto flip(E&& e)
{
    return xgrad::flip(e);
}

template <class E>
    requires xgrad::expression<E>
auto flip(E&& e, std::size_t axis)
{
    return xgrad::flip(e, axis);
}

template <class E>
    requires xgrad::expression<E>
auto roll(E&& e, std::ptrdiff_t shift)
{
    return xgrad::roll(e, shift);
}

template <class E>
    requires xgrad::expression<E>
auto roll(E&& e, std::ptrdiff_t shift, std::ptrdiff_t axis)
{
    return xgrad::roll(e, shift, axis);
}

template <class E>
    requires xgrad::expression<E>
auto repeat(E&& e, std::size_t times, std::size_t axis)
{
    return xgrad::repeat(e, times, static_cast<std::ptrdiff_t>(axis));
}

template <class... CT>
    requires xgrad::detail::some_expression<CT...>
auto concatenate(std::tuple<CT...>&& arrays, std::size_t axis = 0)
{
    return xgrad::concatenate(arrays, static_cast<std::ptrdiff_t>(axis));
}

template <class... CT>
    requires xgrad::detail::some_expression<CT...>
auto stack(std::tuple<CT...>&& arrays, std::size_t axis = 0)
{
    return xgrad::stack(arrays, static_cast<std::ptrdiff_t>(axis));
}

template <class... E>
    requires xgrad::detail::some_expression<E...>
auto meshgrid(E&&... vectors)
{
    return xgrad::meshgrid(vectors...);
}

template <class E>
    requires xgrad::expression<E>
auto diag(E&& e, int offset = 0)
{
    return xgrad::diag(e, offset);
}

template <class E>
    requires xgrad::expression<E>
auto diagonal(E&& e, int offset = 0, std::size_t row = 0, std::size_t column = 1)
{
    return xgrad::diagonal(
        e, offset, static_cast<std::ptrdiff_t>(row), static_cast<std::ptrdiff_t>(column));
}

template <class E>
    requires xgrad::expression<E>
auto tril(E&& e, int offset = 0)
{
    return xgrad::tril(e, offset);
}

template <class E>
    requires xgrad::expression<E>
auto triu(E&& e, int offset = 0)
{
    return xgrad::triu(e, offset);
}

template <class T = void, class E>
    requires xgrad::expression<E>
auto cumsum(E&& e, std::ptrdiff_t axis)
{
    return xgrad::cumsum(e, axis);
}

template <class T = void, class E>
    requires xgrad::expression<E>
auto cumsum(E&& e)
{
    return xgrad::cumsum(e);
}

template <class T = void, class E>
    requires xgrad::expression<E>
auto cumprod(E&& e, std::ptrdiff_t axis)
{
    return xgrad::cumprod(e, axis);
}

template <class T = void, class E>
    requires xgrad::expression<E>
auto cumprod(E&& e)
{
    return xgrad::cumprod(e);
}

// xtensor takes these of expressions that derive from its own base alone.
template <xgrad::expression E>
auto sort(E const& e, std::ptrdiff_t axis = -1)
{
    return xgrad::sort(e, axis);
}

template <xgrad::expression E>
auto argsort(E const& e, std::ptrdiff_t axis = -1)
{
    return xgrad::argsort(e, axis);
}

template <xgrad::expression E, class... Axis>
auto argmax(E const& e, Axis const&... axis)
{
    return xgrad::argmax(e, axis...);
}

template <xgrad::expression E, class... Axis>
auto argmin(E const& e, Axis const&... axis)
{
    return xgrad::argmin(e, axis...);
}

template <
    class T = void,
    class E,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::expression<E>
auto variance(E&& e, EVS = EVS())
{
    return xgrad::variance(e, {}, {.keep_dims = xgrad::detail::keeps_dims<EVS>});
}

template <
    class T = void,
    class E,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::expression<E>
auto stddev(E&& e, EVS = EVS())
{
    return xgrad::stddev(e, {}, {.keep_dims = xgrad::detail::keeps_dims<EVS>});
}

template <
    class T = void,
    class E,
    class A,
    std::size_t N,
    class EVS = DEFAULT_STRATEGY_REDUCERS,
    XTL_REQUIRES(is_reducer_options<EVS>)>
    requires xgrad::expression<E>
auto variance(E&& e, A const (&axes)[N], EVS = EVS())
{
    return xgrad::variance(
        e, xgrad::detail::list_of(axes), {.keep_dims = xgrad::detail::keeps_dims<EVS>});
}

template <class T = void, class E, class A, std::size_t N, class EVS = DEFAULT_STRATEGY_REDUCERS>
    requires xgrad::expression<E>
auto stddev(E&& e, A const (&axes)[N], EVS = EVS())
{
    return xgrad::stddev(
        e, xgrad::detail::list_of(axes), {.keep_dims = xgrad::detail::keeps_dims<EVS>});
}
} // namespace xt
