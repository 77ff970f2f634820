#pragma once

#include <xgrad/array/concatenate.hpp>
#include <xgrad/linalg/packed.hpp>
#include <xgrad/linalg/triangular.hpp>
#include <xgrad/tape/one_statement.hpp>

namespace xgrad {
/// A = Q R.
template <class T>
struct qr_factors
{
    tensor<T> q; // {..., m, k}, its columns orthonormal; k is the smaller of m and n
    tensor<T> r; // {..., k, n}, upper triangular
};

namespace detail {
/// Q and R, one after the other, of a stack of matrices with at least as many rows as columns.
template <class T>
body_pointer packed_qr(body_pointer const& a)
{
    stack_lengths const stack(a->shape);
    auto const n = stack.columns;
    auto const length = stack.matrix_size() + n * n;
    auto result = make_body(type_of<T>, stack.shape({length}));
    auto const matrices = dense(a);
    std::vector<T> tau(n);
    // Rows are columns for Fortran, which sees Aᵀ = Rᵀ Qᵀ: LQ factors.
    auto const rows = static_cast<int>(n);
    auto const columns = static_cast<int>(stack.rows);
    for (std::size_t i = 0; n > 0 && i < stack.count; ++i) {
        auto* const q = result->template elements<T>() + i * length;
        auto* const r = q + stack.matrix_size();
        std::copy_n(
            matrices->template elements<T>() + i * stack.matrix_size(), stack.matrix_size(), q);
        int info = 0;
        with_workspace<T>([&](T* work, int size) {
            lapack::gelqf(&rows, &columns, q, &rows, tau.data(), work, &size, &info);
        });
        for (std::size_t row = 0; row < n; ++row) {
            std::fill_n(r + row * n, row, T(0));
            std::copy(q + row * n + row, q + (row + 1) * n, r + row * n + row);
        }
        with_workspace<T>([&](T* work, int size) {
            lapack::orglq(&rows, &columns, &rows, q, &rows, tau.data(), work, &size, &info);
        });
    }
    return result;
}

template <class T>
qr_factors<T> unpacked_qr(
    tensor<T> const& packed, std::size_t m, std::size_t n, std::source_location const& where)
{
    return {unpacked(packed, 0, {m, n}, where), unpacked(packed, m * n, {n, n}, where)};
}

/// (∂Q + Q copyltu(M)) R⁻ᵀ.
template <class T>
tensor<T>
qr_adjoint(qr_factors<T> const& f, qr_factors<T> const& g, std::source_location const& where)
{
    auto const lower = lower_mask<T>(f.r.shape(-1), 1);
    tensor<T> const by_r = g.r * transposed_matrices(lower, where); // below the diagonal R is 0
    tensor<T> const m = matmul(f.r, transposed_matrices(by_r, where), where) -
        matmul(transposed_matrices(g.q, where), f.q, where);
    tensor<T> const below = m * lower_mask<T>(f.r.shape(-1), 0);
    tensor<T> const symmetric = m * lower + transposed_matrices(below, where);
    tensor<T> const sum = g.q + matmul(f.q, symmetric, where);
    return transposed_matrices(
        solve_triangular("qr", f.r, transposed_matrices(sum, where), {.lower = false}, where),
        where);
}

template <class T>
tensor<T> recorded_qr(tensor<T> const& a, std::source_location const& where)
{
    auto const m = a.shape(-2);
    auto const n = a.shape(-1);
    auto reverse = [m, n, where](statement_pullback& sweep) {
        auto const f = unpacked_qr(tensor<T>(sweep.result()), m, n, where);
        auto const g = unpacked_qr(tensor<T>(sweep.incoming()), m, n, where);
        sweep.add(0, qr_adjoint(f, g, where).handle());
    };
    return recorded(
        "qr",
        tensor<T>(packed_qr<T>(a.handle())),
        std::array{&a.body()},
        {.result = true},
        reverse,
        where,
        runs_again_by<T>([where](tensor<T> const& other) { return recorded_qr(other, where); }));
}

template <class T>
qr_factors<T> tall_qr(tensor<T> const& a, std::source_location const& where)
{
    return unpacked_qr(recorded_qr(a, where), a.shape(-2), a.shape(-1), where);
}
} // namespace detail

/// The reduced QR decomposition of stacks of matrices {..., m, n}, by Householder reflections. The
/// signs of R's rows are LAPACK's. The gradient throws value_error where the first k columns depend
/// on each other.
/// ∂A = (∂Q + Q copyltu(M)) R⁻ᵀ with M = R ∂Rᵀ - ∂Qᵀ Q, where copyltu mirrors the lower triangle.
/// Walter and Lehmann 2018, Algorithmic differentiation of linear algebra functions with
/// application in optimum experimental design. More columns than rows: Q by the first m columns,
/// and Qᵀ A.
template <array_operand A>
auto qr(A const& a, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    tensor<T> const values = as_tensor(a, where);
    detail::one_statement const whole("qr", where);
    detail::check_stack("qr", values.shape(), where);
    auto const m = values.shape(-2);
    auto const n = values.shape(-1);
    if (m >= n) {
        return detail::tall_qr(values, where);
    }
    auto const [q, r] = detail::tall_qr(view(values, ellipsis(), range(std::size_t{0}, m)), where);
    auto const rest =
        matmul(detail::transposed_matrices(q, where), view(values, ellipsis(), range(m, n)), where);
    return qr_factors<T>{q, concatenate({r, rest}, -1, where)};
}
} // namespace xgrad
