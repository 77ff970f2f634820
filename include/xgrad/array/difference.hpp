#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/pad.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/array/strided.hpp>
#include <xgrad/engine/difference.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/tape/one_statement.hpp>
#include <xgrad/tensor/construct.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

// Neighbours along an axis: their differences, and the integral over a line through them.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
template <class T>
inline constexpr auto trapz_reduction = renamed(sum_reduction<T>, "trapz");

namespace vectorized {
/// How derivatives run along the axis, for the tapes.
template <class T>
struct difference_derivative
{
    static void
    back(std::uint64_t axes, tensor_body const*, tensor_body const& incoming, tensor_body& adjoints)
    {
        differences_back(
            scanned_axis(adjoints.shape, axes, false),
            incoming.elements<T const>(),
            adjoints.elements<T>());
    }

    static body_pointer recorded_back(
        body_pointer const&,
        body_pointer const&,
        body_pointer const& incoming,
        std::uint64_t axes,
        std::source_location const& where);

    static body_pointer forth(
        body_pointer const&,
        body_pointer const&,
        body_pointer const& tangents,
        std::uint64_t axes,
        std::source_location const& where);

    static constexpr joint_derivative value{
        .back = &back, .recorded_back = &recorded_back, .forth = &forth};
};

template <class T>
body_pointer differences_again(reduction_repeat const& what);

template <class T>
consteval reduction_kind difference_kind()
{
    reduction_kind kind{.name = "diff", .keeps_axes = true, .fewer = 1};
    if constexpr (differentiable_element<T>) {
        kind.joint = &difference_derivative<T>::value;
        kind.again = &differences_again<T>;
    }
    return kind;
}

template <class T>
inline constexpr reduction_kind difference_kind_of = difference_kind<T>();

/// The differences of an expression along an axis that has some elements, recorded.
template <class T>
body_pointer differences(reduced_expression<T> const& e, reduction_call const& call)
{
    statement_plan const p(e.kernels, e.operands, call.where);
    auto shape = p.shape();
    auto const axes = call.axes.of(shape.size(), call.kind.name, call.where);
    --shape[static_cast<std::size_t>(std::countr_zero(axes))];
    auto out = make_body(type_of<T>, shape);
    compute_differences<T>(
        e.kernels,
        p.reading(),
        e.scalars,
        scanned_axis(p.shape(), axes, false),
        out->template elements<T>());
    finish_reduction(e, call, axes, p.reading().size, operand_alignment::any, {}, *out);
    return out;
}

/// Runs them again, over other values.
template <class T>
body_pointer differences_again(reduction_repeat const& what)
{
    return differences(
        expression_again<T>(what),
        {*what.kind, axes_argument::of_bits(what.axes), {}, false, *what.where});
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE

namespace detail {
/// x without its first or without its last element along an axis, as a view.
template <tensor_element T>
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

/// The differences of neighbours along an axis.
template <class T, class E>
tensor<T> differences(E const& e, std::size_t axis, std::source_location const& where)
{
    expression_parts<E> const p(e);
    return tensor<T>(vectorized::differences(
        vectorized::reduced_expression<T>{
            kernels_of<E>, is_tensor<E>, p.operands, p.scalars.data()},
        {vectorized::difference_kind_of<T>, axis, {}, false, where}));
}
} // namespace detail

/// The differences of neighbours along an axis, taken `times` times. The expression inside is fused
/// into the first of them.
template <array_operand X>
auto diff(
    X const& x,
    std::ptrdiff_t times = 1,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    using T = detail::difference_element<X>;
    if (times < 0) {
        throw value_error(
            "diff: " + std::to_string(times) + " times; it is at least 0" + at(where));
    }
    detail::one_statement const whole("diff", where);
    auto const& e = detail::reduced_operand<T>(x);
    auto const shape = detail::shape_of(e, where);
    auto const axis = normalize_axis(along, shape.size(), "diff", where);
    if (times == 0 || shape[axis] == 0) {
        return tensor<T>(as_tensor(e, where));
    }
    auto values = detail::differences<T>(e, axis, where);
    while (--times > 0 && values.shape()[axis] > 0) {
        values = detail::differences<T>(values, axis, where);
    }
    return values;
}

inline namespace XGRAD_ARCHITECTURE {
template <class T>
body_pointer vectorized::difference_derivative<T>::recorded_back(
    body_pointer const&,
    body_pointer const&,
    body_pointer const& incoming,
    std::uint64_t axes,
    std::source_location const& where)
{
    // With zeros around them, the adjoints' own differences.
    auto const axis = static_cast<std::size_t>(std::countr_zero(axes));
    auto shape = incoming->shape;
    shape[axis] += 2;
    tensor<T> const g(incoming);
    auto const place = xgrad::detail::slab(shape, axis, 1, g.shape()[axis]);
    auto const between = xgrad::detail::assembled<T>("diff", shape, T(0), {&g, 1}, {place}, where);
    return xgrad::detail::differences<T>(-between, axis, where).handle();
}

template <class T>
body_pointer vectorized::difference_derivative<T>::forth(
    body_pointer const&,
    body_pointer const&,
    body_pointer const& tangents,
    std::uint64_t axes,
    std::source_location const& where)
{
    auto const axis = static_cast<std::size_t>(std::countr_zero(axes));
    return xgrad::detail::differences<T>(tensor<T>(tangents), axis, where).handle();
}
} // namespace XGRAD_ARCHITECTURE

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
template <array_operand Y>
auto trapz(
    Y const& y,
    double dx = 1,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<Y>>;
    detail::one_statement const whole("trapz", where);
    auto const& e = detail::reduced_operand<T>(y);
    auto const shape = detail::shape_of(e, where);
    auto const axis = normalize_axis(along, shape.size(), "trapz", where);
    std::vector<T> weights(shape[axis], static_cast<T>(dx));
    if (!weights.empty()) {
        weights.front() = weights.back() = static_cast<T>(dx / 2);
    }
    return detail::weighted_integral<T>(e, shape, constant(weights), axis, where);
}

/// And for samples at x: a vector along the axis, or an array of the shape of y. Throws shape_error
/// where the two do not fit.
template <array_operand Y, array_operand X>
auto trapz(
    Y const& y,
    X const& x,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<Y>, value_type_of<X>>;
    detail::one_statement const whole("trapz", where);
    auto const& e = detail::reduced_operand<T>(y);
    auto const shape = detail::shape_of(e, where);
    tensor<T> const places = as_tensor(x, where);
    auto const axis = normalize_axis(along, shape.size(), "trapz", where);
    auto const halves = [&](std::size_t of_places) {
        return tensor<T>(
            (detail::without_end("trapz", places, of_places, true, where) -
             detail::without_end("trapz", places, of_places, false, where)) *
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
            to_string(shape) + "; they have that shape, or are a vector of the " +
            std::to_string(shape[axis]) + " places along axis " + std::to_string(axis) + at(where));
    }
    auto const values = as_tensor(e, where);
    auto const right = detail::without_end("trapz", values, axis, true, where);
    auto const left = detail::without_end("trapz", values, axis, false, where);
    return sum((right + left) * halves(axis), axis, {}, where);
}
} // namespace xgrad
