#pragma once

#include <xgrad/array/axes.hpp>
#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/gather.hpp>
#include <xgrad/array/index.hpp>

#include <algorithm>

// Elements selected by indices or by a condition. Their gradient adds up what is selected again.

namespace xgrad {
namespace detail {
/// `shape` with one axis replaced by the axes of `inner`.
inline shape_type with_axis(shape_type const& shape, std::size_t axis, shape_type const& inner)
{
    shape_type result(shape.begin(), shape.begin() + axis);
    for (auto const length : inner) {
        result.push_back(length);
    }
    for (auto next = axis + 1; next < shape.size(); ++next) {
        result.push_back(shape[next]);
    }
    return result;
}

/// The place of each element of `shape` whose coordinate along an axis is replaced by an index.
inline shared_runs runs_along_axis(
    std::string_view name,
    shape_type const& shape,
    index_argument const& indices,
    std::size_t axis,
    std::source_location const& where)
{
    auto lengths = indices.shape();
    if (lengths.size() == shape.size()) {
        lengths[axis] = shape[axis];
    }
    if (!same_shape(lengths, shape)) {
        throw shape_error(
            std::string(name) + ": indices of shape " + to_string(indices.shape()) +
            " do not fit shape " + to_string(shape) + ", of which they may differ in axis " +
            std::to_string(axis) + " alone" + xgrad::at(where));
    }
    std::size_t inner = 1;
    for (auto next = axis + 1; next < shape.size(); ++next) {
        inner *= shape[next];
    }
    auto runs = std::make_shared<element_runs>();
    runs->starts = indices.along(shape, axis, name, where);
    auto const part = indices.shape()[axis] * inner; // of one place of the axes before
    auto const stride = shape[axis] * inner;
    auto* const start = runs->starts.data();
    for (std::size_t i = 0, base = 0; i < runs->starts.size(); i += part, base += stride) {
        for (std::size_t row = i; row < i + part; row += inner) {
            for (std::size_t k = 0; k < inner; ++k) {
                start[row + k] = static_cast<std::ptrdiff_t>(base + k) +
                    start[row + k] * static_cast<std::ptrdiff_t>(inner);
            }
        }
    }
    return runs;
}

/// The places in `shape` that index tuples name, each tuple along the last axis of the indices.
inline shared_runs runs_of_tuples(
    std::string_view name,
    shape_type const& shape,
    index_argument const& indices,
    std::source_location const& where)
{
    auto const& lengths = indices.shape();
    auto const width = lengths.empty() ? 0 : lengths.back();
    if (lengths.empty() || width > shape.size()) {
        throw shape_error(
            std::string(name) + ": indices of shape " + to_string(lengths) +
            " hold no index tuples for shape " + to_string(shape) +
            ", which has at most as many entries as axes along its last axis" + xgrad::at(where));
    }
    auto const strides = row_major_strides(shape);
    auto runs = std::make_shared<element_runs>();
    runs->length = element_count(shape_type(shape.begin() + width, shape.end()));
    auto const tuples = element_count(shape_type(lengths.begin(), lengths.end() - 1));
    runs->starts.resize(tuples);
    for (std::size_t i = 0; i < tuples; ++i) {
        for (std::size_t axis = 0; axis < width; ++axis) {
            runs->starts[i] +=
                indices.at(i * width + axis, shape, axis, name, where) * strides[axis];
        }
    }
    return runs;
}

/// The shape of what those places hold.
inline shape_type shape_of_tuples(shape_type const& shape, shape_type const& indices)
{
    shape_type result(indices.begin(), indices.end() - 1);
    for (auto axis = indices.back(); axis < shape.size(); ++axis) {
        result.push_back(shape[axis]);
    }
    return result;
}

/// The elements of x at `indices` along an axis, which the axes of the indices replace.
template <tensor_element T>
tensor<T> taken(
    std::string_view name,
    tensor<T> const& x,
    index_argument const& indices,
    std::ptrdiff_t along,
    std::source_location const& where)
{
    auto const& shape = x.shape();
    auto const axis = normalize_axis(along, shape.size(), name, where);
    return gathered(
        name,
        x,
        runs_along(shape, axis, indices.along(shape, axis, name, where)),
        with_axis(shape, axis, indices.shape()),
        where);
}

/// For every element of `indices` the element of x at its place, but with that index along the
/// axis.
template <tensor_element T>
tensor<T> taken_along_axis(
    std::string_view name,
    tensor<T> const& x,
    index_argument const& indices,
    std::ptrdiff_t along,
    std::source_location const& where)
{
    auto const axis = normalize_axis(along, x.dimension(), name, where);
    return gathered(
        name, x, runs_along_axis(name, x.shape(), indices, axis, where), indices.shape(), where);
}
} // namespace detail

/// The elements of x at `indices` along an axis, which the axes of the indices replace. Throws
/// value_error for an index out of range.
template <array_operand X>
tensor<value_type_of<X>> take(
    X const& x,
    index_argument const& indices,
    std::ptrdiff_t along,
    std::source_location where = std::source_location::current())
{
    return detail::taken("take", as_tensor(x, where), indices, along, where);
}

/// The elements of x, in row-major order, at `indices`; the result has their shape.
template <array_operand X>
tensor<value_type_of<X>> take(
    X const& x,
    index_argument const& indices,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    shape_type const flat{values.size()};
    return detail::gathered(
        "take",
        values,
        detail::runs_along(flat, 0, indices.along(flat, 0, "take", where)),
        indices.shape(),
        where);
}

/// For every element of `indices` the element of x at its place, but with that index along the
/// axis: what argsort and argmax (with keep_dims) find. Throws shape_error where the shapes differ
/// in another axis, value_error for an index out of range.
template <array_operand X>
tensor<value_type_of<X>> take_along_axis(
    X const& x,
    index_argument const& indices,
    std::ptrdiff_t along,
    std::source_location where = std::source_location::current())
{
    return detail::taken_along_axis("take_along_axis", as_tensor(x, where), indices, along, where);
}

/// The elements of x, or the parts of it, that index tuples name: each tuple lies along the last
/// axis of `indices` and counts from the first axis of x.
template <array_operand X>
tensor<value_type_of<X>> gather_nd(
    X const& x,
    index_argument const& indices,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const runs = detail::runs_of_tuples("gather_nd", values.shape(), indices, where);
    auto const shape = detail::shape_of_tuples(values.shape(), indices.shape());
    return detail::gathered("gather_nd", values, runs, shape, where);
}

/// The elements of x where the condition holds, in row-major order: a vector. The condition
/// broadcasts to the shape of x.
template <array_operand X, array_operand Condition>
    requires std::same_as<value_type_of<Condition>, bool>
tensor<value_type_of<X>> filter(
    X const& x,
    Condition const& condition,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const mask = as_tensor(condition, where);
    detail::note_reading(mask.body());
    auto const selected =
        detail::within_operation([&] { return broadcast(mask, values.shape(), where); });
    auto const* const is_selected = selected.data();
    auto const size = selected.size();
    auto const count = static_cast<std::size_t>(std::count(is_selected, is_selected + size, true));
    // Written at every element, so that there is no branch to mispredict: one place more.
    auto runs = std::make_shared<element_runs>();
    runs->starts.resize(count + 1);
    for (std::size_t i = 0, k = 0; i < size; k += is_selected[i], ++i) {
        runs->starts[k] = static_cast<std::ptrdiff_t>(i);
    }
    runs->starts.resize(count);
    return detail::gathered("filter", values, std::move(runs), {count}, where);
}

/// Another name of filter.
template <array_operand X, array_operand Condition>
    requires std::same_as<value_type_of<Condition>, bool>
auto masked(
    X const& x,
    Condition const& condition,
    std::source_location where = std::source_location::current())
{
    return filter(x, condition, where);
}
} // namespace xgrad
