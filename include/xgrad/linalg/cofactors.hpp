#pragma once

#include <xgrad/array/concatenate.hpp>
#include <xgrad/array/matmul.hpp>
#include <xgrad/array/product.hpp>
#include <xgrad/array/triangle.hpp>
#include <xgrad/array/view.hpp>
#include <xgrad/linalg/inverse.hpp>
#include <xgrad/linalg/svd.hpp>

#include <limits>
#include <vector>

// The derivative of a determinant where the matrix is singular, or nearly so: its cofactors, which
// every matrix has.

namespace xgrad::detail {
template <class T>
tensor<T> determinants(lu_factors<T> const& factors)
{
    auto result = make_body(type_of<T>, factors.stack().leading);
    factors.for_each_diagonal([&](std::size_t k, T sign, auto const& pivot) {
        for (std::size_t i = 0; i < factors.stack().rows; ++i) {
            sign *= pivot(i);
        }
        result->template elements<T>()[k] = sign;
    });
    return tensor<T>(std::move(result));
}

/// det(A) A⁻ᵀ = det(U) det(V) U diag(Π_{j≠i} s_j) Vᵀ, of a stack.
template <class T>
tensor<T> cofactors(tensor<T> const& a, std::source_location const& where)
{
    auto const [u, s, vh] = svd(a, where);
    auto const n = s.shape(-1);
    tensor<T> const signs = determinants(lu_factors<T>(u)) * determinants(lu_factors<T>(vh));
    tensor<T> const others =
        xgrad::where(tensor<T>(identity_body<T>({n, n})) == T(1), T(1), as_row(s, where));
    auto const products = prod(others, -1, {}, where);
    tensor<T> const scaled = u * as_row(products, where);
    return matmul(scaled, vh, where) * as_last_column(as_last_column(signs, where), where);
}

template <class T>
struct determinant_and_cofactors
{
    tensor<T> determinant;
    tensor<T> cofactors;
};

/// As polynomials of the elements, in m products: M₁ = 1, Mₖ₊₁ = A Mₖ + cₖ, cₖ = -tr(A Mₖ) / k;
/// then det A = (-1)ᵐ cₘ, and (-1)ᵐ⁻¹ Mₘ is the transpose of the cofactors. (D. Faddeev and V.
/// Faddeeva, Computational methods of linear algebra, 1963, section 47.)
template <class T>
determinant_and_cofactors<T> as_polynomials(tensor<T> const& a, std::source_location const& where)
{
    auto const m = a.shape(0);
    tensor<T> const one(identity_body<T>({m, m}));
    tensor<T> matrix = one;
    tensor<T> coefficient(T(1));
    for (std::size_t k = 1; k <= m; ++k) {
        if (k > 1) {
            matrix = tensor<T>(matmul(a, matrix, where) + coefficient * one, where);
        }
        coefficient = tensor<T>(
            trace(matmul(a, matrix, where), 0, 0, 1, where) * (T(-1) / static_cast<T>(k)), where);
    }
    auto const sign = m % 2 == 0 ? T(1) : T(-1);
    return {
        tensor<T>(coefficient * sign, where), tensor<T>(transpose(matrix, where) * -sign, where)};
}

/// The cofactors of one matrix in statements whose derivatives of any order are right however many
/// singular values are 0: where two are, the derivatives of singular vectors are of no use. With
/// the vectors as constants, X = Uᵀ A V has cofactors det(U) det(V) Uᵀ cof(A) V; and with the block
/// X₁₁ that is regular, C = X₂₂ - X₂₁ X₁₁⁻¹ X₁₂: det X = det(X₁₁) det(C), of which the derivatives
/// are by X₁₁  det(X₁₁) (det(C) X₁₁⁻ᵀ + (X₂₁ X₁₁⁻¹)ᵀ cof(C) (X₁₁⁻¹ X₁₂)ᵀ), by X₁₂
/// -det(X₁₁) (X₂₁ X₁₁⁻¹)ᵀ cof(C), by X₂₁  -det(X₁₁) cof(C) (X₁₁⁻¹ X₁₂)ᵀ, by X₂₂  det(X₁₁) cof(C).
/// `determinant` is that of regular matrices.
template <class T, class Determinant>
tensor<T> differentiable_cofactors_of(
    tensor<T> const& a, Determinant const& determinant, std::source_location const& where)
{
    auto const [u, s, vh] = with_no_grad([&] { return svd(a.detach(), where); });
    auto const n = s.size();
    auto const sign =
        (determinants(lu_factors<T>(u)) * determinants(lu_factors<T>(vh))).item(where);
    auto const least = s(0) * std::sqrt(std::numeric_limits<T>::epsilon());
    auto const regular = static_cast<std::size_t>(
        std::count_if(s.begin(), s.end(), [&](T value) { return value > least; }));
    tensor<T> const ut = transpose(u, where);
    tensor<T> const v = transpose(vh, where);
    auto const x = matmul(matmul(ut, a, where), v, where);
    auto const back = [&](tensor<T> const& by_x) {
        return tensor<T>(matmul(matmul(u, by_x, where), vh, where) * sign, where);
    };
    if (regular == 0) {
        return back(as_polynomials(x, where).cofactors);
    }
    auto const block = [&](auto const& rows, auto const& columns) {
        return tensor<T>(view(x, rows, columns));
    };
    auto const upper = range(0, regular);
    auto const lower = range(regular, n);
    auto const x11 = block(upper, upper);
    auto const inverse = inv(x11, where);
    auto const factor = determinant(x11);
    auto const left = matmul(block(lower, upper), inverse, where);
    auto const right = matmul(inverse, block(upper, lower), where);
    tensor<T> const c(block(lower, lower) - matmul(left, block(upper, lower), where), where);
    auto const [det_c, cof_c] = as_polynomials(c, where);
    auto const outer = matmul(transpose(left, where), cof_c, where);
    tensor<T> const by_x11(
        factor *
            (det_c * transpose(inverse, where) + matmul(outer, transpose(right, where), where)),
        where);
    tensor<T> const by_x12(-factor * outer, where);
    tensor<T> const by_x21(-factor * matmul(cof_c, transpose(right, where), where), where);
    tensor<T> const by_x22(factor * cof_c, where);
    return back(concatenate(
        {concatenate({by_x11, by_x12}, 1, where), concatenate({by_x21, by_x22}, 1, where)},
        0,
        where));
}

/// The same of a stack, one matrix after the other.
template <class T, class Determinant>
tensor<T> differentiable_cofactors(
    tensor<T> const& a, Determinant const& determinant, std::source_location const& where)
{
    auto const n = a.shape(-1);
    auto const matrices = reshape(a, shape_type{a.size() / (n * n), n, n}, where);
    std::vector<tensor<T>> each;
    for (std::size_t k = 0; k < matrices.shape(0); ++k) {
        each.push_back(
            differentiable_cofactors_of(tensor<T>(view(matrices, k)), determinant, where));
    }
    return reshape(stack(each, 0, where), a.shape(), where);
}
} // namespace xgrad::detail
