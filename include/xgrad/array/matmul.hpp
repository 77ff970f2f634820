#pragma once

#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/operation.hpp>
#include <xgrad/array/stacked_product.hpp>
#include <xgrad/array/summed_to.hpp>
#include <xgrad/tape/active.hpp>

#include <numeric>
#include <optional>
#include <vector>

namespace xgrad {
template <array_operand A, array_operand B>
tensor<floating_element<value_type_of<A>, value_type_of<B>>>
matmul(A const& a, B const& b, std::source_location where = std::source_location::current());

namespace detail {
/// The transposes of a stack of matrices.
template <class T>
tensor<T> transposed_matrices(tensor<T> const& x, std::source_location const& where)
{
    std::vector<std::size_t> order(x.dimension());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    return transpose(x, order, where);
}

/// The shapes of two operands, and of their product, as stacks of matrices.
struct product_shapes
{
    shape_type left;
    shape_type right;
    shape_type result;

    product_shapes(shape_type const& a, shape_type const& b) : left(a), right(b)
    {
        if (left.size() == 1) {
            left.insert(left.begin(), 1);
        }
        if (right.size() == 1) {
            right.push_back(1);
        }
        result = leading_axes(left);
        broadcast_into(result, leading_axes(right));
        result.push_back(left[left.size() - 2]);
        result.push_back(right.back());
    }
};

/// An array that lies in a row, and is no stack, as a matrix: what most products are of. A vector
/// has one row (`axis` 0) or one column (`axis` 1).
template <class T>
std::optional<matrix_view<T>> plain_matrix(tensor_body const& body, std::size_t axis) noexcept
{
    auto const rank = body.shape.size();
    if (!body.contiguous || body.size == 0 || rank == 0 || rank > 2) {
        return std::nullopt;
    }
    auto const rows = rank == 2 ? body.shape[0] : axis == 0 ? 1 : body.size;
    auto const columns = body.size / rows;
    return matrix_view<T>{
        body.elements<T const>(), rows, columns, static_cast<std::ptrdiff_t>(columns), 1};
}

/// A product of plain matrices, as an array of this shape.
template <class T>
body_pointer
plain_product(matrix_view<T> const& a, matrix_view<T> const& b, shape_type const& shape)
{
    auto result = make_body(type_of<T>, shape, a.rows * b.columns);
    matrix_product<T>(a, b, result->template elements<T>());
    return result;
}

/// The product's adjoints where all three are plain matrices. False where they are not.
template <class T>
bool add_plain_products(statement_pullback& sweep, tensor_body const& incoming)
{
    auto const g = plain_matrix<T>(incoming, 0);
    auto const x = plain_matrix<T>(*sweep.operand(0), 0);
    auto const y = plain_matrix<T>(*sweep.operand(1), 1);
    if (!g || !x || !y) {
        return false;
    }
    if (sweep.wants(0)) {
        sweep.add(0, plain_product(*g, y->transposed(), sweep.shape(0)));
    }
    if (sweep.wants(1)) {
        sweep.add(1, plain_product(x->transposed(), *g, sweep.shape(1)));
    }
    return true;
}

template <class T>
void add_products(statement_pullback& sweep)
{
    product_shapes const shapes(sweep.shape(0), sweep.shape(1));
    auto const g = sweep.incoming(shapes.result);
    if (add_plain_products<T>(sweep, *g)) {
        return;
    }
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
void add_recorded_products(statement_pullback& sweep, std::source_location const& where)
{
    product_shapes const shapes(sweep.shape(0), sweep.shape(1));
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

/// The product of two tensors, none a scalar; without an axis for each that is a vector.
template <class T>
body_pointer
product_of(tensor<T> const& left, tensor<T> const& right, std::source_location const& where)
{
    auto const x = plain_matrix<T>(left.body(), 0);
    auto const y = plain_matrix<T>(right.body(), 1);
    auto const without_axes = [&](shape_type shape, std::size_t rows, std::size_t columns) {
        if (left.dimension() > 1) {
            shape.push_back(rows);
        }
        if (right.dimension() > 1) {
            shape.push_back(columns);
        }
        return shape;
    };
    if (x && y && x->columns == y->rows) {
        return plain_product(*x, *y, without_axes({}, x->rows, y->columns));
    }
    auto const fail = [&](std::string const& why) {
        throw shape_error(
            "matmul: shapes " + to_string(left.shape()) + " and " + to_string(right.shape()) +
            " do not fit: " + why + at(where));
    };
    auto const a = as_matrix(left.handle(), 0);
    auto const b = as_matrix(right.handle(), 1);
    auto const inner = a->shape.back();
    auto const rows = b->shape[b->shape.size() - 2];
    if (inner != rows) {
        fail(
            "the last axis of the first has " + std::to_string(inner) +
            " elements, the rows of the second are " + std::to_string(rows));
    }
    auto leading = leading_axes(a->shape);
    if (!broadcast_into(leading, leading_axes(b->shape))) {
        fail("their leading axes do not broadcast");
    }
    auto product = stacked_product<T>(a, b);
    auto const& matrices = product->shape;
    auto shape = without_axes(leading, matrices[matrices.size() - 2], matrices.back());
    return with_shape(std::move(product), std::move(shape));
}

/// The product as tapes remember it.
template <class T>
class product_operation final : public array_operation
{
public:
    explicit product_operation(std::source_location const& where) : where_(where) {}

    std::string_view name() const noexcept override { return "matmul"; }

    void reverse(statement_pullback& sweep) const override
    {
        if (is_recording()) {
            add_recorded_products<T>(sweep, where_);
        } else {
            add_products<T>(sweep);
        }
    }

    bool multiplies_matrices() const noexcept override { return true; }

    bool runs_again() const noexcept override { return true; }

    body_pointer again(std::span<tensor_body* const> operands) const override
    {
        return matmul(tensor<T>(share(*operands[0])), tensor<T>(share(*operands[1])), where_)
            .handle();
    }

private:
    std::source_location where_;
};
} // namespace detail

/// The matrix product, as NumPy's: of two matrices, of stacks of matrices whose leading axes
/// broadcast, and of vectors (a row on the left, a column on the right; that axis is not in the
/// result). Throws shape_error where the inner lengths differ or an operand is a scalar.
/// ∂a = g bᵀ, ∂b = aᵀ g.
template <array_operand A, array_operand B>
tensor<floating_element<value_type_of<A>, value_type_of<B>>>
matmul(A const& a, B const& b, std::source_location where)
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    tensor<T> const left = as_tensor(a, where);
    tensor<T> const right = as_tensor(b, where);
    if (left.dimension() == 0 || right.dimension() == 0) {
        throw shape_error(
            "matmul: shapes " + to_string(left.shape()) + " and " + to_string(right.shape()) +
            " hold a scalar; multiply by it with *" + at(where));
    }
    return recorded_as<detail::product_operation<T>>(
        "matmul",
        tensor<T>(detail::product_of(left, right, where)),
        std::array{&left.body(), &right.body()},
        {.operands = true},
        where,
        where);
}
} // namespace xgrad
