#pragma once

#include <xgrad/base/broadcast.hpp>
#include <xgrad/engine/matrix_product.hpp>

#include <algorithm>

// Products of stacks of matrices, the last two axes of arrays.

namespace xgrad::detail {
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
} // namespace xgrad::detail
