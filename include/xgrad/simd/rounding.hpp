#pragma once

#include <xgrad/simd/bits.hpp>

#include <limits>

// Whole numbers near a number, and what kind of number it is. Infinities, NaN and the sign of a
// zero are kept: C99, Annex F.9.6.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
/// The nearest whole number, ties to even.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> rint(batch<T> x) noexcept
{
    batch<T> const shift(sizeof(T) == 8 ? 0x1p52 : 0x1p23);
    auto const magnitude = abs(x);
    return select(magnitude < shift, copysign((magnitude + shift) - shift, x), x);
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> floor(batch<T> x) noexcept
{
    auto const r = rint(x);
    return copysign(select(r > x, r - batch<T>(1), r), x);
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> ceil(batch<T> x) noexcept
{
    auto const r = rint(x);
    return copysign(select(r < x, r + batch<T>(1), r), x);
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> trunc(batch<T> x) noexcept
{
    auto const magnitude = abs(x);
    auto const r = rint(magnitude);
    return copysign(select(r > magnitude, r - batch<T>(1), r), x);
}

/// The nearest whole number, ties away from zero.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> round(batch<T> x) noexcept
{
    auto const whole = trunc(x);
    auto const up = abs(x) - abs(whole) >= batch<T>(0.5);
    return select(up, whole + copysign(batch<T>(1), x), whole);
}

template <differentiable_element T>
XGRAD_ALWAYS_INLINE mask<T> isinf(batch<T> x) noexcept
{
    return abs(x) == batch<T>(std::numeric_limits<T>::infinity());
}

template <differentiable_element T>
XGRAD_ALWAYS_INLINE mask<T> isfinite(batch<T> x) noexcept
{
    return abs(x) < batch<T>(std::numeric_limits<T>::infinity());
}

template <std::integral T>
mask<T> isinf(batch<T> const&) noexcept
{
    return mask<T>(false);
}

template <std::integral T>
mask<T> isfinite(batch<T> const&) noexcept
{
    return mask<T>(true);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
