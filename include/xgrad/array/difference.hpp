#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/pad.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/array/strided.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/tensor/construct.hpp>

#include <vector>

// Neighbours along an axis: their differences, and the integral over a line through them.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
template <class T>
inline constexpr auto trapz_reduction = renamed(sum_reduction<T>, "trapz");
} // namespace XGRAD_ARCHITECTURE

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

namespace detail {
/// The integral of an expression along an axis, of which sample i counts `weights[i]`: a vector
/// with the axis of its samples. One sample alone spans nothing.
template <class T, class E>
tensor<T> weighted_integral(
    E const& e,
    shape_type const& shape,
    tensor<T> const& weights,
    std::size_t axis,
    std::source_location const& where)
{
    auto const integral = [&](auto const& v) {
        axes_argument const axes(axis);
        return reduce<T, true>(v, sum_accumulator<T>, {trapz_reduction<T>, axes, {}, false, where});
    };
    if (shape[axis] < 2) {
        return integral(without_end("trapz", as_tensor(e, where), axis, true, where));
    }
    shape_type along(shape.size(), 1);
    along[axis] = shape[axis];
    return integral(e * reshape(weights, along, where));
}
} // namespace detail

/// The integral along an axis by the trapezoidal rule, for samples `dx` apart.
template <array Y>
auto trapz(
    Y const& y,
    double dx = 1,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<Y>>;
    auto const e = detail::reduced_operand<T>(y);
    auto const shape = detail::shape_of(e, where);
    auto const axis = normalize_axis(along, shape.size(), "trapz");
    std::vector<T> weights(shape[axis], static_cast<T>(dx));
    if (!weights.empty()) {
        weights.front() = weights.back() = static_cast<T>(dx / 2);
    }
    return detail::weighted_integral<T>(e, shape, constant(weights), axis, where);
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
    auto const e = detail::reduced_operand<T>(y);
    auto const shape = detail::shape_of(e, where);
    tensor<T> const places = as_tensor(x, where);
    auto const axis = normalize_axis(along, shape.size(), "trapz");
    auto const halves = [&](std::size_t axis) {
        return tensor<T>(
            (detail::without_end("trapz", places, axis, true, where) -
             detail::without_end("trapz", places, axis, false, where)) *
                T(0.5),
            where);
    };
    if (places.dimension() == 1 && places.size() == shape[axis]) {
        // A sample counts half of what lies on either side of it.
        auto const half = halves(0);
        auto const weights = pad(half, {{1, 0}}) + pad(half, {{0, 1}});
        return detail::weighted_integral<T>(e, shape, tensor<T>(weights, where), axis, where);
    }
    if (!same_shape(places.shape(), shape)) {
        throw shape_error(
            "trapz: places of shape " + to_string(places.shape()) + " for values of shape " +
            to_string(shape) + " along axis " + std::to_string(axis) + at(where));
    }
    auto const values = as_tensor(e, where);
    auto const right = detail::without_end("trapz", values, axis, true, where);
    auto const left = detail::without_end("trapz", values, axis, false, where);
    return sum((right + left) * halves(axis), axis, {}, where);
}
} // namespace xgrad
