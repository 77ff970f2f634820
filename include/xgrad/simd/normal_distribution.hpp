#pragma once

#include <xgrad/simd/error_function.hpp>
#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/extended.hpp>

#include <concepts>

// e^(-x²) and the normal distribution, with the digits that squares lose when rounded.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
/// e^(x + rest) (f.upper + f.lower), rounded once at the end.
template <std::same_as<double> T>
batch<T> exp_times(batch<T> x, batch<T> rest, pair<T> f) noexcept
{
    using c = exponential_constants<double>;
    using B = batch<double>;
    auto const a = reduce_exponent(clamp(x, c::smallest, c::largest));
    auto const tail = a.tail + rest;
    auto const q = polynomial(a.r, c::series);
    auto const square = a.r * a.r;
    auto const slope = B(1) + fma(square, q, a.r);
    auto const p = sum_of_ordered(a.r, fma(square, q, tail * slope));
    auto const e = sum_of_ordered(B(1), p.upper);
    auto const product = exact_product(e.upper, f.upper);
    auto const lower = fma(e.upper, f.lower, (e.lower + p.lower) * f.upper);
    return scale(product.upper + (product.lower + lower), a.k);
}
} // namespace detail

/// e^(-x²), with the digits that x² loses when rounded.
template <std::same_as<double> T>
batch<T> exp_minus_square(batch<T> x) noexcept
{
    auto const bounded = detail::clamp(x, -30., 30.);
    auto const square = exact_product(bounded, bounded);
    auto const rounded = exp(-square.upper);
    return fma(rounded, -square.lower, rounded);
}

namespace detail {
/// e^(x²) erfc x for x >= 0, below 1/2 to a few ulp only: (1 + 2x) times that is a Chebyshev series
/// in (x - 4)/(x + 4), computed at 40 digits.
template <std::same_as<double> T>
pair<T> erfcx(batch<T> x) noexcept
{
    using B = batch<double>;
    constexpr double first = 1.2329951186255526;
    constexpr std::array<double, 25> series{
        -0.1396211168405625,     0.015379652102619604,    0.0680970542546904,
        -0.10103906603630056,    0.09373283499843826,     -0.06633036581218697,
        0.03716751553592911,     -0.016197734059799265,   0.005031969992669933,
        -0.0007577732613730956,  -0.0001992567757633648,  0.0001506214900124047,
        -2.4398944545280832e-05, -1.1221287012353486e-05, 5.709206053072183e-06,
        2.919733377963012e-07,   -8.249198427508354e-07,  7.746992727017941e-08,
        1.1009737295274889e-07,  -2.05606492756992e-08,   -1.4709550868669278e-08,
        3.1695881915648173e-09,  1.7903326159489847e-09,  -2.659599690242689e-10,
        -1.374652989001164e-10};
    auto const bounded = clamp(x, 0., 0x1p100);
    auto const q = (bounded - B(4)) / (bounded + B(4));
    auto const above = sum_of_ordered(B(first), q * polynomial(q, series));
    auto const below = exact_sum(B(1), bounded + bounded);
    auto const ratio = above.upper / below.upper;
    auto const product = exact_product(ratio, below.upper);
    auto const rest =
        ((above.upper - product.upper) - product.lower) + (above.lower - ratio * below.lower);
    return {ratio, rest / below.upper};
}
} // namespace detail

/// The standard normal density at x, and what lies below x; in the left tail this also times a
/// power of 2, as a normal number. Sources of gelu and its derivative.
struct normal_distribution
{
    static constexpr double enlarged = 0x1p64;

    batch<double> density;
    batch<double> below;
    batch<double> enlarged_tail;
    mask<double> in_left_tail;
};

template <std::same_as<double> T>
normal_distribution normal(batch<T> x) noexcept
{
    using B = batch<double>;
    constexpr double sqrt_half = 7.07106781186547524401e-01;
    constexpr double inverse_sqrt_2pi = 3.98942280401432677940e-01;
    B const half(0.5);
    auto const bounded = detail::clamp(x, -40., 40.);
    auto const z = bounded * B(sqrt_half);
    auto const square = exact_product(bounded, bounded);
    auto const exponent = -half * square.upper;
    auto const rest = -half * square.lower;
    auto const density = detail::exp_times(exponent, rest, {B(inverse_sqrt_2pi), B(0)});
    auto const scaled = detail::erfcx(abs(z));
    B const half_enlarged(normal_distribution::enlarged / 2);
    auto const enlarged_tail = detail::exp_times(
        exponent, rest, {half_enlarged * scaled.upper, half_enlarged * scaled.lower});
    auto const tail = enlarged_tail * B(1 / normal_distribution::enlarged);
    auto const near = half + half * detail::erf_near(detail::clamp(z, -1., 1.));
    auto const far = select(x < B(0), tail, B(1) - tail);
    auto const is_near = abs(z) < half;
    return {density, select(is_near, near, far), enlarged_tail, !is_near && x < B(0)};
}

template <std::same_as<float> T>
batch<T> exp_minus_square(batch<T> x) noexcept
{
    return in_double([](batch<double> v) { return exp_minus_square(v); }, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
