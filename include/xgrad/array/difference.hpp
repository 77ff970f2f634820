#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/array/strided.hpp>
#include <xgrad/ops/arithmetic.hpp>

// Neighbours along an axis: their differences, and the integral over a line through them.

namespace xgrad {
namespace detail {
/// x without its first or without its last element along an axis, as a view.
template <element T>
tensor<T> without_end(
    std::string_view name,
    tensor<T> const& x,
    std::size_t axis,
    bool first,
    std::source_location const& where)
{
    auto const select = [&](shape_type shape, strides_type const& strides) {
        bool const some = shape[axis] > 0;
        shape[axis] -= some ? 1 : 0;
        return selection{std::move(shape), strides, first && some ? strides[axis] : 0};
    };
    return part_by(name, x, select, where);
}

template <class X>
using difference_element =
    std::conditional_t<std::same_as<value_type_of<X>, bool>, std::int32_t, value_type_of<X>>;
} // namespace detail

/// The differences of neighbours along an axis, taken `times` times.
template <array X>
auto diff(
    X const& x,
    std::size_t times = 1,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    using T = detail::difference_element<X>;
    tensor<T> values = as_tensor(x, where);
    auto const axis = normalize_axis(along, values.dimension(), "diff");
    for (; times > 0; --times) {
        values = tensor<T>(
            detail::without_end("diff", values, axis, true, where) -
                detail::without_end("diff", values, axis, false, where),
            where);
    }
    return values;
}

/// The integral along an axis by the trapezoidal rule, for samples `dx` apart.
template <array Y>
auto trapz(
    Y const& y,
    double dx = 1,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<Y>>;
    tensor<T> const values = as_tensor(y, where);
    auto const axis = normalize_axis(along, values.dimension(), "trapz");
    auto const right = detail::without_end("trapz", values, axis, true, where);
    auto const left = detail::without_end("trapz", values, axis, false, where);
    return sum((right + left) * static_cast<T>(dx / 2), axis, {}, where);
}

/// And for samples at x: a vector along the axis, or an array of the shape of y. Throws shape_error
/// where the two do not fit.
template <array Y, array X>
auto trapz(
    Y const& y,
    X const& x,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<Y>, value_type_of<X>>;
    tensor<T> const values = as_tensor(y, where);
    tensor<T> places = as_tensor(x, where);
    auto const axis = normalize_axis(along, values.dimension(), "trapz");
    auto const length = values.shape()[axis];
    if (places.dimension() == 1 && places.size() == length) {
        shape_type shape(values.dimension(), 1);
        shape[axis] = length;
        places = reshape(places, shape, where);
    } else if (!same_shape(places.shape(), values.shape())) {
        throw shape_error(
            "trapz: places of shape " + to_string(places.shape()) + " for values of shape " +
            to_string(values.shape()) + " along axis " + std::to_string(axis) + at(where));
    }
    auto const right = detail::without_end("trapz", values, axis, true, where);
    auto const left = detail::without_end("trapz", values, axis, false, where);
    tensor<T> const widths(
        (detail::without_end("trapz", places, axis, true, where) -
         detail::without_end("trapz", places, axis, false, where)) *
            T(0.5),
        where);
    return sum((right + left) * widths, axis, {}, where);
}
} // namespace xgrad
