#pragma once

#include <xgrad/simd/normal_distribution.hpp>

#include <concepts>
#include <utility>

// The two forms of gelu (D. Hendrycks and K. Gimpel, Gaussian Error Linear Units, 2016), with all
// digits in the tail: what is rounded in an exponent would come out enlarged. Beyond ±40 the
// normal distribution is 0 or 1.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
inline batch<double> gelu_of(batch<double> x, normal_distribution const& n) noexcept
{
    using B = batch<double>;
    // Rounded once where it is subnormal, or where only what lies below x is.
    auto const in_left_tail = x * n.enlarged_tail * B(1 / normal_distribution::enlarged);
    auto const value = select(n.in_left_tail, in_left_tail, x * n.below);
    return select(x < B(-40), B(0), value);
}

inline batch<double> gelu_slope_of(batch<double> x, normal_distribution const& n) noexcept
{
    return fma(clamp(x, -40., 40.), n.density, n.below);
}
} // namespace detail

/// x Φ(x), Φ the normal distribution.
template <std::same_as<double> T>
batch<T> gelu(batch<T> x) noexcept
{
    return detail::gelu_of(x, normal(x));
}

/// Φ(x) + x φ(x).
template <std::same_as<double> T>
batch<T> gelu_slope(batch<T> x) noexcept
{
    return detail::gelu_slope_of(x, normal(x));
}

/// Both of them, of one normal distribution.
template <std::same_as<double> T>
std::pair<batch<T>, batch<T>> gelu_and_slope(batch<T> x) noexcept
{
    auto const n = normal(x);
    return {detail::gelu_of(x, n), detail::gelu_slope_of(x, n)};
}

template <std::same_as<float> T>
batch<T> gelu(batch<T> x) noexcept
{
    return in_double([](batch<double> v) { return gelu(v); }, x);
}

template <std::same_as<float> T>
batch<T> gelu_slope(batch<T> x) noexcept
{
    return in_double([](batch<double> v) { return gelu_slope(v); }, x);
}

namespace detail {
// 2 √(2/π), and 0.044715 times as much, in two numbers each.
struct gelu_tanh_constants
{
    static constexpr double linear = 1.5957691216057308;
    static constexpr double linear_rest = -9.9693088091109203e-17;
    static constexpr double cubic = 0.07135481627260025;
    static constexpr double cubic_rest = -6.1751499181553155e-19;
};
} // namespace detail

/// x σ(2 √(2/π) (x + 0.044715 x³)), σ the logistic function: the tanh form of gelu.
template <std::same_as<double> T>
batch<T> gelu_tanh(batch<T> x) noexcept
{
    using B = batch<double>;
    using c = detail::gelu_tanh_constants;
    auto const bounded = detail::clamp(x, -40., 40.);
    auto const square = exact_product(bounded, bounded);
    auto const cubic = exact_product(square.upper, B(c::cubic));
    auto const sum = exact_sum(B(c::linear), cubic.upper);
    auto const sum_rest = sum.lower +
        (cubic.lower + square.lower * B(c::cubic) + square.upper * B(c::cubic_rest) +
         B(c::linear_rest));
    auto const v = exact_product(abs(bounded), sum.upper);
    auto const rest = v.lower + abs(bounded) * sum_rest;
    auto const rounded = exp(-v.upper);
    auto const e = fma(rounded, -rest, rounded);
    auto const value = x * (select(x < B(0), e, B(1)) / (B(1) + e));
    // x e; from about -21 on e is subnormal where the product is not.
    auto const ordinary = x >= B(-20);
    if (!all(ordinary)) [[unlikely]] {
        B const half(0.5);
        auto const root = exp(-half * v.upper);
        auto const exact_root = fma(root, -half * rest, root);
        auto const left = select(x < B(-40), B(0), x * exact_root * exact_root);
        return select(ordinary, value, left);
    }
    return value;
}

/// σ(v) (1 + x σ(-v) v'), v = 2 √(2/π) (x + 0.044715 x³).
template <std::same_as<double> T>
batch<T> gelu_tanh_slope(batch<T> x) noexcept
{
    using B = batch<double>;
    using c = detail::gelu_tanh_constants;
    auto const bounded = detail::clamp(x, -40., 40.);
    auto const square = bounded * bounded;
    auto const v = bounded * fma(square, B(c::cubic), B(c::linear));
    auto const slope = bounded * fma(square, B(3 * c::cubic), B(c::linear));
    return sigmoid(v) * fma(sigmoid(-v), slope, B(1));
}

template <std::same_as<float> T>
batch<T> gelu_tanh_slope(batch<T> x) noexcept
{
    return in_double([](batch<double> v) { return gelu_tanh_slope(v); }, x);
}

template <std::same_as<float> T>
batch<T> gelu_tanh(batch<T> x) noexcept
{
    return in_double([](batch<double> v) { return gelu_tanh(v); }, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
