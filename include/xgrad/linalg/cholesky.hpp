#pragma once

#include <xgrad/linalg/triangular.hpp>

namespace xgrad {
namespace detail {
/// The lower triangular factors of a fresh stack of symmetric matrices, in their place.
template <class T>
void factor_cholesky(tensor_body& a, std::source_location const& where)
{
    stack_lengths const stack(a.shape);
    auto const n = static_cast<int>(stack.rows);
    for (std::size_t k = 0; n > 0 && k < stack.count; ++k) {
        auto* const matrix = a.elements<T>() + k * stack.matrix_size();
        int info = 0;
        // The lower triangle of rows is Fortran's upper one.
        lapack::potrf("U", &n, matrix, &n, &info, 1);
        // A pivot may also be NaN, which not every implementation reports.
        for (std::size_t i = 0; info == 0 && i < stack.rows; ++i) {
            info = matrix[i * (stack.rows + 1)] > T(0) ? 0 : static_cast<int>(i) + 1;
        }
        if (info > 0) {
            throw value_error(
                "cholesky: the matrix is not positive definite: pivot " + std::to_string(info - 1) +
                " is not positive" + place_in_stack(k, stack.leading) + at(where));
        }
        for (std::size_t i = 0; i < stack.rows; ++i) {
            std::fill(matrix + i * stack.rows + i + 1, matrix + (i + 1) * stack.rows, T(0));
        }
    }
}
} // namespace detail

/// The lower triangular L with L Lᵀ = (A + Aᵀ) / 2, for stacks of positive definite matrices
/// {..., n, n}. Throws value_error where one is not.
///
/// ∂A = (S + Sᵀ) / 2 with S = L⁻ᵀ Φ(Lᵀ g) L⁻¹, where Φ takes the lower triangle and half the
/// diagonal. Murray 2016, Differentiation of the Cholesky decomposition, eq. 10.
template <array_operand A>
tensor<floating_element<value_type_of<A>>>
cholesky(A const& a, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    tensor<T> const values = as_tensor(a, where);
    detail::check_square("cholesky", values.shape(), where);
    auto const symmetric =
        detail::within_operation([&] { return detail::symmetric_part(values, where); });
    auto factors = dense(symmetric.handle());
    detail::factor_cholesky<T>(*factors, where);
    auto reverse = [where](statement_pullback& sweep) {
        tensor<T> const l(sweep.result());
        tensor<T> const g(sweep.incoming());
        tensor<T> const phi = matmul(detail::transposed_matrices(l, where), g, where) *
            detail::lower_mask<T>(l.shape(-1), 0.5);
        triangular_options const transposed{.transpose = true};
        auto const half = solve_triangular(l, phi, transposed, where);
        auto const s =
            solve_triangular(l, detail::transposed_matrices(half, where), transposed, where);
        sweep.add(0, detail::symmetric_part(s, where).handle());
    };
    return recorded(
        "cholesky",
        tensor<T>(std::move(factors)),
        std::array{&values.body()},
        {.result = true},
        reverse,
        where,
        detail::runs_again_by<T>(
            [where](tensor<T> const& other) { return cholesky(other, where); }));
}
} // namespace xgrad
