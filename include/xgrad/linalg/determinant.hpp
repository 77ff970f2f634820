#pragma once

#include <xgrad/array/looking_at_values.hpp>
#include <xgrad/linalg/cofactors.hpp>
#include <xgrad/linalg/inverse.hpp>

#include <limits>

namespace xgrad {
/// The sign of a determinant, and the logarithm of its absolute value.
template <class T>
struct sign_and_log
{
    tensor<T> sign;
    tensor<T> log_abs;
};

namespace detail {
/// Some matrix is so close to a singular one, or its determinant to 0 or infinity, that its inverse
/// is of no use.
template <class T>
bool nearly_singular(lu_factors<T> const& factors)
{
    bool found = false;
    factors.for_each_diagonal([&](std::size_t, T, auto const& pivot) {
        constexpr auto infinity = std::numeric_limits<T>::infinity();
        T least = infinity;
        T most = 0;
        T determinant = 1;
        for (std::size_t i = 0; i < factors.stack().rows; ++i) {
            least = std::min(least, std::abs(pivot(i)));
            most = std::max(most, std::abs(pivot(i)));
            determinant *= std::abs(pivot(i));
        }
        bool const is_normal =
            determinant >= std::numeric_limits<T>::min() && determinant < infinity;
        found =
            found || !is_normal || !(least > most * std::sqrt(std::numeric_limits<T>::epsilon()));
    });
    return found;
}
} // namespace detail

/// The determinants of stacks of square matrices {..., n, n}, by LU factors.
/// ∂A = g det(A) A⁻ᵀ, for singular matrices the cofactors by their singular values. Giles 2008,
/// Collected matrix derivative results, 2.2.
template <array_operand A>
tensor<floating_element<value_type_of<A>>>
det(A const& a, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    tensor<T> const values = as_tensor(a, where);
    detail::check_square("det", values.shape(), where);
    auto const factors = std::make_shared<detail::lu_factors<T> const>(values);
    auto reverse = [factors, where](statement_pullback& sweep) {
        auto const wide = [&](body_pointer const& x) {
            return detail::as_last_column(detail::as_last_column(tensor<T>(x), where), where);
        };
        auto const g = wide(sweep.incoming());
        tensor<T> const matrix(sweep.operand(0));
        tensor<T> by_a;
        bool const singular = detail::nearly_singular(*factors);
        auto const is_singular = [](tensor<T> const& other) {
            return detail::nearly_singular(detail::lu_factors<T>(other));
        };
        detail::note_choice_by(matrix, is_singular, singular);
        if (singular) {
            auto const regular = [&](tensor<T> const& x) { return det(x, where); };
            by_a = g *
                (is_recording() ? detail::differentiable_cofactors(matrix, regular, where)
                                : detail::cofactors(matrix, where));
        } else {
            auto const inverse = is_recording() ? inv(matrix, where) : factors->inverse();
            by_a = g * wide(sweep.result()) * detail::transposed_matrices(inverse, where);
        }
        sweep.add(0, by_a.handle());
    };
    return recorded(
        "det",
        detail::determinants(*factors),
        std::array{&values.body()},
        {.operands = true, .result = true},
        reverse,
        where,
        detail::runs_again_by<T>([where](tensor<T> const& other) { return det(other, where); }));
}

/// The signs and the logarithms of the absolute values of the determinants of stacks of square
/// matrices {..., n, n}: 0 and -inf for a singular one, where the gradient throws value_error.
/// ∂A = g A⁻ᵀ; the sign carries no gradient. Giles 2008, Collected matrix derivative results, 2.2.
template <array_operand A>
sign_and_log<floating_element<value_type_of<A>>>
slogdet(A const& a, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    tensor<T> const values = as_tensor(a, where);
    detail::check_square("slogdet", values.shape(), where);
    auto const factors = std::make_shared<detail::lu_factors<T> const>(values);
    auto signs = make_body(type_of<T>, factors->stack().leading);
    auto logs = make_body(type_of<T>, factors->stack().leading);
    factors->for_each_diagonal([&](std::size_t k, T sign, auto const& pivot) {
        T log = 0;
        for (std::size_t i = 0; i < factors->stack().rows; ++i) {
            sign *= pivot(i) > T(0) ? T(1) : pivot(i) < T(0) ? T(-1) : pivot(i);
            log += std::log(std::abs(pivot(i)));
        }
        signs->template elements<T>()[k] = sign;
        logs->template elements<T>()[k] = log;
    });
    auto reverse = [factors, where](statement_pullback& sweep) {
        factors->check_regular("slogdet", where);
        auto const inverse =
            is_recording() ? inv(tensor<T>(sweep.operand(0)), where) : factors->inverse();
        auto const g = detail::as_last_column(
            detail::as_last_column(tensor<T>(sweep.incoming()), where), where);
        tensor<T> const by_a = g * detail::transposed_matrices(inverse, where);
        sweep.add(0, by_a.handle());
    };
    auto const log_abs = recorded(
        "slogdet",
        tensor<T>(std::move(logs)),
        std::array{&values.body()},
        {.operands = true},
        reverse,
        where,
        detail::runs_again_by<T>(
            [where](tensor<T> const& other) { return slogdet(other, where).log_abs; }));
    detail::note_loose(signs);
    return {tensor<T>(std::move(signs)), log_abs};
}
} // namespace xgrad
