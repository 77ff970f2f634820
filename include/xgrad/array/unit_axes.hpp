#pragma once

#include <xgrad/array/axes.hpp>
#include <xgrad/array/operation.hpp>

#include <vector>

// Axes of length 1, put in and taken out: views, which copy nothing.

namespace xgrad {
template <array_operand X>
tensor<value_type_of<X>> squeeze(
    X const& x,
    axes_argument const& axes = {},
    std::source_location where = std::source_location::current());

/// New axes of length 1: `axes` are their places in the result. Throws shape_error where one is
/// out of range or named twice.
template <array_operand X>
tensor<value_type_of<X>> expand_dims(
    X const& x,
    axes_argument const& axes,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    using T = value_type_of<X>;
    auto const rank = values.dimension() + axes.count();
    auto const bits = axes.of(rank, "expand_dims", where);
    auto const from = values.body().strides();
    shape_type shape;
    strides_type strides;
    for (std::size_t axis = 0, next = 0; axis < rank; ++axis) {
        bool const is_new = ((bits >> axis) & 1u) != 0;
        strides.push_back(is_new ? 0 : from[next]);
        shape.push_back(is_new ? 1 : values.shape()[next++]);
    }
    auto const back = [axes, where](tensor<T> const& g) { return squeeze(g, axes, where); };
    auto const again = [axes, where](tensor<T> const& other) {
        return expand_dims(other, axes, where);
    };
    return recorded_linear(
        "expand_dims",
        tensor<T>(make_view(values.handle(), std::move(shape), std::move(strides), 0)),
        values,
        back,
        where,
        again,
        moves_in_order());
}

/// x without its axes of length 1, or without those named. Throws shape_error where a named axis
/// has another length.
template <array_operand X>
tensor<value_type_of<X>> squeeze(X const& x, axes_argument const& axes, std::source_location where)
{
    auto const values = as_tensor(x, where);
    using T = value_type_of<X>;
    auto const bits = axes.of(values.dimension(), "squeeze", where);
    auto const from = values.body().strides();
    shape_type shape;
    strides_type strides;
    std::vector<std::ptrdiff_t> gone;
    for (std::size_t axis = 0; axis < values.dimension(); ++axis) {
        auto const length = values.shape()[axis];
        bool const named = ((bits >> axis) & 1u) != 0;
        if (named && length == 1) {
            gone.push_back(static_cast<std::ptrdiff_t>(axis));
        } else if (named && !axes.all()) {
            throw shape_error(
                "squeeze: axis " + std::to_string(axis) + " of shape " + to_string(values.shape()) +
                " has length " + std::to_string(length) + ", not 1" + at(where));
        } else {
            shape.push_back(length);
            strides.push_back(from[axis]);
        }
    }
    auto const back = [gone, where](tensor<T> const& g) { return expand_dims(g, gone, where); };
    auto const again = [gone, where](tensor<T> const& other) {
        return squeeze(other, gone, where);
    };
    return recorded_linear(
        "squeeze",
        tensor<T>(make_view(values.handle(), std::move(shape), std::move(strides), 0)),
        values,
        back,
        where,
        again,
        moves_in_order());
}
} // namespace xgrad
