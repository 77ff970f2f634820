#pragma once

#include <xgrad/array/view.hpp>
#include <xgrad/linalg/lapack.hpp>
#include <xgrad/linalg/packed.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <algorithm>
#include <limits>

namespace xgrad {
/// A = U diag(s) Vh.
template <class T>
struct svd_factors
{
    tensor<T> u;  // {..., m, k}, its columns orthonormal; k is the smaller of m and n
    tensor<T> s;  // {..., k}, descending
    tensor<T> vh; // {..., k, n}, its rows orthonormal
};

namespace detail {
/// Singular values and vectors of a stack, one after the other: U, s, Vh.
template <class T>
body_pointer packed_svd(body_pointer const& a, std::source_location const& where)
{
    stack_lengths const stack(a->shape);
    auto const least = std::min(stack.rows, stack.columns);
    auto const length = least * (stack.rows + 1 + stack.columns);
    auto result = make_body(type_of<T>, stack.shape({length}));
    auto const work_on = dense_copy(*a);
    // Rows are columns for Fortran, which sees Aᵀ = V s Uᵀ.
    auto const m = static_cast<int>(stack.columns);
    auto const n = static_cast<int>(stack.rows);
    auto const k = static_cast<int>(least);
    std::vector<int> integers(8 * least);
    for (std::size_t i = 0; k > 0 && i < stack.count; ++i) {
        auto* const u = result->template elements<T>() + i * length;
        auto* const s = u + stack.rows * least;
        auto* const vh = s + least;
        auto* const from = work_on->template elements<T>() + i * stack.matrix_size();
        int info = 0;
        with_workspace<T>([&](T* work, int size) {
            lapack::gesdd(
                "S", &m, &n, from, &m, s, vh, &m, u, &k, work, &size, integers.data(), &info, 1);
        });
        if (info != 0) {
            throw value_error(
                "svd: the singular values were not found; is an element NaN or infinite?" +
                place_in_stack(i, stack.leading) + at(where));
        }
    }
    return result;
}

template <class T>
svd_factors<T> unpacked_svd(
    tensor<T> const& packed, std::size_t m, std::size_t n, std::source_location const& where)
{
    auto const k = std::min(m, n);
    return {
        unpacked(packed, 0, {m, k}, where),
        unpacked(packed, m * k, {k}, where),
        unpacked(packed, m * k + k, {k, n}, where)};
}

/// 1 / (b - a) of all pairs, where a is one of `values` for each row and b for each column; 0 where
/// they are equal.
template <class T>
tensor<T> reciprocal_gaps(tensor<T> const& rows, tensor<T> const& columns)
{
    return where(rows == columns, T(0), T(1) / (columns - rows));
}

template <class T>
tensor<T>
svd_adjoint(svd_factors<T> const& f, svd_factors<T> const& g, std::source_location const& where)
{
    auto const m = f.u.shape(-2);
    auto const k = f.s.shape(-1);
    auto const n = f.vh.shape(-1);
    auto const row = as_row(f.s, where);
    auto const column = as_last_column(f.s, where);
    tensor<T> const gaps = reciprocal_gaps<T>(square(column), square(row));
    auto const j = matmul(transposed_matrices(f.u, where), g.u, where);
    auto const l = matmul(f.vh, transposed_matrices(g.vh, where), where);
    auto const jt = transposed_matrices(j, where);
    auto const lt = transposed_matrices(l, where);
    // Where one is 0 (to rounding), it has a cusp: its subgradient of least norm is 0.
    auto const rounding = static_cast<T>(std::max(m, n)) * std::numeric_limits<T>::epsilon();
    auto const largest = as_row(view(f.s, ellipsis(), range(0, 1)), where);
    auto const by_s = xgrad::where(row > rounding * largest, as_row(g.s, where), T(0));
    tensor<T> const inner =
        gaps * ((j - jt) * row + (l - lt) * column) + tensor<T>(identity_body<T>({k, k})) * by_s;
    auto left = matmul(f.u, inner, where);
    if (m > k) {
        left = left + (g.u - matmul(f.u, j, where)) * xgrad::where(row == T(0), T(0), T(1) / row);
    }
    auto result = matmul(left, f.vh, where);
    if (n > k) {
        tensor<T> const rest =
            (g.vh - matmul(lt, f.vh, where)) * xgrad::where(column == T(0), T(0), T(1) / column);
        result = result + matmul(f.u, rest, where);
    }
    return result;
}

template <class T>
tensor<T> recorded_svd(tensor<T> const& a, std::source_location const& where)
{
    auto const m = a.shape(-2);
    auto const n = a.shape(-1);
    auto reverse = [m, n, where](statement_pullback& sweep) {
        auto const f = unpacked_svd(tensor<T>(sweep.result()), m, n, where);
        auto const g = unpacked_svd(tensor<T>(sweep.incoming()), m, n, where);
        sweep.add(0, svd_adjoint(f, g, where).handle());
    };
    return recorded(
        "svd",
        tensor<T>(packed_svd<T>(a.handle(), where)),
        std::array{&a.body()},
        {.result = true},
        reverse,
        where,
        runs_again_by<T>([where](tensor<T> const& other) { return recorded_svd(other, where); }));
}
} // namespace detail

/// The singular value decomposition (reduced) of stacks of matrices {..., m, n}.
///
/// The sign of a pair of singular vectors is free, so only a function that does not depend on it
/// has a gradient. Equal singular values contribute none through their vectors, and a value that is
/// 0 to rounding (at most max(m, n) ε times the largest) has none: its subgradient of least norm.
/// Throws value_error where the iteration fails.
/// ∂A = (U (F ∘ (J - Jᵀ) s + s F ∘ (L - Lᵀ) + ∂s) + (∂U - U J) s⁻¹) Vh + U s⁻¹ (∂Vh - Lᵀ Vh), where
/// J = Uᵀ ∂U, L = Vh ∂Vhᵀ, F_ij = 1 / (s_j² - s_i²). Townsend 2016, Differentiating the singular
/// value decomposition; Wan and Zhang 2019, Automatic differentiation for complex valued SVD.
template <array_operand A>
auto svd(A const& a, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    tensor<T> const values = as_tensor(a, where);
    detail::one_statement const whole("svd", where);
    detail::check_stack("svd", values.shape(), where);
    return detail::unpacked_svd(
        detail::recorded_svd(values, where), values.shape(-2), values.shape(-1), where);
}
} // namespace xgrad
