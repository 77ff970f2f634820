#pragma once

#include <xgrad/xgrad.hpp>

#include <cmath>
#include <vector>

/// Solves a x = b for a symmetric, positive definite matrix a = L Lᵀ (Cholesky).
/// Throws value_error where it is not positive definite.
inline xgrad::tensor<double> solve(xgrad::tensor<double> const& a, xgrad::tensor<double> const& b)
{
    auto const n = b.size();
    std::vector<double> l(a.begin(), a.end());
    std::vector<double> x(b.begin(), b.end());
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            for (std::size_t k = 0; k < j; ++k) {
                l[i * n + j] -= l[i * n + k] * l[j * n + k];
            }
            if (i > j) {
                l[i * n + j] /= l[j * n + j];
            } else if (l[i * n + i] > 0) {
                l[i * n + i] = std::sqrt(l[i * n + i]);
            } else {
                throw xgrad::value_error(
                    "solve: the matrix is not positive definite; does a column depend on others?");
            }
            x[i] -= i > j ? l[i * n + j] * x[j] : 0;
        }
        x[i] /= l[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) {
            x[i] -= l[k * n + i] * x[k];
        }
        x[i] /= l[i * n + i];
    }
    return xgrad::constant(x);
}
