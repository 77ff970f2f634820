#pragma once

#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/rounding.hpp>

#include <cmath>

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
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
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
