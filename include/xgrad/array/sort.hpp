#pragma once

#include <xgrad/array/looking_at_values.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/array/rows.hpp>
#include <xgrad/array/take.hpp>
#include <xgrad/engine/extrema.hpp>
#include <xgrad/engine/sort.hpp>

#include <utility>

// Elements in order, and where the extreme ones are. An order is a permutation: the gradient of
// what it moves goes back the same way.

namespace xgrad {
namespace detail {
/// The order of the first `count` elements along an axis, as indices shaped like them.
template <class T>
tensor<std::int64_t> ordered(
    std::string_view name,
    tensor<T> const& x,
    std::ptrdiff_t axis,
    std::size_t count,
    bool largest_first,
    std::source_location const& where)
{
    no_grad const guard;
    rows<T> const r(x, axis, true, name, where);
    auto order = make_body(element_type::int64, r.elements.shape());
    sort_rows(
        row_major(r.elements.handle())->template elements<T const>(),
        r.count,
        r.length,
        count,
        largest_first,
        order->template elements<std::int64_t>());
    note_result(*order);
    auto const last = static_cast<std::ptrdiff_t>(r.order.size()) - 1;
    auto strides = order->strides();
    auto shape = order->shape;
    shape[static_cast<std::size_t>(last)] = count;
    tensor<std::int64_t> const few(
        dense(make_view(order, std::move(shape), std::move(strides), 0)));
    return permuted(name, few, inverse_order(r.order), where);
}

/// The elements with those indices along the axis.
template <class T>
tensor<T> in_order(
    std::string_view name,
    tensor<T> const& x,
    tensor<std::int64_t> const& order,
    std::size_t axis,
    std::source_location const& where)
{
    auto const runs = runs_along_axis(name, x.shape(), order, axis, where);
    return gathered(name, x, runs, order.shape(), where);
}

template <class T>
tensor<std::int64_t> extremum(
    std::string_view name,
    tensor<T> const& x,
    axes_argument const& axes,
    reduction_options const& options,
    bool largest,
    std::source_location const& where)
{
    no_grad const guard;
    if constexpr (std::same_as<T, bool>) {
        return extremum(name, tensor<std::int32_t>(x), axes, options, largest, where);
    } else {
        rows<T> const r(x, axes, options.keep_dims, name, where);
        r.check_elements(x.shape(), name, where);
        auto found = make_body(element_type::int64, r.result);
        find_extrema(
            row_major(r.elements.handle())->template elements<T const>(),
            r.count,
            r.length,
            largest,
            found->template elements<std::int64_t>());
        note_result(*found);
        return tensor<std::int64_t>(std::move(found));
    }
}
} // namespace detail

/// The indices that sort x along an axis, in int64; equal elements keep their order, NaNs come
/// last.
template <array_operand X>
tensor<std::int64_t> argsort(
    X const& x,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const axis = normalize_axis(along, values.dimension(), "argsort", where);
    return detail::ordered("argsort", values, along, values.shape()[axis], false, where);
}

/// The elements along an axis in ascending order, NaNs last. The gradient goes back by the same
/// permutation.
template <array_operand X>
tensor<value_type_of<X>> sort(
    X const& x,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const axis = normalize_axis(along, values.dimension(), "sort", where);
    using T = value_type_of<X>;
    auto const compute = [&](tensor<T> const& t) {
        auto const order = detail::ordered("sort", t, along, t.shape()[axis], false, where);
        return detail::in_order("sort", t, order, axis, where);
    };
    auto const again = [along, where](tensor<T> const& t) { return sort(t, along, where); };
    return detail::looking_at_values("sort", where, compute, again, values);
}

/// The result of topk.
template <class T>
struct top_elements
{
    tensor<T> values;
    tensor<std::int64_t> indices;
};

/// The `count` largest elements along an axis, the largest first (or the smallest ones, the
/// smallest first), and their indices. Throws value_error where there are not so many.
template <array_operand X>
top_elements<value_type_of<X>> topk(
    X const& x,
    std::size_t count,
    std::ptrdiff_t along = -1,
    bool largest = true,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const axis = normalize_axis(along, values.dimension(), "topk", where);
    if (count > values.shape()[axis]) {
        throw value_error(
            "topk: " + std::to_string(count) + " elements are wanted, and axis " +
            std::to_string(axis) + " of shape " + to_string(values.shape()) + " has " +
            std::to_string(values.shape()[axis]) + at(where));
    }
    using T = value_type_of<X>;
    tensor<std::int64_t> order;
    auto const compute = [&](tensor<T> const& t) {
        order = detail::ordered("topk", t, along, count, largest, where);
        return detail::in_order("topk", t, order, axis, where);
    };
    auto const again = [count, along, largest, where](tensor<T> const& t) {
        return topk(t, count, along, largest, where).values;
    };
    auto const top = detail::looking_at_values("topk", where, compute, again, values);
    detail::note_loose(order.handle());
    return {top, order};
}

/// The index of the first of the largest elements (a NaN is larger than all): in row-major order
/// over all axes, or over those given. Throws value_error where there are no elements.
template <array_operand X>
tensor<std::int64_t> argmax(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return detail::extremum("argmax", as_tensor(x, where), axes, options, true, where);
}

/// The same of the smallest ones; a NaN is smaller than all.
template <array_operand X>
tensor<std::int64_t> argmin(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return detail::extremum("argmin", as_tensor(x, where), axes, options, false, where);
}
} // namespace xgrad
