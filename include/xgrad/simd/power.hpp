#pragma once

#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/rounding.hpp>

#include <cmath>

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
/// x^y with the special values of C99, Annex F.9.4.4. Lane by lane through the C library,
/// whose pow is correct to an ulp and no slower than a double-double evaluation in SSE2.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> pow(batch<T> x, batch<T> y) noexcept
{
    return by_lanes([](T a, T b) { return std::pow(a, b); }, x, y);
}

/// The cube root: the C library's, corrected once by Newton's method.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> cbrt(batch<T> x) noexcept
{
    // Far from the ends, where y³ would not be exact: by 2^(3 n), and the root by 2^n.
    constexpr T far = sizeof(T) == 8 ? T(0x1p-900) : T(0x1p-90);
    constexpr T factor = sizeof(T) == 8 ? T(0x1p600) : T(0x1p60);
    constexpr T root_of_factor = sizeof(T) == 8 ? T(0x1p200) : T(0x1p20);
    batch<T> const one(1);
    auto const small = abs(x) < batch<T>(far);
    auto const large = abs(x) > batch<T>(1 / far);
    auto const scale = select(small, batch<T>(factor), select(large, batch<T>(1 / factor), one));
    auto const back =
        select(small, batch<T>(1 / root_of_factor), select(large, batch<T>(root_of_factor), one));
    auto const a = x * scale;
    auto const y = by_lanes([](T v) { return std::cbrt(v); }, a);
    auto const square = exact_product(y, y);
    auto const cube = exact_product(square.upper, y);
    auto const excess = (cube.upper - a) + (cube.lower + square.lower * y);
    auto const better = y - excess / (batch<T>(3) * square.upper);
    return select(x == batch<T>(0) || !isfinite(x), x, better * back);
}

/// √(x² + y²): no square overflows or loses digits. inf where x or y is, also beside a NaN.
inline batch<double> hypot(batch<double> x, batch<double> y) noexcept
{
    using B = batch<double>;
    auto const a = abs(x);
    auto const b = abs(y);
    auto const larger = select(a < b, b, a);
    auto const down = larger > B(0x1p500);
    auto const up = larger < B(0x1p-450);
    auto const scale = select(down, B(0x1p-600), select(up, B(0x1p600), B(1)));
    auto const back = select(down, B(0x1p600), select(up, B(0x1p-600), B(1)));
    auto const u = a * scale;
    auto const v = b * scale;
    auto const h = sqrt(fma(u, u, v * v)) * back;
    B const inf(std::numeric_limits<double>::infinity());
    return select(a == inf || b == inf, inf, h);
}

inline batch<float> hypot(batch<float> x, batch<float> y) noexcept
{
    return in_double([](batch<double> a, batch<double> b) { return hypot(a, b); }, x, y);
}

/// x - n y, n = x/y truncated.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> fmod(batch<T> x, batch<T> y) noexcept
{
    return by_lanes([](T a, T b) { return std::fmod(a, b); }, x, y);
}

/// x - n y, n the whole number nearest to x/y, ties to even.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> remainder(batch<T> x, batch<T> y) noexcept
{
    return by_lanes([](T a, T b) { return std::remainder(a, b); }, x, y);
}

/// x y + z, rounded once on every machine.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> exact_fma(batch<T> x, batch<T> y, batch<T> z) noexcept
{
    if constexpr (has_fused_multiply_add) {
        return fma(x, y, z);
    } else {
        return by_lanes([](T a, T b, T c) { return std::fma(a, b, c); }, x, y, z);
    }
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
