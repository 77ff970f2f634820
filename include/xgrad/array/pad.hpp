#pragma once

#include <xgrad/array/gather.hpp>
#include <xgrad/array/strided.hpp>

#include <initializer_list>
#include <vector>

// Elements around an array.

namespace xgrad {
/// What stands in the padding.
enum class pad_mode
{
    constant,  // a number
    edge,      // the element at the edge
    reflect,   // the elements behind the edge, mirrored at it
    symmetric, // the elements from the edge on, mirrored between it and the padding
    wrap       // the elements from the other end
};

namespace detail {
/// The index of the element that stands at place i of an axis of n elements, beyond its ends too.
inline std::ptrdiff_t padded_index(std::ptrdiff_t i, std::ptrdiff_t n, pad_mode mode)
{
    auto const modulo = [](std::ptrdiff_t a, std::ptrdiff_t b) { return ((a % b) + b) % b; };
    auto const mirrored = [&](std::ptrdiff_t period) {
        auto const forwards = modulo(i, period);
        return std::min(forwards, period - (mode == pad_mode::symmetric ? 1 : 0) - forwards);
    };
    switch (mode) {
    case pad_mode::wrap:
        return modulo(i, n);
    case pad_mode::symmetric:
        return mirrored(2 * n);
    case pad_mode::reflect:
        return n == 1 ? 0 : mirrored(2 * (n - 1));
    default:
        return std::clamp<std::ptrdiff_t>(i, 0, n - 1);
    }
}

/// For every place along a padded axis the index of the element that stands there.
inline index_list
padded_indices(std::size_t length, std::size_t before, std::size_t after, pad_mode mode)
{
    index_list indices(before + length + after);
    auto i = -static_cast<std::ptrdiff_t>(before);
    for (auto& index : indices) {
        index = padded_index(i++, static_cast<std::ptrdiff_t>(length), mode);
    }
    return indices;
}
} // namespace detail

/// x with `widths[axis][0]` elements before and `widths[axis][1]` after it along each axis. Throws
/// shape_error where there are not as many widths as axes, value_error where there is nothing to
/// repeat.
template <array_operand X>
tensor<value_type_of<X>>
pad(X const& x,
    std::vector<std::vector<std::size_t>> const& widths,
    pad_mode mode = pad_mode::constant,
    value_type_of<X> value = 0,
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    auto const values = as_tensor(x, where);
    auto const& before = values.shape();
    bool pairs = widths.size() == before.size();
    for (auto const& width : widths) {
        pairs = pairs && width.size() == 2;
    }
    if (!pairs) {
        throw shape_error(
            "pad: shape " + to_string(before) + " takes " + std::to_string(before.size()) +
            " pairs of widths {before, after}, one for each axis" + at(where));
    }
    auto shape = before;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        auto const& width = widths[axis];
        if (width[0] > most_elements || width[1] > most_elements) {
            throw value_error(
                "pad: widths " + to_string(width) + " for axis " + std::to_string(axis) +
                " of shape " + to_string(before) +
                " count elements; are they negative, or meant so?" + at(where));
        }
        shape[axis] += width[0] + width[1];
    }
    check_element_count(shape, "pad", where);
    if (mode == pad_mode::constant) {
        detail::selection place{before, row_major_strides(shape)};
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            place.offset += static_cast<std::ptrdiff_t>(widths[axis][0]) * place.strides[axis];
        }
        return detail::assembled<T>("pad", shape, value, {&values, 1}, {std::move(place)}, where);
    }
    std::vector<std::optional<index_list>> lists(shape.size());
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        auto const& width = widths[axis];
        if (width[0] + width[1] == 0) {
            continue;
        }
        if (before[axis] == 0) {
            throw value_error(
                "pad: axis " + std::to_string(axis) + " of shape " + to_string(before) +
                " has no element to repeat" + at(where));
        }
        lists[axis] = detail::padded_indices(before[axis], width[0], width[1], mode);
    }
    return detail::gathered("pad", values, detail::runs_by_axes(before, lists), shape, where);
}

template <array_operand X>
auto pad(
    X const& x,
    std::initializer_list<std::initializer_list<listed_integer>> widths,
    pad_mode mode = pad_mode::constant,
    value_type_of<X> value = 0,
    std::source_location where = std::source_location::current())
{
    std::vector<std::vector<std::size_t>> lists;
    for (auto const& width : widths) {
        lists.emplace_back();
        for (std::ptrdiff_t const count : width) {
            if (count < 0) {
                throw value_error(
                    "pad: widths " + to_string(width) +
                    " hold a negative one; they count elements" + at(where));
            }
            lists.back().push_back(static_cast<std::size_t>(count));
        }
    }
    return pad(x, lists, mode, value, where);
}

/// The same number of elements before and after x along every axis.
template <array_operand X>
auto pad(
    X const& x,
    std::size_t width,
    pad_mode mode = pad_mode::constant,
    value_type_of<X> value = 0,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    std::vector<std::vector<std::size_t>> const widths(values.dimension(), {width, width});
    return pad(values, widths, mode, value, where);
}
} // namespace xgrad
