#pragma once

#include <xgrad/linalg/svd.hpp>

#include <algorithm>
#include <limits>

namespace xgrad {
/// The pseudo-inverse (Moore and Penrose) of stacks of matrices {..., m, n}, by singular values;
/// those below max(m, n) ε times the largest count as 0.
///
/// ∂A = -Pᵀ g Pᵀ + (I - A P) gᵀ P Pᵀ + Pᵀ P gᵀ (I - P A), exact while the rank does not change.
/// Golub and Pereyra 1973, The differentiation of pseudo-inverses and nonlinear least squares
/// problems.
template <array_operand A>
tensor<floating_element<value_type_of<A>>>
pinv(A const& a, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    tensor<T> const values = as_tensor(a, where);
    detail::check_stack("pinv", values.shape(), where);
    auto const m = values.shape(-2);
    auto const n = values.shape(-1);
    auto const transposed = [where](tensor<T> const& x) {
        return detail::transposed_matrices(x, where);
    };
    bool full_rank = true;
    auto inverse = detail::within_operation([&] {
        if (values.size() == 0) {
            return tensor<T>(dense_copy(*transposed(values).handle()));
        }
        auto const [u, s, vh] = svd(values, where);
        auto const cutoff = static_cast<T>(std::max(m, n)) * std::numeric_limits<T>::epsilon();
        tensor<bool> const counts = s > cutoff * amax(s, -1, {.keep_dims = true});
        full_rank = std::find(counts.begin(), counts.end(), false) == counts.end();
        tensor<T> const reciprocal = xgrad::where(counts, T(1) / s, T(0));
        tensor<T> const scaled = transposed(vh) * detail::as_row(reciprocal, where);
        return matmul(scaled, transposed(u), where);
    });
    auto reverse = [left = !full_rank || m > n, right = !full_rank || n > m, transposed, where](
                       statement_pullback& sweep) {
        if (is_recording()) {
            detail::note_choice();
        }
        tensor<T> const x(sweep.operand(0));
        tensor<T> const p(sweep.result());
        auto const pt = transposed(p);
        auto const gt = transposed(tensor<T>(sweep.incoming()));
        tensor<T> by_x = -transposed(matmul(matmul(p, gt, where), p, where));
        if (left) { // A P is not the identity
            auto const part = matmul(matmul(gt, p, where), pt, where);
            by_x = by_x + part - matmul(x, matmul(p, part, where), where);
        }
        if (right) { // nor is P A
            auto const part = matmul(matmul(pt, p, where), gt, where);
            by_x = by_x + part - matmul(matmul(part, p, where), x, where);
        }
        sweep.add(0, by_x.handle());
    };
    return recorded(
        "pinv",
        std::move(inverse),
        std::array{&values.body()},
        {.operands = true, .result = true},
        reverse,
        where,
        detail::runs_again_by<T>([where](tensor<T> const& other) { return pinv(other, where); }));
}
} // namespace xgrad
