#pragma once

#include <xgrad/linalg/triangular.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace xgrad::detail {
/// The LU factors of a stack of square matrices, and what can be had from them.
///
/// The rows of a matrix in memory are columns for Fortran: what is factored is Aᵀ = P L U, which is
/// as good, and costs no transposition. In rows, the upper triangle then holds Lᵀ (its diagonal of
/// ones left out), and the lower one Uᵀ.
template <class T>
class lu_factors
{
public:
    explicit lu_factors(tensor<T> const& a)
        : stack_(a.shape()), factors_(dense_copy(a.body())), pivots_(stack_.count * stack_.rows)
    {
        auto const n = static_cast<int>(stack_.rows);
        for (std::size_t k = 0; n > 0 && k < stack_.count; ++k) {
            int info = 0;
            lapack::getrf(&n, &n, matrix(k), &n, pivots(k), &info);
        }
    }

    stack_lengths const& stack() const noexcept { return stack_; }

    /// Throws value_error where a matrix is singular.
    void check_regular(std::string_view name, std::source_location const& where) const
    {
        auto const n = stack_.rows;
        for (std::size_t k = 0; k < stack_.count; ++k) {
            for (std::size_t i = 0; i < n; ++i) {
                if (matrix(k)[i * (n + 1)] == T(0)) {
                    throw value_error(
                        std::string(name) + ": the matrix is singular: pivot " + std::to_string(i) +
                        " is 0" + place_in_stack(k, stack_.leading) + at(where));
                }
            }
        }
    }

    /// b ← A⁻¹ b, or A⁻ᵀ b, of matrix k; b is of `columns` columns.
    void solve(std::size_t k, bool transposed, std::size_t columns, T* b) const
    {
        auto const n = stack_.rows;
        triangular_options const by_l{
            .lower = false, .unit_diagonal = true, .transpose = transposed};
        triangular_options const by_u{
            .lower = true, .unit_diagonal = false, .transpose = transposed};
        if (transposed) {
            for (std::size_t i = 0; i < n; ++i) {
                exchange(k, i, columns, b);
            }
            solve_triangle(by_l, n, matrix(k), columns, b);
            solve_triangle(by_u, n, matrix(k), columns, b);
        } else {
            solve_triangle(by_u, n, matrix(k), columns, b);
            solve_triangle(by_l, n, matrix(k), columns, b);
            for (std::size_t i = n; i-- > 0;) {
                exchange(k, i, columns, b);
            }
        }
    }

    /// A⁻¹ of them all.
    tensor<T> inverse() const
    {
        auto result = dense_copy(*factors_);
        auto const n = static_cast<int>(stack_.rows);
        for (std::size_t k = 0; n > 0 && k < stack_.count; ++k) {
            auto* const to = result->template elements<T>() + k * stack_.matrix_size();
            with_workspace<T>([&](T* work, int size) {
                int info = 0;
                lapack::getri(&n, to, &n, pivots(k), work, &size, &info);
            });
        }
        return tensor<T>(std::move(result));
    }

    /// f(pivots on the diagonal, one by one) for every matrix; `sign` is that of the exchanges.
    template <class F>
    void for_each_diagonal(F const& f) const
    {
        auto const n = stack_.rows;
        for (std::size_t k = 0; k < stack_.count; ++k) {
            T sign = 1;
            for (std::size_t i = 0; i < n; ++i) {
                sign = pivots(k)[i] == static_cast<int>(i) + 1 ? sign : -sign;
            }
            f(k, sign, [&, m = matrix(k)](std::size_t i) { return m[i * (n + 1)]; });
        }
    }

private:
    T* matrix(std::size_t k) const noexcept
    {
        return factors_->template elements<T>() + k * stack_.matrix_size();
    }

    int* pivots(std::size_t k) noexcept { return pivots_.data() + k * stack_.rows; }

    int const* pivots(std::size_t k) const noexcept { return pivots_.data() + k * stack_.rows; }

    void exchange(std::size_t k, std::size_t i, std::size_t columns, T* b) const
    {
        auto const other = static_cast<std::size_t>(pivots(k)[i]) - 1;
        if (other != i) {
            std::swap_ranges(b + i * columns, b + (i + 1) * columns, b + other * columns);
        }
    }

    stack_lengths stack_;
    body_pointer factors_;
    std::vector<int> pivots_;
};
} // namespace xgrad::detail
