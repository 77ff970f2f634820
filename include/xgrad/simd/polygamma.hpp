#pragma once

#include <xgrad/simd/bits.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <limits>

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
/// ζ(s, a) = Σ 1/(a + k)ˢ for a > 0, by the formula of Euler and Maclaurin. DLMF 25.11.5.
template <std::same_as<double> T>
T hurwitz_zeta(T s, T a)
{
    // B(2k)/(2k)!
    constexpr std::array<double, 8> series{
        1. / 12,
        -1. / 720,
        1. / 30240,
        -1. / 1209600,
        1. / 47900160,
        -691. / 1307674368000.,
        1. / 74724249600.,
        -3617. / 10670622842880000.};
    double sum = 0;
    while (a < 12 + s) {
        sum += std::pow(a, -s);
        a += 1;
    }
    auto const power = std::pow(a, -s);
    sum += a * power / (s - 1) + power / 2;
    auto factor = s * power / a;
    for (std::size_t k = 0; k < series.size(); ++k) {
        sum += series[k] * factor;
        auto const next = s + 2 * static_cast<double>(k);
        factor *= (next + 1) * (next + 2) / (a * a);
    }
    return sum;
}

/// ψ⁽ⁿ⁾(x) = (-1)ⁿ⁺¹ n! ζ(n + 1, x), n ≥ 1. DLMF 25.11.12. Left of 0 the sum over the terms with a
/// negative base is one of positive bases, from either end.
template <std::same_as<double> T>
T polygamma(T n, T x)
{
    constexpr auto inf = std::numeric_limits<double>::infinity();
    auto const s = n + 1;
    auto const even = std::fmod(s, 2.) == 0;
    auto const scale = (even ? 1 : -1) * std::tgamma(s);
    if (!(x <= 0)) {
        return x == inf ? even ? 0. : -0. : scale * hurwitz_zeta(s, x);
    }
    if (x == std::rint(x)) {
        return even ? inf : std::numeric_limits<double>::quiet_NaN();
    }
    auto const fraction = x - std::floor(x);
    auto const below = hurwitz_zeta(s, 1 - fraction) - hurwitz_zeta(s, 1 - x);
    return scale * (hurwitz_zeta(s, fraction) + (even ? below : -below));
}
} // namespace detail

/// The n-th derivative of digamma, n = 1, 2, ..., lane by lane and in double.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> polygamma(batch<T> n, batch<T> x) noexcept
{
    return by_lanes([](double k, double v) { return detail::polygamma(k, v); }, n, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
