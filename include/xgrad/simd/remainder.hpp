#pragma once

#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/rounding.hpp>

#include <cmath>

// What is exact by definition.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
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
