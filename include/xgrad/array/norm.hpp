#pragma once

#include <xgrad/array/looking_at_values.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

// Norms over axes. The expression inside is fused into them.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
template <class T>
inline constexpr auto norm_l1_reduction = renamed(sum_reduction<T>, "norm_l1");
template <class T>
inline constexpr auto norm_sq_reduction = renamed(sum_reduction<T>, "norm_sq");
template <class T>
inline constexpr auto norm_l2_reduction = renamed(sum_reduction<T>, "norm_l2");
template <class T>
inline constexpr auto norm_lp_reduction = renamed(sum_reduction<T>, "norm_lp");
template <class T>
inline constexpr auto norm_linf_reduction = renamed(amax_reduction<T>, "norm_linf");
} // namespace XGRAD_ARCHITECTURE

namespace detail {
/// The root of a sum of powers: its derivative is 0 where the sum is.
template <class T, class Root>
tensor<T> root_of(tensor<T> const& total, Root const& root, std::source_location const& where)
{
    return tensor<T>(xgrad::where(total == T(0), T(0), root(total)), where);
}

/// Some sum of powers has left the range in which it is exact.
template <class T>
bool out_of_range(tensor<T> const& totals)
{
    constexpr auto smallest = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
    return std::any_of(totals.begin(), totals.end(), [](T total) {
        return total < smallest || total == std::numeric_limits<T>::infinity();
    });
}

/// A norm by its sum of powers: where that over- or underflows, of elements divided by the largest.
/// (The norm does not depend on that divisor, so it takes no part in the gradient.)
template <class T, class X, class Total, class Root>
tensor<T> norm(
    X const& x,
    axes_argument const& axes,
    reduction_options const& options,
    Total const& total,
    Root const& root,
    std::source_location const& where)
{
    tensor<T> const plain = total(x, options);
    if (!choice_by(plain, [](tensor<T> const& totals) { return out_of_range(totals); })) {
        return root_of(plain, root, where);
    }
    tensor<T> const values(as_tensor(x, where));
    if (values.size() == 0) {
        return root_of(plain, root, where);
    }
    auto const scale = with_no_grad([&] {
        auto const largest = reduce<T, false>(
            xgrad::abs(values),
            maximum_accumulator<T>,
            {norm_linf_reduction<T>, axes, {.keep_dims = true}, true, where});
        // A divisor whose reciprocal is finite too.
        constexpr auto smallest = std::numeric_limits<T>::min();
        constexpr auto infinite = std::numeric_limits<T>::infinity();
        return tensor<T>(xgrad::where(largest < infinite, xgrad::maximum(largest, smallest), T(1)));
    });
    tensor<T> const scaled = root_of(total(values / scale, options), root, where);
    return tensor<T>(scaled * reshape(scale, scaled.shape(), where), where);
}
} // namespace detail

/// Σ |x| over all axes, or those given.
template <array_operand X>
auto norm_l1(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    return detail::reduce<T, true>(
        xgrad::abs(x), sum_accumulator<T>, {norm_l1_reduction<T>, axes, options, false, where});
}

/// Σ x² over all axes, or those given.
template <array_operand X>
auto norm_sq(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    return detail::reduce<T, true>(
        xgrad::square(x), sum_accumulator<T>, {norm_sq_reduction<T>, axes, options, false, where});
}

/// √Σ x² over all axes, or those given. ∂x = x / |x|, 0 at the zero vector.
template <array_operand X>
auto norm_l2(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    detail::one_statement const whole("norm_l2", where);
    auto const total = [&](auto const& e, reduction_options const& o) {
        return detail::reduce<T, true>(
            xgrad::square(e), sum_accumulator<T>, {norm_l2_reduction<T>, axes, o, false, where});
    };
    auto const root = [](tensor<T> const& s) { return sqrt(s); };
    return detail::norm<T>(x, axes, options, total, root, where);
}

/// The largest |x| over all axes, or those given. The gradient is divided evenly among ties. Throws
/// value_error where there are no elements.
template <array_operand X>
auto norm_linf(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    return detail::reduce<T, false>(
        xgrad::abs(x),
        maximum_accumulator<T>,
        {norm_linf_reduction<T>, axes, options, true, where});
}

/// (Σ |x|^p)^(1/p) over all axes, or those given, for p > 0; for an infinite p the largest |x|.
/// Throws value_error for another p. ∂x = sign(x) (|x| / norm)^(p-1), 0 at the zero vector;
/// for p < 1, where it is no norm and has a cusp at 0, ∂x is 0 there, too.
template <array_operand X>
auto norm_lp(
    X const& x,
    double p,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    detail::one_statement const whole("norm_lp", where);
    if (!(p > 0)) {
        throw value_error("norm_lp: p = " + std::to_string(p) + " is not above 0" + at(where));
    }
    if (std::isinf(p)) {
        return tensor<T>(norm_linf(x, axes, options, where));
    }
    if (p == 2) { // without |x|, which has no second derivative at 0
        return tensor<T>(norm_l2(x, axes, options, where));
    }
    auto const total = [&](auto const& e, reduction_options const& o) {
        auto const sum_of = [&](auto const& powers) {
            return detail::reduce<T, true>(
                powers, sum_accumulator<T>, {norm_lp_reduction<T>, axes, o, false, where});
        };
        auto const magnitude = xgrad::abs(e);
        auto const exponent = static_cast<T>(p);
        return p < 1 ? sum_of(xgrad::where(
                           magnitude == T(0),
                           T(0),
                           pow(xgrad::where(magnitude == T(0), T(1), magnitude), exponent)))
                     : sum_of(pow(magnitude, exponent));
    };
    auto const root = [&](tensor<T> const& s) { return pow(s, static_cast<T>(1 / p)); };
    return detail::norm<T>(x, axes, options, total, root, where);
}
} // namespace xgrad
