#pragma once

#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/logarithm.hpp>

#include <cmath>
#include <limits>

// The derivatives of log Γ, lane by lane and in double: rare in programs, and different in every
// part of the axis.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
/// ψ for x >= 1: ψ(x) = ψ(x + 1) - 1/x up to 20, then its asymptotic series. DLMF 5.11.2.
template <class F>
F digamma_asymptotic(F x)
{
    // B(2k) / 2k
    constexpr std::array<F, 11> series{
        F(1) / 12,
        F(-1) / 120,
        F(1) / 252,
        F(-1) / 240,
        F(1) / 132,
        F(-691) / 32760,
        F(1) / 12,
        F(-3617) / 8160,
        F(43867) / 14364,
        F(-174611) / 6600,
        F(854513) / 3036};
    F below = 0;
    while (x < 20) {
        below += 1 / x;
        x += 1;
    }
    auto const w = 1 / (x * x);
    F sum = 0;
    for (auto k = series.size(); k-- > 0;) {
        sum = sum * w + series[k];
    }
    return std::log(x) - 1 / (2 * x) - w * sum - below;
}

/// ψ(1 + t) for 0 <= t <= 1, without cancellation at its zero. J. Maddock's approximation in Boost.
XGRAD_ALWAYS_INLINE batch<double> digamma_near(batch<double> t) noexcept
{
    using B = batch<double>;
    // The zero of ψ, less 1, in three parts.
    constexpr double zero1 = 495673741. / 1073741824;
    constexpr double zero2 = 381566830. / 1073741824 / 1073741824;
    constexpr double zero3 = 0.9016312093258695918615325266959189453125e-19;
    constexpr double scale = 0.9955816268920898;
    constexpr std::array<double, 6> p{
        0.25479851061131551,
        -0.32555031186804491,
        -0.65031853770896507,
        -0.28919126444774784,
        -0.045251321448739056,
        -0.0020713321167745952};
    constexpr std::array<double, 7> q{
        1,
        2.0767117023730469,
        1.4606242909763515,
        0.43593529692665969,
        0.054151797245674225,
        0.0021284987017821144,
        -0.55789841321675513e-6};
    auto const distance = ((t - B(zero1)) - B(zero2)) - B(zero3);
    return distance * (B(scale) + polynomial(t, p) / polynomial(t, q));
}

// The zeros of ψ in (-n - 1, -n) for n = 0, 1, ..., each in two parts, computed at 60 digits.
struct digamma_zeros
{
    static constexpr int count = 32;
    // clang-format off
    static constexpr std::array<double, 2 * count> values{
        -0.5040830082644554, -8.15428206243813e-18, -1.5734984731623904, -1.574185691077347e-17,
        -2.6107208684441447, 9.881960746978353e-17, -3.635293366436901, 5.454396163173039e-17,
        -4.653237761743142, -2.5492686201468193e-16, -5.6671624415568855, -3.2153051074948335e-18,
        -6.678418213073427, 3.470798723495241e-16, -7.687788325031626, -1.351562494643672e-16,
        -8.695764163816401, -3.2859903716289447e-16, -9.702672540001863, -3.2563178405401477e-16,
        -10.708740838254144, -6.287211750540301e-16, -11.714133061228955, 8.598250154343834e-16,
        -12.718971025749207, -4.752312432106917e-16, -13.723347457363827, 4.528278691518058e-16,
        -14.727334416018529, -3.6618399963139786e-17, -15.730988906332882, 1.0551956373365842e-16,
        -16.734356723955734, -1.2039501631800144e-15, -17.73747515997759, -5.125776230727235e-16,
        -18.7403749447801, 7.757330874026816e-16, -19.74308167259022, 6.505672516695227e-16,
        -20.745616863607527, 9.370177952348924e-16, -21.74799876820113, -1.2246233990931817e-15,
        -22.75024298430606, -1.1268600266054163e-15, -23.752362937385183, 8.157017519280734e-16,
        -24.75437025782297, -1.316906917865066e-15, -25.756275080771037, 1.3077979683180938e-15,
        -26.758086286661367, 1.1334337131725835e-15, -27.759811695826706, -1.120148225799811e-16,
        -28.761458227264864, -1.5405711086887488e-15, -29.763032029127462, -4.657204559411395e-16,
        -30.76453858671817, -1.0553524434167124e-15, -31.765982812458248, -6.70609301293155e-16};
    // clang-format on
};

/// ψ(x) next to a zero z of it, d = x - z: ψ(x) - ψ(z), whose digits do not cancel. By the
/// recurrence that is d Σ 1/((x + k)(z + k)) and ψ(x + n) - ψ(z + n), of which three terms of
/// Taylor's series about the middle suffice for |d| <= 2^-8 (DLMF 5.5.2, 5.15.8).
inline double digamma_next_to_zero(double x, double d)
{
    using wide = long double;
    constexpr int far = 20;
    wide sum = 0;
    wide a = x;
    wide b = a - d;
    for (; a < far; a += 1, b += 1) {
        sum += 1 / (a * b);
    }
    wide const v = 2 / (a + b);
    wide const w = v * v;
    wide const higher = wide(1) / 42 - w * (wide(1) / 30 - w * 5 / 66);
    wide const slope = v + w / 2 + v * w * (wide(1) / 6 - w * (wide(1) / 30 - w * higher));
    wide const third = v * w * (2 + v * (3 + v * (2 - w)));
    return static_cast<double>(d * (sum + slope + wide(d) * d / 24 * third));
}

/// ψ(x) for x <= 0: NaN at the negative whole numbers, -inf at 0, inf at -0. For x > 0, beside
/// which such a lane may stand, 0.
inline double digamma_left(double x)
{
    if (x > 0) {
        return 0;
    }
    constexpr auto inf = std::numeric_limits<double>::infinity();
    if (x == 0) {
        return std::copysign(inf, -x);
    }
    auto const fraction = x - std::rint(x);
    if (fraction == 0 || !(x > -inf)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    auto const n = -std::floor(x) - 1;
    if (n < digamma_zeros::count) {
        constexpr double near = 0x1p-8;
        auto const at = 2 * static_cast<std::size_t>(n);
        auto const zero = digamma_zeros::values[at];
        auto const distance = (x - zero) - digamma_zeros::values[at + 1];
        if (std::abs(distance) <= near) {
            return digamma_next_to_zero(x, distance);
        }
    }
    // ψ(x) = ψ(1 - x) - π cot πx, which cancel near the zeros: in a wider type if there is one.
    using wide = long double;
    auto const pi = wide(3.14159265358979323846264338327950288L);
    auto const cotangent = pi / std::tan(pi * wide(fraction));
    return static_cast<double>(digamma_asymptotic(1 - wide(x)) - cotangent);
}

/// ψ'(x). DLMF 5.15.5, 5.15.6, 5.15.8.
inline double trigamma(double x)
{
    // B(2k)
    constexpr std::array<double, 9> series{
        1. / 6,
        -1. / 30,
        1. / 42,
        -1. / 30,
        5. / 66,
        -691. / 2730,
        7. / 6,
        -3617. / 510,
        43867. / 798};
    double reflected = 0;
    if (x <= 0) {
        constexpr double pi = 3.14159265358979323846;
        auto const ratio = pi / std::sin(pi * (x - std::rint(x)));
        reflected = ratio * ratio;
        x = 1 - x;
    }
    auto const sign = reflected == 0 ? 1 : -1;
    double sum = 0;
    while (x < 12) {
        sum += 1 / (x * x);
        x += 1;
    }
    auto const v = 1 / x;
    auto const w = v * v;
    double tail = 0;
    for (auto k = series.size(); k-- > 0;) {
        tail = tail * w + series[k];
    }
    return reflected + sign * (sum + (v + w / 2 + v * w * tail));
}
} // namespace detail

/// The logarithmic derivative of Γ: from 8 on asymptotically (DLMF 5.11.2), below by the recurrence
/// (DLMF 5.5.2) from [1, 2]. Left of 0, where zeros lie between poles, lane by lane.
inline batch<double> digamma(batch<double> x) noexcept
{
    using B = batch<double>;
    constexpr double smallest = 0x1p-1000;
    // x² (log x - 1/(2x) - ψ(x)) in 1/x² for x >= 8, minimax, computed by Remez's algorithm at 60
    // digits: error below 2^-56 of ψ.
    constexpr std::array<double, 6> series{
        0.08333333333333288,
        -0.00833333333122273,
        0.003968252370441664,
        -0.004166222580033927,
        0.007519447935753563,
        -0.01772035305115458};
    B const zero(0);
    B const one(1);
    B const half(0.5);
    auto const far = x >= B(8);
    auto const small = x < one;
    // x = 1 + t + n. The sum of 1/(x - i), i = 1 to n, is one fraction; -1/x is one too, n = -1.
    auto const n = select(x < B(2), zero, round_small(x - half) - one);
    auto const t = select(small, x, (x - n) - one);
    auto above = zero;
    auto below = one;
    for (int i = 1; i <= 6; ++i) {
        auto const used = B(i) <= n;
        auto const factor = x - B(i);
        above = select(used, fma(above, factor, below), above);
        below = select(used, below * factor, below);
    }
    above = select(far, one, select(small, -one, above));
    below = select(far || small, x, below);
    auto const fraction = above / below;
    auto const near = detail::digamma_near(select(far, half, t)) + fraction;
    auto const w = fraction * fraction;
    auto const rest = fma(w, polynomial(w, series), half * fraction);
    auto const value = select(far, log(select(far, x, one)) - rest, near);
    auto const ordinary = x >= B(smallest);
    if (!all(ordinary)) [[unlikely]] {
        auto const left = by_lanes([](double v) { return detail::digamma_left(v); }, x);
        return select(ordinary, value, select(x > zero, -one / x, left));
    }
    return value;
}

inline batch<float> digamma(batch<float> x) noexcept
{
    return in_double([](batch<double> v) { return digamma(v); }, x);
}

/// The derivative of digamma, lane by lane and in double.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> trigamma(batch<T> x) noexcept
{
    return by_lanes([](double v) { return detail::trigamma(v); }, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
