#pragma once

#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/operation.hpp>
#include <xgrad/array/summed_to.hpp>
#include <xgrad/engine/matrix_product.hpp>
#include <xgrad/tape/active.hpp>

#include <numeric>
#include <vector>

namespace xgrad {
namespace detail {
/// `body` with its last two axes exchanged.
inline body_pointer matrix_transposed(body_pointer const& body)
{
    auto shape = body->shape;
    auto strides = body->strides();
    auto const last = shape.size() - 1;
    std::swap(shape[last], shape[last - 1]);
    std::swap(strides[last], strides[last - 1]);
    return make_view(body, std::move(shape), std::move(strides), 0);
}

/// A vector as a matrix of one row (`axis` 0) or one column (`axis` 1).
inline body_pointer as_matrix(body_pointer const& body, std::size_t axis)
{
    if (body->shape.size() != 1) {
        return body;
    }
    shape_type shape{body->shape[0], body->shape[0]};
    strides_type strides{body->strides()[0], body->strides()[0]};
    shape[axis] = 1;
    strides[axis] = 0;
    return make_view(body, shape, strides, 0);
}

inline shape_type leading_axes(shape_type const& shape)
{
    return shape_type(shape.begin(), shape.end() - 2);
}

/// The first row (`axis` 2) or column (1) of every matrix of a stack.
inline body_pointer first_of_each(body_pointer const& body, std::size_t axis)
{
    auto shape = body->shape;
    shape[shape.size() - axis] = 1;
    return make_view(body, std::move(shape), body->strides(), 0);
}

/// Its matrices with so many rows (`axis` 2) or columns (1) that are all the only one.
inline body_pointer repeated(body_pointer const& body, std::size_t axis, std::size_t count)
{
    auto shape = body->shape;
    auto strides = body->strides();
    shape[shape.size() - axis] = count;
    strides[strides.size() - axis] = 0;
    return dense_copy(*make_view(body, std::move(shape), std::move(strides), 0));
}

/// The products of all matrices of two stacks, whose leading axes broadcast. Where all rows of the
/// left ones are one row, so are those of the products (and the columns of the right ones): the
/// gradient of sum(matmul(a, b)) is no product of matrices.
template <class T>
body_pointer stacked_product(body_pointer const& a_body, body_pointer const& b_body)
{
    auto const is_repeated = [](tensor_body const& body, std::size_t axis) {
        return body.borrowed != nullptr && body.shape[body.shape.size() - axis] > 1 &&
            body.borrowed->strides[body.shape.size() - axis] == 0;
    };
    if (is_repeated(*a_body, 2)) {
        auto const rows = a_body->shape[a_body->shape.size() - 2];
        return repeated(stacked_product<T>(first_of_each(a_body, 2), b_body), 2, rows);
    }
    if (is_repeated(*b_body, 1)) {
        auto const columns = b_body->shape.back();
        return repeated(stacked_product<T>(a_body, first_of_each(b_body, 1)), 1, columns);
    }
    matrix_stack<T> const a(a_body);
    matrix_stack<T> const b(b_body);
    auto shape = a.leading_axes();
    broadcast_into(shape, b.leading_axes());
    auto const a_steps = a.steps(shape);
    auto const b_steps = b.steps(shape);
    auto const stacks = element_count(shape);
    auto result_shape = shape;
    result_shape.push_back(a.rows());
    result_shape.push_back(b.columns());
    auto const size = a.rows() * b.columns();
    auto result = make_body(type_of<T>, result_shape, stacks * size);
    for (std::size_t i = 0; i < stacks && size > 0; ++i) {
        std::ptrdiff_t a_offset = 0;
        std::ptrdiff_t b_offset = 0;
        auto rest = i;
        for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) {
            auto const index = static_cast<std::ptrdiff_t>(rest % shape[axis]);
            a_offset += index * a_steps[axis];
            b_offset += index * b_steps[axis];
        }
        auto* const to = result->template elements<T>() + i * size;
        if (a.columns() == 0) {
            std::fill_n(to, size, T(0));
        } else {
            matrix_product<T>(a.at(a_offset), b.at(b_offset), to);
        }
    }
    return result;
}

/// The transposes of a stack of matrices.
template <class T>
tensor<T> transposed_matrices(tensor<T> const& x, std::source_location const& where)
{
    std::vector<std::size_t> order(x.dimension());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    return transpose(x, order, where);
}

/// What the way back of a product needs: each operand's shape, and the result's, as matrices.
struct product_shapes
{
    shape_type left;
    shape_type right;
    shape_type result;
};

template <class T>
void add_products(statement_pullback& sweep, product_shapes const& shapes)
{
    auto const g = sweep.incoming(shapes.result);
    auto const x = as_matrix(sweep.operand(0), 0);
    auto const y = as_matrix(sweep.operand(1), 1);
    auto const give = [&](std::size_t i, body_pointer gradient, shape_type const& matrices) {
        if (!same_shape(gradient->shape, matrices)) {
            gradient = summed_to<T>(gradient, matrices);
        }
        sweep.add(i, with_shape(std::move(gradient), sweep.shape(i)));
    };
    if (sweep.wants(0)) {
        give(0, stacked_product<T>(g, matrix_transposed(y)), shapes.left);
    }
    if (sweep.wants(1)) {
        give(1, stacked_product<T>(matrix_transposed(x), g), shapes.right);
    }
}

/// The same where some tape records it.
template <class T>
void add_recorded_products(
    statement_pullback& sweep, product_shapes const& shapes, std::source_location const& where)
{
    auto const g = reshape(tensor<T>(sweep.incoming()), shapes.result, where);
    auto const matrices = [&](std::size_t i, shape_type const& shape) {
        return reshape(tensor<T>(sweep.operand(i)), shape, where);
    };
    if (sweep.wants(0)) {
        auto const y = transposed_matrices(matrices(1, shapes.right), where);
        auto const sum = sum_to(matmul(g, y, where), shapes.left, where);
        sweep.add(0, reshape(sum, sweep.shape(0), where).handle());
    }
    if (sweep.wants(1)) {
        auto const x = transposed_matrices(matrices(0, shapes.left), where);
        auto const sum = sum_to(matmul(x, g, where), shapes.right, where);
        sweep.add(1, reshape(sum, sweep.shape(1), where).handle());
    }
}
} // namespace detail

/// The matrix product, as NumPy's: of two matrices, of stacks of matrices whose leading axes
/// broadcast, and of vectors (a row on the left, a column on the right; that axis is not in the
/// result). Throws shape_error where the inner lengths differ or an operand is a scalar.
/// ∂a = g bᵀ, ∂b = aᵀ g.
template <array_operand A, array_operand B>
tensor<floating_element<value_type_of<A>, value_type_of<B>>>
matmul(A const& a, B const& b, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    tensor<T> const left = as_tensor(a, where);
    tensor<T> const right = as_tensor(b, where);
    auto const fail = [&](std::string const& why) {
        throw shape_error(
            "matmul: shapes " + to_string(left.shape()) + " and " + to_string(right.shape()) + " " +
            why + at(where));
    };
    if (left.dimension() == 0 || right.dimension() == 0) {
        fail("hold a scalar; multiply by it with *");
    }
    auto const x = detail::as_matrix(left.handle(), 0);
    auto const y = detail::as_matrix(right.handle(), 1);
    auto const inner = x->shape[x->shape.size() - 1];
    if (inner != y->shape[y->shape.size() - 2]) {
        fail(
            "do not fit: the last axis of the first has " + std::to_string(inner) +
            " elements, the rows of the second are " +
            std::to_string(y->shape[y->shape.size() - 2]));
    }
    if (auto leading = detail::leading_axes(x->shape);
        !broadcast_into(leading, detail::leading_axes(y->shape))) {
        fail("do not fit: their leading axes do not broadcast");
    }
    auto product = detail::stacked_product<T>(x, y);
    auto const matrix_shape = product->shape;
    shape_type shape(matrix_shape.begin(), matrix_shape.end() - 2);
    if (left.dimension() > 1) {
        shape.push_back(matrix_shape[matrix_shape.size() - 2]);
    }
    if (right.dimension() > 1) {
        shape.push_back(matrix_shape[matrix_shape.size() - 1]);
    }
    detail::product_shapes const shapes{x->shape, y->shape, matrix_shape};
    auto reverse = [shapes, where](statement_pullback& sweep) {
        if (is_recording()) {
            detail::add_recorded_products<T>(sweep, shapes, where);
        } else {
            detail::add_products<T>(sweep, shapes);
        }
    };
    return recorded(
        "matmul",
        tensor<T>(with_shape(std::move(product), std::move(shape))),
        std::array{&left.body(), &right.body()},
        {.operands = true},
        reverse,
        where,
        [where](std::span<tensor_body* const> operands) {
            return matmul(tensor<T>(share(*operands[0])), tensor<T>(share(*operands[1])), where)
                .handle();
        });
}
} // namespace xgrad
