#pragma once

#include <xgrad/array/concatenate.hpp>
#include <xgrad/array/pad.hpp>
#include <xgrad/array/split.hpp>
#include <xgrad/array/tile.hpp>
#include <xgrad/base/xtensor/view.hpp>
#include <xgrad/xtensor/axes.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <cstddef>
#include <initializer_list>
#include <tuple>
#include <utility>
#include <vector>

// xtensor's functions that put arrays together, and take them apart, over our operands are ours
// (see arrays.hpp).

namespace xgrad::detail {
/// The widths of a padding, in xtensor's element type.
template <class S>
std::vector<std::vector<std::size_t>> widths_of(std::vector<std::vector<S>> const& widths)
{
    std::vector<std::vector<std::size_t>> list;
    for (auto const& width : widths) {
        list.emplace_back(width.begin(), width.end());
    }
    return list;
}

inline pad_mode mode_of(xt::pad_mode mode)
{
    switch (mode) {
    case xt::pad_mode::constant:
        return pad_mode::constant;
    case xt::pad_mode::symmetric:
        return pad_mode::symmetric;
    case xt::pad_mode::reflect:
        return pad_mode::reflect;
    default:
        return pad_mode::wrap;
    }
}
} // namespace xgrad::detail

namespace xt {
template <class E>
    requires xgrad::own_expression<E>
auto repeat(E&& e, std::size_t times, std::size_t axis)
{
    return xgrad::repeat(e, times, static_cast<std::ptrdiff_t>(axis));
}

template <class E>
    requires xgrad::own_expression<E>
auto repeat(E&& e, std::vector<std::size_t> const& times, std::size_t axis)
{
    return xgrad::repeat(e, times, static_cast<std::ptrdiff_t>(axis));
}

template <class E>
    requires xgrad::own_expression<E>
auto repeat(E&& e, std::vector<std::size_t>&& times, std::size_t axis)
{
    return xgrad::repeat(e, times, static_cast<std::ptrdiff_t>(axis));
}

template <class E, class S = std::size_t>
    requires xgrad::own_expression<E>
auto tile(E&& e, std::initializer_list<S> times)
{
    return xgrad::tile(e, std::vector<S>(times));
}

template <class E, class C, XTL_REQUIRES(xtl::negation<xtl::is_integral<C>>)>
    requires xgrad::own_expression<E>
auto tile(E&& e, C const& times)
{
    return xgrad::tile(e, times);
}

/// Along the first axis, where NumPy's (and ours) takes a number for the last.
template <class E, class S = std::size_t, XTL_REQUIRES(xtl::is_integral<S>)>
    requires xgrad::own_expression<E>
auto tile(E&& e, S times)
{
    auto const values = xgrad::as_tensor(e);
    std::vector<S> list(values.dimension(), S(1));
    if (!list.empty()) {
        list[0] = times;
    }
    return xgrad::tile(values, list);
}

template <class E, class S = std::size_t, class V = typename std::decay_t<E>::value_type>
    requires xgrad::own_expression<E>
auto pad(
    E&& e,
    std::vector<std::vector<S>> const& widths,
    pad_mode mode = pad_mode::constant,
    V value = 0)
{
    return xgrad::pad(e, xgrad::detail::widths_of(widths), xgrad::detail::mode_of(mode), value);
}

template <class E, class S = std::size_t, class V = typename std::decay_t<E>::value_type>
    requires xgrad::own_expression<E>
auto pad(E&& e, std::vector<S> const& widths, pad_mode mode = pad_mode::constant, V value = 0)
{
    auto const values = xgrad::as_tensor(e);
    std::vector<std::vector<S>> const all(values.dimension(), widths);
    return xgrad::pad(values, xgrad::detail::widths_of(all), xgrad::detail::mode_of(mode), value);
}

template <class E, class S = std::size_t, class V = typename std::decay_t<E>::value_type>
    requires xgrad::own_expression<E>
auto pad(E&& e, S width, pad_mode mode = pad_mode::constant, V value = 0)
{
    return xgrad::pad(e, static_cast<std::size_t>(width), xgrad::detail::mode_of(mode), value);
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

template <class... CT>
    requires xgrad::detail::some_expression<CT...>
auto hstack(std::tuple<CT...>&& arrays)
{
    return xgrad::concatenate(arrays, std::get<0>(arrays).dimension() > 1 ? 1 : 0);
}

template <class... CT>
    requires xgrad::detail::some_expression<CT...>
auto vstack(std::tuple<CT...>&& arrays)
{
    return std::get<0>(arrays).dimension() > 1 ? xgrad::concatenate(arrays) : xgrad::stack(arrays);
}

template <class E>
    requires xgrad::own_expression<E>
auto split(E& e, std::size_t sections, std::size_t axis = 0)
{
    return xgrad::split(e, sections, static_cast<std::ptrdiff_t>(axis));
}

template <class E>
    requires xgrad::own_expression<E>
auto hsplit(E& e, std::size_t sections)
{
    return xgrad::split(e, sections, 1);
}

template <class E>
    requires xgrad::own_expression<E>
auto vsplit(E& e, std::size_t sections)
{
    return xgrad::split(e, sections, 0);
}

template <class... E>
    requires xgrad::detail::some_expression<E...>
auto meshgrid(E&&... vectors)
{
    return xgrad::meshgrid(vectors...);
}
} // namespace xt
