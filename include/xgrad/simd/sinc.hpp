#pragma once

#include <xgrad/simd/trigonometric.hpp>

#include <cmath>
#include <concepts>

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
/// sin πx / πx: 1 at 0, and where it would round to 1, as products of subnormal numbers are not
/// exact.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> sinc(batch<T> x) noexcept
{
    constexpr T flat = sizeof(T) == 8 ? T(0x1p-28) : T(0x1p-13);
    batch<T> const zero(0);
    auto const magnitude = abs(x);
    auto const value = sincos_pi(magnitude).sine / (batch<T>(3.14159265358979323846) * magnitude);
    return select(magnitude < batch<T>(flat), batch<T>(1), select(isinf(x), zero, value));
}

/// The derivative of sinc: (cos πx - sinc x)/x, near 0 by its series.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> sinc_slope(batch<T> x) noexcept
{
    batch<T> const pi(3.14159265358979323846);
    // (-1)^k 2k/(2k + 1)!, k = 1, 2, ...
    constexpr std::array<T, 9> series{
        T(-1. / 3),
        T(1. / 30),
        T(-1. / 840),
        T(1. / 45360),
        T(-1. / 3991680),
        T(1. / 518918400),
        T(-1. / 93405312000.),
        T(1. / 22230464256000.),
        T(-1. / 6758061133824000.)};
    auto const angle = pi * x;
    auto const near = pi * angle * polynomial(angle * angle, series);
    auto const both = sincos_pi(x);
    auto const far = (both.cosine - both.sine / angle) / x;
    return select(abs(x) < batch<T>(0.25), near, select(isinf(x), batch<T>(0), far));
}

namespace detail {
/// The n-th derivative of sin πx / πx. With u = πx and f = sin u / u, u f⁽ⁿ⁾ = sin(u + nπ/2) -
/// n f⁽ⁿ⁻¹⁾, a stable recurrence for |u| > n; nearer to 0 the power series.
template <std::same_as<double> T>
T sinc_derivative(T order, T x)
{
    constexpr double pi = 3.14159265358979323846;
    auto const n = static_cast<int>(order);
    auto const u = pi * x;
    if (std::isinf(x)) {
        return 0;
    }
    double f = 0;
    if (std::abs(u) < n + 2) {
        // Σ (-1)ᵏ u²ᵏ⁻ⁿ / ((2k - n)! (2k + 1)), from the first k with 2k ≥ n
        auto const first = (n + 1) / 2;
        double power = n % 2 == 0 ? 1 : u;
        for (int k = first; k < first + 40; ++k) {
            f += (k % 2 == 0 ? power : -power) / (2 * k + 1);
            power *= u * u / ((2. * k - n + 1) * (2. * k - n + 2));
        }
    } else {
        double const sine = std::sin(pi * std::remainder(x, 2.));
        double const cosine = std::cos(pi * std::remainder(x, 2.));
        double const shifted[] = {sine, cosine, -sine, -cosine};
        f = sine / u;
        for (int m = 1; m <= n; ++m) {
            f = (shifted[m % 4] - m * f) / u;
        }
    }
    return f * std::pow(pi, n);
}
} // namespace detail

/// The n-th derivative of sinc at x, lane by lane; n = 0, 1, 2, ...
template <class T>
XGRAD_ALWAYS_INLINE batch<T> sinc_derivative(batch<T> n, batch<T> x) noexcept
{
    return by_lanes([](double k, double v) { return detail::sinc_derivative(k, v); }, n, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
