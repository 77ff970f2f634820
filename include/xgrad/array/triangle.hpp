#pragma once

#include <xgrad/array/reduction.hpp>
#include <xgrad/array/strided.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <algorithm>
#include <limits>

// Diagonals of matrices, and what lies on either side of them.

namespace xgrad {
namespace detail {
/// Of a diagonal far beyond the matrix the one next to it.
inline std::ptrdiff_t offset_within(std::size_t rows, std::size_t columns, std::ptrdiff_t offset)
{
    return std::clamp(
        offset, -static_cast<std::ptrdiff_t>(rows) - 1, static_cast<std::ptrdiff_t>(columns) + 1);
}

/// The diagonal `offset` (above the main one where positive) in the plane of two axes; it becomes
/// the last axis.
inline selection diagonal_of(
    shape_type shape,
    strides_type strides,
    std::ptrdiff_t offset,
    std::size_t row,
    std::size_t column)
{
    offset = offset_within(shape[row], shape[column], offset);
    auto const rows =
        static_cast<std::ptrdiff_t>(shape[row]) - std::max<std::ptrdiff_t>(-offset, 0);
    auto const columns =
        static_cast<std::ptrdiff_t>(shape[column]) - std::max<std::ptrdiff_t>(offset, 0);
    auto const count = std::max<std::ptrdiff_t>(std::min(rows, columns), 0);
    auto const start = offset >= 0 ? offset * strides[column] : -offset * strides[row];
    auto const step = strides[row] + strides[column];
    for (auto const axis : {std::max(row, column), std::min(row, column)}) {
        shape.erase(shape.begin() + axis);
        strides.erase(strides.begin() + axis);
    }
    shape.push_back(static_cast<std::size_t>(count));
    strides.push_back(step);
    return {std::move(shape), std::move(strides), count > 0 ? start : 0};
}

/// True on the diagonal `offset` of a matrix and below it.
inline tensor<bool> lower_triangle(std::size_t rows, std::size_t columns, std::ptrdiff_t offset)
{
    auto body = make_body(element_type::boolean, {rows, columns});
    auto* to = body->elements<bool>();
    offset = offset_within(rows, columns, offset);
    for (std::size_t i = 0; i < rows; ++i) {
        auto const inside = std::clamp<std::ptrdiff_t>(
            static_cast<std::ptrdiff_t>(i) + offset + 1, 0, static_cast<std::ptrdiff_t>(columns));
        std::fill_n(to, inside, true);
        std::fill_n(to + inside, static_cast<std::ptrdiff_t>(columns) - inside, false);
        to += columns;
    }
    return tensor<bool>(std::move(body));
}

inline void
check_matrices(std::string_view name, shape_type const& shape, std::source_location const& where)
{
    if (shape.size() < 2) {
        throw shape_error(
            std::string(name) + ": shape " + to_string(shape) +
            " has no rows and columns; at least two axes are needed" + at(where));
    }
}
} // namespace detail

/// The diagonal `offset` (above the main one where positive) in the plane of two axes: a view whose
/// last axis it is. Throws shape_error where the axes are the same or x has fewer than two.
template <array_operand X>
tensor<value_type_of<X>> diagonal(
    X const& x,
    std::ptrdiff_t offset = 0,
    std::ptrdiff_t row_axis = 0,
    std::ptrdiff_t column_axis = 1,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const rank = values.dimension();
    detail::check_matrices("diagonal", values.shape(), where);
    auto const row = normalize_axis(row_axis, rank, "diagonal", where);
    auto const column = normalize_axis(column_axis, rank, "diagonal", where);
    if (row == column) {
        throw shape_error(
            "diagonal: axes " + std::to_string(row_axis) + " and " + std::to_string(column_axis) +
            " of shape " + to_string(values.shape()) + " are one and the same" + at(where));
    }
    auto const select = [&](shape_type const& shape, strides_type const& strides) {
        return detail::diagonal_of(shape, strides, offset, row, column);
    };
    return detail::part_by("diagonal", values, select, where);
}

/// A square matrix with the vector x on its diagonal `offset` and zeros elsewhere; of a matrix, its
/// diagonal. Throws shape_error for other ranks.
template <array_operand X>
tensor<value_type_of<X>> diag(
    X const& x,
    std::ptrdiff_t offset = 0,
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    auto const values = as_tensor(x, where);
    if (values.dimension() == 2) {
        return diagonal(values, offset, 0, 1, where);
    }
    if (values.dimension() != 1) {
        throw shape_error(
            "diag: shape " + to_string(values.shape()) + " is neither a vector's nor a matrix's" +
            at(where));
    }
    constexpr auto most = static_cast<std::ptrdiff_t>(most_elements);
    auto const n =
        values.size() + static_cast<std::size_t>(std::abs(std::clamp(offset, -most, most)));
    shape_type const shape{n, n};
    check_element_count(shape, "diag", where);
    auto place = detail::diagonal_of(shape, row_major_strides(shape), offset, 0, 1);
    return detail::assembled<T>("diag", shape, T(0), {&values, 1}, {std::move(place)}, where);
}

/// The sum of the elements on a diagonal, for each of the matrices that two axes hold.
template <array_operand X>
tensor<detail::reduced_element<X, false>> trace(
    X const& x,
    std::ptrdiff_t offset = 0,
    std::ptrdiff_t row_axis = 0,
    std::ptrdiff_t column_axis = 1,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    detail::check_matrices("trace", values.shape(), where);
    detail::one_statement const whole("trace", where);
    return sum(diagonal(values, offset, row_axis, column_axis, where), -1, {}, where);
}

namespace detail {
/// Matrices of which one side of the diagonal `offset` is zero, the diagonal going with the lower
/// side.
template <tensor_element T>
tensor<T> triangle(
    std::string_view name,
    tensor<T> const& x,
    std::ptrdiff_t offset,
    bool lower,
    std::source_location const& where)
{
    check_matrices(name, x.shape(), where);
    auto const below = lower_triangle(x.shape(-2), x.shape(-1), offset);
    return lower ? tensor<T>(xgrad::where(below, x, T(0)), where)
                 : tensor<T>(xgrad::where(below, T(0), x), where);
}
} // namespace detail

/// Matrices, in the last two axes, with zeros above the diagonal `offset`.
template <array_operand X>
tensor<value_type_of<X>> tril(
    X const& x,
    std::ptrdiff_t offset = 0,
    std::source_location where = std::source_location::current())
{
    return detail::triangle("tril", as_tensor(x, where), offset, true, where);
}

/// Matrices, in the last two axes, with zeros below the diagonal `offset`.
template <array_operand X>
tensor<value_type_of<X>> triu(
    X const& x,
    std::ptrdiff_t offset = 0,
    std::source_location where = std::source_location::current())
{
    return detail::triangle(
        "triu",
        as_tensor(x, where),
        std::max(offset, -std::numeric_limits<std::ptrdiff_t>::max()) - 1,
        false,
        where);
}
} // namespace xgrad
