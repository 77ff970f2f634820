#pragma once

#include <xgrad/simd/bits.hpp>

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
inline double digamma_near(double t)
{
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
    auto const at = [t](auto const& c) {
        double sum = 0;
        for (auto k = c.size(); k-- > 0;) {
            sum = sum * t + c[k];
        }
        return sum;
    };
    auto const distance = ((t - zero1) - zero2) - zero3;
    return distance * (scale + at(p) / at(q));
}

/// ψ(x) = Γ'(x)/Γ(x). NaN at the negative whole numbers, -inf at 0, inf at -0.
inline double digamma(double x)
{
    constexpr auto inf = std::numeric_limits<double>::infinity();
    if (x == 0) {
        return std::copysign(inf, -x);
    }
    if (x < 0) {
        auto const fraction = x - std::rint(x);
        if (fraction == 0 || x == -inf) {
            return std::numeric_limits<double>::quiet_NaN();
        }
        // ψ(x) = ψ(1 - x) - π cot πx, which cancel near the zeros: in a wider type if there is one.
        using wide = long double;
        auto const pi = wide(3.14159265358979323846264338327950288L);
        auto const cotangent = pi / std::tan(pi * wide(fraction));
        return static_cast<double>(digamma_asymptotic(1 - wide(x)) - cotangent);
    }
    if (x <= 1) {
        return digamma_near(x) - 1 / x;
    }
    double above = 0;
    while (x > 2 && x < 12) {
        x -= 1;
        above += 1 / x;
    }
    if (x <= 2) {
        return digamma_near(x - 1) + above;
    }
    return x == inf ? x : digamma_asymptotic(x);
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

/// The logarithmic derivative of Γ.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> digamma(batch<T> x) noexcept
{
    return by_lanes([](double v) { return detail::digamma(v); }, x);
}

/// The derivative of digamma.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> trigamma(batch<T> x) noexcept
{
    return by_lanes([](double v) { return detail::trigamma(v); }, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
