#pragma once

#include <xgrad/array/take.hpp>

// Elements added to places that indices name: in the order of the indices, whatever the number of
// threads, so that repeated indices add up the same way every time.

namespace xgrad {
namespace detail {
/// Where the elements of `v` go in `shape`: one index for each of them, or for each of its parts
/// across the axis. (Of a vector these are the same.)
inline shared_runs scatter_places(
    shape_type const& shape,
    index_argument const& indices,
    shape_type const& v,
    std::size_t axis,
    std::source_location const& where)
{
    if (same_shape(v, with_axis(shape, axis, indices.shape()))) {
        return runs_along(shape, axis, indices.along(shape, axis, "scatter_add", where));
    }
    if (!same_shape(v, indices.shape())) {
        throw shape_error(
            "scatter_add: values of shape " + to_string(v) + " and indices of shape " +
            to_string(indices.shape()) + " do not fit each other along axis " +
            std::to_string(axis) + " of shape " + to_string(shape) + xgrad::at(where));
    }
    return runs_along_axis("scatter_add", shape, indices, axis, where);
}
} // namespace detail

/// x with the elements of v added where the indices say: indices shaped like v replace the
/// coordinate of each element along the axis; otherwise v holds a part across the axis for every
/// index, shaped like `take(x, indices, axis)`. Repeated indices add up. ∂x = g, ∂v = g at those
/// places.
template <array_operand X, array_operand V>
tensor<value_type_of<X>> scatter_add(
    X const& x,
    index_argument const& indices,
    V const& v,
    std::ptrdiff_t along = 0,
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    auto const values = as_tensor(x, where);
    tensor<T> const added = as_tensor(v, where);
    auto const& shape = values.shape();
    auto const axis = normalize_axis(along, shape.size(), "scatter_add", where);
    auto const runs = detail::scatter_places(shape, indices, added.shape(), axis, where);
    auto body = dense_copy(values.body());
    scatter_add(*row_major(added.handle()), *runs, *body);
    auto reverse = [runs, after = added.shape(), where](statement_pullback& sweep) {
        tensor<T> const g(sweep.incoming());
        if (sweep.wants(0)) {
            sweep.add(0, g.handle());
        }
        if (sweep.wants(1)) {
            sweep.add(1, detail::gathered("scatter_add", g, runs, after, where).handle());
        }
    };
    return recorded(
        "scatter_add",
        tensor<T>(std::move(body)),
        std::array{&values.body(), &added.body()},
        {},
        reverse,
        where,
        detail::runs_again_by<T, T>(
            [indices, along, where](tensor<T> const& other, tensor<T> const& more) {
                return scatter_add(other, indices, more, along, where);
            }));
}

/// Zeros of `shape` with the updates added at the places that index tuples name: the adjoint of
/// gather_nd. Throws shape_error where the updates are not shaped like
/// `gather_nd(zeros(shape), indices)`.
template <array_operand V>
tensor<value_type_of<V>> scatter_nd(
    index_argument const& indices,
    V const& updates,
    shape_argument const& shape,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(updates, where);
    auto const runs = detail::runs_of_tuples("scatter_nd", shape, indices, where);
    auto const expected = detail::shape_of_tuples(shape, indices.shape());
    if (!same_shape(values.shape(), expected)) {
        throw shape_error(
            "scatter_nd: updates of shape " + to_string(values.shape()) +
            " where indices of shape " + to_string(indices.shape()) + " into shape " +
            to_string(shape.get()) + " ask for " + to_string(expected) + at(where));
    }
    return detail::scattered("scatter_nd", values, runs, shape, where);
}

/// Row i of the result is the sum of the rows of x whose segment is i; `segments` need not be
/// sorted. Throws value_error for a segment that is none of `count`.
template <array_operand X>
tensor<value_type_of<X>> segment_sum(
    X const& x,
    index_argument const& segments,
    std::size_t count,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto shape = values.shape();
    if (shape.empty() || !same_shape(segments.shape(), {shape[0]})) {
        throw shape_error(
            "segment_sum: segments of shape " + to_string(segments.shape()) +
            " for rows of shape " + to_string(shape) + "; each row has one" + at(where));
    }
    shape[0] = count;
    check_lengths(shape, "segment_sum", where);
    auto const runs = detail::runs_along(shape, 0, segments.along(shape, 0, "segment_sum", where));
    return detail::scattered("segment_sum", values, runs, shape, where);
}

/// One along a new last axis of length `depth` at each index, zeros beside it. Throws value_error
/// for an index out of range.
template <tensor_element T = double>
tensor<T> one_hot(
    index_argument const& indices,
    std::size_t depth,
    std::source_location where = std::source_location::current())
{
    auto shape = indices.shape();
    shape.push_back(depth);
    check_lengths(shape, "one_hot", where);
    auto body = make_body(type_of<T>, shape);
    std::fill_n(body->template elements<T>(), body->size, T(0));
    auto* row = body->template elements<T>();
    for (std::size_t i = 0; i < indices.list().size(); ++i, row += depth) {
        row[indices.at(i, shape, shape.size() - 1, "one_hot", where)] = T(1);
    }
    return tensor<T>(std::move(body));
}
} // namespace xgrad
