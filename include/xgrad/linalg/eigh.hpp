#pragma once

#include <xgrad/linalg/svd.hpp>
#include <xgrad/tape/one_statement.hpp>

namespace xgrad {
/// A = V diag(w) Vᵀ.
template <class T>
struct eigh_factors
{
    tensor<T> w; // {..., n}, ascending
    tensor<T> v; // {..., n, n}: an eigenvector is a column
};

namespace detail {
/// The eigenvalues and eigenvectors of a stack of symmetric matrices: w, then V.
template <class T>
body_pointer packed_eigh(body_pointer const& a, std::source_location const& where)
{
    stack_lengths const stack(a->shape);
    auto const n = static_cast<int>(stack.rows);
    auto const length = stack.rows + stack.matrix_size();
    auto result = make_body(type_of<T>, stack.shape({length}));
    auto const matrices = dense_copy(*a);
    int const integers_size = 3 + 5 * n;
    std::vector<int> integers(static_cast<std::size_t>(integers_size));
    for (std::size_t k = 0; n > 0 && k < stack.count; ++k) {
        auto* const matrix = matrices->template elements<T>() + k * stack.matrix_size();
        auto* const w = result->template elements<T>() + k * length;
        int info = 0;
        with_workspace<T>([&](T* work, int size) {
            lapack::syevd(
                "V",
                "U",
                &n,
                matrix,
                &n,
                w,
                work,
                &size,
                integers.data(),
                &integers_size,
                &info,
                1,
                1);
        });
        if (info != 0) {
            throw value_error(
                "eigh: the eigenvalues were not found; is an element NaN or infinite?" +
                place_in_stack(k, stack.leading) + at(where));
        }
        auto* to = w + stack.rows;
        for (std::size_t i = 0; i < stack.rows; ++i) {
            for (std::size_t j = 0; j < stack.rows; ++j) {
                *to++ = matrix[j * stack.rows + i];
            }
        }
    }
    return result;
}

template <class T>
eigh_factors<T>
unpacked_eigh(tensor<T> const& packed, std::size_t n, std::source_location const& where)
{
    return {unpacked(packed, 0, {n}, where), unpacked(packed, n, {n, n}, where)};
}

template <class T>
tensor<T> recorded_eigh(tensor<T> const& a, std::source_location const& where)
{
    auto const n = a.shape(-1);
    auto const symmetric = within_operation([&] { return symmetric_part(a, where); });
    auto reverse = [n, where](statement_pullback& sweep) {
        auto const f = unpacked_eigh(tensor<T>(sweep.result()), n, where);
        auto const g = unpacked_eigh(tensor<T>(sweep.incoming()), n, where);
        auto const vt = transposed_matrices(f.v, where);
        tensor<T> const inner = tensor<T>(identity_body<T>({n, n})) * as_row(g.w, where) +
            reciprocal_gaps<T>(as_last_column(f.w, where), as_row(f.w, where)) *
                matmul(vt, g.v, where);
        auto const by_a = matmul(matmul(f.v, inner, where), vt, where);
        sweep.add(0, symmetric_part(by_a, where).handle());
    };
    return recorded(
        "eigh",
        tensor<T>(packed_eigh<T>(symmetric.handle(), where)),
        std::array{&a.body()},
        {.result = true},
        reverse,
        where,
        runs_again_by<T>([where](tensor<T> const& other) { return recorded_eigh(other, where); }));
}
} // namespace detail

/// The eigenvalues and eigenvectors of (A + Aᵀ) / 2, for stacks of square matrices {..., n, n}.
///
/// The sign of an eigenvector is free, so only a function that does not depend on it has a
/// gradient. Equal eigenvalues contribute none through their vectors. Throws value_error where the
/// iteration fails.
/// ∂A = V (diag(∂w) + F ∘ (Vᵀ ∂V)) Vᵀ, its symmetric part, with F_ij = 1 / (w_j - w_i). Giles 2008,
/// Collected matrix derivative results, 3.1.
template <array_operand A>
auto eigh(A const& a, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    tensor<T> const values = as_tensor(a, where);
    detail::one_statement const whole("eigh", where);
    detail::check_square("eigh", values.shape(), where);
    return detail::unpacked_eigh(detail::recorded_eigh(values, where), values.shape(-1), where);
}
} // namespace xgrad
