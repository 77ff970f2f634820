#pragma once

#include <xgrad/linalg/lapack.hpp>
#include <xgrad/linalg/stack.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/tape/one_statement.hpp>

namespace xgrad {
/// Which triangle of a matrix holds the coefficients, and how they are meant.
struct triangular_options
{
    bool lower = true;          // the lower triangle; the other one is not read
    bool unit_diagonal = false; // the diagonal is ones, and not read
    bool transpose = false;     // Aᵀ x = b instead of A x = b
};

namespace detail {
/// b ← op(a)⁻¹ b for one row-major matrix a of n rows, and b of n rows and `columns`.
template <class T>
void solve_triangle(
    triangular_options const& o, std::size_t n, T const* a, std::size_t columns, T* b)
{
    if (n == 0 || columns == 0) {
        return;
    }
    // What is row-major for us is the transpose for Fortran: xᵀ op(a)ᵀ = bᵀ, from the right.
    auto const order = static_cast<int>(n);
    auto const width = static_cast<int>(columns);
    T const one = 1;
    lapack::trsm(
        "R",
        o.lower ? "U" : "L",
        o.transpose ? "T" : "N",
        o.unit_diagonal ? "U" : "N",
        &width,
        &order,
        &one,
        a,
        &order,
        b,
        &width,
        1,
        1,
        1,
        1);
}

/// Throws value_error where a diagonal element is 0.
template <class T>
void check_diagonal(
    std::string_view name,
    tensor_body const& a,
    stack_lengths const& stack,
    std::source_location const& where)
{
    auto const n = stack.rows;
    for (std::size_t k = 0; k < stack.count; ++k) {
        auto const* const matrix = a.elements<T>() + k * n * n;
        for (std::size_t i = 0; i < n; ++i) {
            if (matrix[i * (n + 1)] == T(0)) {
                throw value_error(
                    std::string(name) + ": the matrix is singular: its diagonal element " +
                    std::to_string(i) + " is 0" + place_in_stack(k, stack.leading) + at(where));
            }
        }
    }
}

/// The shapes of a system a x = b whose leading axes broadcast; b a stack of matrices.
struct system_lengths
{
    stack_lengths a;
    stack_lengths b;
    shape_type leading;

    system_lengths(
        std::string_view name,
        shape_type const& a_shape,
        shape_type const& b_shape,
        shape_type const& b_as_given,
        std::source_location const& where)
        : a(a_shape), b(b_shape), leading(a.leading)
    {
        bool const fits = a.rows == b.rows;
        if (!fits || !broadcast_into(leading, b.leading)) {
            throw shape_error(
                std::string(name) + ": shapes " + to_string(a_shape) + " and " +
                to_string(b_as_given) + " do not fit: " +
                (fits ? "their leading axes do not broadcast"
                      : "the matrix has " + std::to_string(a.rows) + " rows, the right-hand side " +
                         std::to_string(b.rows)) +
                at(where));
        }
    }
};

/// Throws shape_error where b, the right-hand side of a system, is a scalar.
inline void check_right_hand_side(
    std::string_view name,
    shape_type const& a,
    shape_type const& b,
    std::source_location const& where)
{
    if (b.size() == 0) {
        throw shape_error(
            std::string(name) + ": shapes " + to_string(a) + " and " + to_string(b) +
            " do not fit: the right-hand side is a scalar; it needs an element for each row" +
            at(where));
    }
}

template <class T>
tensor<T> solve_triangular(
    std::string_view name,
    tensor<T> const& a,
    tensor<T> const& b,
    triangular_options const& options,
    std::source_location const& where)
{
    one_statement const whole(name, where);
    check_square(name, a.shape(), where);
    check_right_hand_side(name, a.shape(), b.shape(), where);
    auto const column = as_column(b, where);
    system_lengths const lengths(name, a.shape(), column.shape(), b.shape(), where);
    auto const n = lengths.a.rows;
    auto const matrices = dense(a.handle());
    if (!options.unit_diagonal) {
        check_diagonal<T>(name, *matrices, lengths.a, where);
    }
    auto x = repeated(column.handle(), lengths.leading);
    broadcast_stack const place(lengths.a.leading, lengths.leading);
    auto const size = n * lengths.b.columns;
    for (std::size_t k = 0; size > 0 && k < x->size / size; ++k) {
        solve_triangle(
            options,
            n,
            matrices->template elements<T>() + place(k) * n * n,
            lengths.b.columns,
            x->template elements<T>() + k * size);
    }
    auto reverse = [options, where](statement_pullback& sweep) {
        tensor<T> const matrix(sweep.operand(0));
        tensor<T> const solution(sweep.result());
        auto flipped = options;
        flipped.transpose = !options.transpose;
        tensor<T> const by_b = solve_triangular(
            "solve_triangular", matrix, tensor<T>(sweep.incoming()), flipped, where);
        if (sweep.wants(1)) {
            sweep.add(1, sum_to(by_b, sweep.shape(1), where).handle());
        }
        if (sweep.wants(0)) {
            auto const& left = options.transpose ? solution : by_b;
            auto const& right = options.transpose ? by_b : solution;
            auto const product = matmul(left, transposed_matrices(right, where), where);
            auto mask = lower_mask<T>(sweep.shape(0).back(), options.unit_diagonal ? 0 : 1);
            if (!options.lower) {
                mask = transposed_matrices(mask, where);
            }
            tensor<T> const by_a = -product * mask;
            sweep.add(0, sum_to(by_a, sweep.shape(0), where).handle());
        }
    };
    auto const result = recorded(
        name,
        tensor<T>(std::move(x)),
        std::array{&a.body(), &column.body()},
        {.operands = true, .result = true},
        reverse,
        where,
        runs_again_by<T, T>([name, options, where](tensor<T> const& other, tensor<T> const& right) {
            return solve_triangular(name, other, right, options, where);
        }));
    if (b.dimension() > 1) {
        return result;
    }
    auto shape = lengths.leading;
    shape.push_back(n);
    return reshape(result, shape, where);
}
} // namespace detail

/// The x of A x = b for stacks of triangular matrices A {..., n, n}; b {n} is a vector, b {..., n,
/// m} holds m right-hand sides; leading axes broadcast. Throws shape_error where the shapes do not
/// fit, value_error for a 0 on the diagonal.
///
/// ∂b = A⁻ᵀ g, ∂A = -∂b xᵀ on its triangle. Giles 2008, Collected matrix derivative results, 2.2.
template <array_operand A, array_operand B>
auto solve_triangular(
    A const& a,
    B const& b,
    triangular_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    return detail::solve_triangular<T>(
        "solve_triangular", as_tensor(a, where), as_tensor(b, where), options, where);
}
} // namespace xgrad
