#pragma once

#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/logarithm.hpp>
#include <xgrad/simd/twofold.hpp>

#include <cmath>
#include <concepts>
#include <limits>

// The derivatives of log Γ, lane by lane and in double: rare in programs, and different in every
// part of the axis.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
/// ψ for x >= 1: ψ(x) = ψ(x + 1) - 1/x up to `far`, then its asymptotic series (DLMF 5.11.2), which
/// ends below the last place: at 2^-92, and 2^-116 for twofold, as no double left of 0 has
/// |ψ| < 2^-55.
template <class F>
F digamma_asymptotic(F x)
{
    using std::log;
    constexpr int far = std::same_as<F, twofold> ? 40 : 20;
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
    while (x < far) {
        below = below + 1 / x;
        x = x + 1;
    }
    auto const w = 1 / (x * x);
    F sum = 0;
    for (auto k = series.size(); k-- > 0;) {
        sum = sum * w + series[k];
    }
    return log(x) - 1 / (2 * x) - w * sum - below;
}

/// ψ(1 + t) for 0 <= t <= 1, without cancellation at its zero. J. Maddock's approximation in Boost.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE batch<T> digamma_near(batch<T> t) noexcept
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

/// ψ(x) for x <= 0: NaN at the negative whole numbers, -inf at 0, inf at -0. For x > 0, beside
/// which such a lane may stand, 0.
template <std::same_as<double> T>
T digamma_left(T x)
{
    if (x > 0) {
        return 0;
    }
    constexpr auto inf = std::numeric_limits<double>::infinity();
    if (x == 0) {
        return std::copysign(inf, -x);
    }
    using wide = long double;
    auto const fraction = x - std::rint(x);
    if (fraction == 0 || !(x > -inf)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    // ψ(x) = ψ(1 - x) - π cot πx, DLMF 5.5.4, in a wider type if there is one. Near the zeros these
    // cancel, next to them to the last digit of that type.
    constexpr auto near_a_zero = 0x1p-6L;
    constexpr auto pi = 3.14159265358979323846264338327950288L;
    auto value = digamma_asymptotic(1 - wide(x)) - pi / std::tan(pi * wide(fraction));
    if (std::abs(value) < near_a_zero) {
        value = (digamma_asymptotic(1 - twofold(x)) - pi_cotangent(fraction)).upper;
    }
    return static_cast<double>(value);
}

/// ψ'(x). DLMF 5.15.5, 5.15.6, 5.15.8.
template <std::same_as<double> T>
T trigamma(T x)
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

/// The logarithmic derivative of Γ: from 6 on asymptotically (DLMF 5.11.2), below by the recurrence
/// (DLMF 5.5.2) from [1, 2]. Left of 0, where zeros lie between poles, lane by lane.
template <std::same_as<double> T>
batch<T> digamma(batch<T> x) noexcept
{
    using B = batch<double>;
    constexpr double smallest = 0x1p-1000;
    // x² (log x - 1/(2x) - ψ(x)) in 1/x² for x >= 6, minimax, computed by Remez's algorithm at 50
    // digits: error below 2^-59 of ψ.
    constexpr std::array<double, 7> series{
        0.08333333333332305,
        -0.008333333324595115,
        0.003968251367528168,
        -0.004166290630345921,
        0.007545965739876026,
        -0.01974929908512002,
        0.049497358885126595};
    B const zero(0);
    B const one(1);
    B const half(0.5);
    auto const far = x >= B(6);
    auto const small = x < one;
    // x = 1 + t + n. The sum of 1/(x - i), i = 1 to n, is one fraction; -1/x is one too, n = -1.
    auto const n = select(x < B(2), zero, round_small(x - half) - one);
    auto const t = select(small, x, (x - n) - one);
    auto above = zero;
    auto below = one;
    for (int i = 1; i <= 4; ++i) {
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

template <std::same_as<float> T>
batch<T> digamma(batch<T> x) noexcept
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
