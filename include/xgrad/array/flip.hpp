#pragma once

#include <xgrad/array/axes.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/strided.hpp>

#include <array>

// The same elements in another order along some axes.

namespace xgrad {
namespace detail {
/// An array of this shape and these strides, in reverse order along the axes whose bits are set.
inline selection flipped(shape_type const& shape, strides_type strides, std::uint64_t bits)
{
    std::ptrdiff_t offset = 0;
    for (std::size_t axis = 0; axis < strides.size(); ++axis) {
        if ((bits >> axis) & 1u) {
            auto const length = static_cast<std::ptrdiff_t>(shape[axis]);
            offset += length > 0 ? strides[axis] * (length - 1) : 0;
            strides[axis] = -strides[axis];
        }
    }
    return {shape, std::move(strides), offset};
}
} // namespace detail

/// The elements along all axes, or those given, in reverse order: a view.
template <array_operand X>
tensor<value_type_of<X>> flip(
    X const& x,
    axes_argument const& axes = {},
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    auto const values = as_tensor(x, where);
    auto const bits = axes.of(values.dimension(), "flip", where);
    auto lies = detail::flipped(values.shape(), values.body().strides(), bits);
    // The way back is the operation itself.
    auto const back = [axes, where](tensor<T> const& g) { return flip(g, axes, where); };
    auto const moves = [bits](auto const& shape, auto const&, auto& list) {
        list.push_back(
            {0, detail::flipped(shape, row_major_strides(shape), bits), detail::whole(shape)});
    };
    return recorded_linear(
        "flip",
        tensor<T>(make_view(values.handle(), lies.shape, std::move(lies.strides), lies.offset)),
        values,
        back,
        where,
        back,
        moves);
}

/// Turned by `times` quarters in the plane of two axes, from the first towards the second: a view.
template <array_operand X>
tensor<value_type_of<X>> rot90(
    X const& x,
    int times = 1,
    std::array<std::ptrdiff_t, 2> plane = {0, 1},
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    auto const values = as_tensor(x, where);
    auto const rank = values.dimension();
    auto const first = normalize_axis(plane[0], rank, "rot90", where);
    auto const second = normalize_axis(plane[1], rank, "rot90", where);
    if (first == second) {
        throw shape_error(
            "rot90: axes " + to_string(plane) + " of shape " + to_string(values.shape()) +
            " are one and the same" + at(where));
    }
    auto const turned = detail::within_operation([&] {
        switch (times & 3) {
        case 0:
            return values;
        case 1:
            return swapaxes(flip(values, second, where), plane[0], plane[1], where);
        case 2:
            return flip(values, {plane[0], plane[1]}, where);
        default:
            return flip(swapaxes(values, plane[0], plane[1], where), second, where);
        }
    });
    auto const back = [times, plane, where](tensor<T> const& g) {
        return rot90(g, -(times & 3), plane, where);
    };
    auto const again = [times, plane, where](tensor<T> const& other) {
        return rot90(other, times, plane, where);
    };
    return recorded_linear("rot90", turned, values, back, where, again);
}
} // namespace xgrad
