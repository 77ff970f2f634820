#pragma once

#include <xgrad/simd/power.hpp>
#include <xgrad/simd/trigonometric.hpp>

#include <cmath>
#include <concepts>
#include <limits>

// The gamma function and its logarithm: Stirling's series (DLMF 5.11.1) from 8 on, the recurrence
// (DLMF 5.5.1) below, reflection (DLMF 5.5.3) on the left. Polynomials are minimax, computed by
// Remez's algorithm at 60 digits.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
struct gamma_constants
{
    // Where Stirling's series begins.
    static constexpr double far = 8;
    // log √(2π) in two parts, and less 1/2
    static constexpr double log_root = 0.9189385332046728;
    static constexpr double log_root_rest = -3.8782941580672414e-17;
    static constexpr double log_root_less_half = 0.4189385332046727;
    // z (log Γ(z) - ((z - 1/2) log z - z + log √(2π))) in 1/z² for z >= 8: error below 2^-56.
    static constexpr std::array<double, 7> stirling{
        0.08333333333333333,
        -0.002777777777774099,
        0.0007936507898348934,
        -0.0005952366069746263,
        0.000841472853494756,
        -0.001890540250588566,
        0.005069256262910214};
    // log Γ(2 + t)/t for |t| <= 1/2: error below 2^-59.
    static constexpr std::array<double, 19> near{
        0.42278433509846713,
        0.32246703342411326,
        -0.06735230105319831,
        0.02058080842778057,
        -0.0073855510286497126,
        0.0028905103310235777,
        -0.0011927539127581407,
        0.0005096695156799135,
        -0.00022315473517258095,
        9.945766998420326e-05,
        -4.492653103564201e-05,
        2.0505617761049998e-05,
        -9.437237451641548e-06,
        4.384588175066519e-06,
        -2.049751249371297e-06,
        9.203182569564092e-07,
        -4.2004998717695705e-07,
        2.784911187808705e-07,
        -1.4328865144069492e-07};
};

/// lgamma without the C library's global variable for the sign, which threads would share.
template <class F>
F log_gamma(F x)
{
    int sign = 0;
    if constexpr (requires { lgamma_r(x, &sign); }) {
        return lgamma_r(x, &sign);
    } else {
        return std::lgamma(x);
    }
}

/// log x - 1 for a normal x: one rounding less than the two in turn.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE batch<T> log_less(batch<T> x, batch<T> one) noexcept
{
    using B = batch<double>;
    using c = logarithm_constants<double>;
    auto const a = split(x);
    auto const s = a.f / (B(2) + a.f);
    auto const z = s * s;
    auto const half_square = B(0.5) * a.f * a.f;
    auto const tail = fma(s, half_square + z * polynomial(z, c::series), a.k * B(c::ln2_lower));
    return (a.k * B(c::ln2_upper) - one) - ((half_square - tail) - a.f);
}
} // namespace detail

/// log |Γ(x)|.
template <std::same_as<double> T>
batch<T> lgamma(batch<T> x) noexcept
{
    using B = batch<double>;
    using c = detail::gamma_constants;
    B const zero(0);
    B const one(1);
    B const half(0.5);
    B const two(2);
    auto const far = x >= B(c::far);
    auto const below_half = x < half;
    auto const below_two = x < B(1.5);
    // log Γ(2 + t), where x, or a whole number more or less, is 2 + t; the product of the numbers
    // in between is what the logarithm is taken of.
    auto const n = select(below_two, zero, round_small(x) - two);
    auto const t = x - select(below_half, zero, select(below_two, one, n + two));
    auto product = one;
    for (int i = 1; i <= 6; ++i) {
        product = product * select(B(i) <= n, x - B(i), one);
    }
    auto const below = select(below_half, x * (x + one), x);
    auto const argument = select(far, x, select(below_two, below, product));
    auto const logarithm = detail::log_less(argument, select(far, one, zero));
    auto const inner = t * polynomial(t, c::near);
    auto const near = select(below_two, inner - logarithm, inner + logarithm);
    auto const inverse = one / x;
    auto const series = polynomial(inverse * inverse, c::stirling);
    auto const value = fma(x - half, logarithm, fma(inverse, series, B(c::log_root_less_half)));
    auto const result = select(far, value, near);
    // On the left, where zeros lie between large numbers that cancel, by the C library.
    constexpr double smallest = 0x1p-1000;
    auto const ordinary = x >= B(smallest) && x <= B(std::numeric_limits<double>::max());
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, result, by_lanes([](double v) { return detail::log_gamma(v); }, x));
    }
    return result;
}

template <std::same_as<float> T>
batch<T> lgamma(batch<T> x) noexcept
{
    return in_double([](batch<double> v) { return lgamma(v); }, x);
}

namespace detail {
/// log Γ(z), z >= 8, where the part below the last place of z is given.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE pair<T> log_gamma_far(pair<T> const& z) noexcept
{
    using B = batch<double>;
    using c = gamma_constants;
    auto const logarithm = log_in_two_parts(split(z.upper));
    auto const inverse = B(1) / z.upper;
    auto const series = inverse * polynomial(inverse * inverse, c::stirling);
    // The slope of log Γ is that of z log z - z less 1/(2z).
    auto const slope = logarithm.upper - B(0.5) * inverse;
    auto const factor = z.upper - B(0.5);
    auto const power = exact_product(factor, logarithm.upper);
    auto const first = sum_of_ordered(power.upper, -z.upper);
    auto const second = sum_of_ordered(first.upper, B(c::log_root));
    auto const rest = fma(factor, logarithm.lower, power.lower) + (first.lower + second.lower);
    auto const lower = rest + fma(z.lower, slope, series + B(c::log_root_rest));
    return sum_of_ordered(second.upper, lower);
}

/// x (x + 1) ... (x + 7) for x >= 0.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE pair<T> rising_product(batch<T> x) noexcept
{
    using B = batch<double>;
    auto const last = exact_sum(B(7), x);
    auto const q = product({x, B(0)}, last);
    auto const plus = [&](double number) {
        auto const sum = exact_sum(q.upper, B(number));
        return pair<double>{sum.upper, sum.lower + q.lower};
    };
    return product(product(q, plus(6)), product(plus(10), plus(12)));
}

/// sin πf for |f| <= 1/2.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE pair<T> sine_of_pi(batch<T> f) noexcept
{
    using B = batch<double>;
    constexpr double pi = 3.14159265358979323846;
    constexpr double pi_rest = 1.22464679914735317723e-16;
    auto const angle = exact_product(f, B(pi));
    return sine_in_two_parts(reduced_angle<double>{angle.upper, fma(f, B(pi_rest), angle.lower)});
}
} // namespace detail

/// Γ(x). C99, Annex F.9.5.4. Left of zero -π/(x sin(πx) Γ(-x)).
template <std::same_as<double> T>
batch<T> tgamma(batch<T> x) noexcept
{
    using B = batch<double>;
    using c = detail::gamma_constants;
    constexpr double pi = 3.14159265358979323846;
    constexpr double pi_rest = 1.22464679914735317723e-16;
    // Γ(x) = 1/x below, and beyond infinite or zero.
    constexpr double smallest = 0x1p-60;
    constexpr double largest = 200;
    B const zero(0);
    B const one(1);
    auto const magnitude = abs(x);
    auto const negative = x < zero;
    auto const a = detail::clamp(magnitude, smallest, largest);
    // Γ(a) = Γ(z)/product
    auto const far = a >= B(c::far);
    auto const moved = exact_sum(B(c::far), a);
    pair<double> const z{select(far, a, moved.upper), select(far, zero, moved.lower)};
    auto const rising = detail::rising_product(select(far, one, a));
    pair<double> const product{select(far, one, rising.upper), select(far, zero, rising.lower)};
    auto const logarithm = detail::log_gamma_far(z);

    // e^log Γ(z) / product, or e^(-log Γ(z)) π product / (a sin πa)
    auto const whole = rint(magnitude);
    auto const sine = detail::sine_of_pi(magnitude - whole);
    auto const reflected = simd::product<double>({a, zero}, sine);
    auto const pi_product = simd::product<double>({B(pi), B(pi_rest)}, product);
    auto const above = select(negative, pi_product.upper, one);
    auto const above_rest = select(negative, pi_product.lower, zero);
    auto const below = select(negative, reflected.upper, product.upper);
    auto const below_rest = select(negative, reflected.lower, product.lower);
    auto const inverse = one / below;
    auto const quotient = above * inverse;
    auto const rest =
        (rest_of_quotient(above, quotient, below) + fma(-quotient, below_rest, above_rest)) *
        inverse;
    auto const upper = select(negative, -logarithm.upper, logarithm.upper);
    auto const lower = select(negative, -logarithm.lower, logarithm.lower);
    auto const k = round_small(upper * B(detail::exponential_constants<double>::log2_e));
    auto const e = detail::exp_less<double>({upper, lower}, k).upper;
    auto const scaled = detail::scale(fma(e, quotient, e * rest), k);

    // The sign of Γ left of zero is that of -(-1)^n sin πf, n + f = -x.
    auto const flipped = negative && !detail::is_odd(whole);
    auto value = select(flipped, -scaled, scaled);
    value = select(magnitude < B(smallest), one / x, value);
    B const inf(std::numeric_limits<double>::infinity());
    B const nan(std::numeric_limits<double>::quiet_NaN());
    value = select(x > B(largest), inf, value);
    auto const pole = negative && rint(x) == x;
    return select(pole, nan, select(isnan(x), x, value));
}

template <std::same_as<float> T>
batch<T> tgamma(batch<T> x) noexcept
{
    return in_double([](batch<double> v) { return tgamma(v); }, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
