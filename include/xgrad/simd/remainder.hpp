#pragma once

#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/rounding.hpp>

#include <cmath>

// What is exact by definition. A remainder x - n y is a number of its format, so a fused
// multiply-add gives it without an error once n is known, and n is the rounded quotient, or its
// neighbour. Quotients too large for that are rare, and go lane by lane.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
/// `value` where the remainder by y can be had from the quotient, else what `exact()` says.
template <class T, class F>
XGRAD_ALWAYS_INLINE batch<T>
where_small(batch<T> quotient, batch<T> y, batch<T> value, F const& exact) noexcept
{
    constexpr T limit = sizeof(T) == 8 ? T(0x1p52) : T(0x1p23);
    auto const small = quotient < batch<T>(limit) && y <= batch<T>(std::numeric_limits<T>::max());
    if (!all(small)) [[unlikely]] {
        return select(small, value, exact());
    }
    return value;
}
} // namespace detail

/// x - n y, n = x/y truncated.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> fmod(batch<T> x, batch<T> y) noexcept
{
    auto const lanes = [](T a, T b) { return std::fmod(a, b); };
    if constexpr (!has_fused_multiply_add) {
        return by_lanes(lanes, x, y);
    } else {
        auto const a = abs(x);
        auto const b = abs(y);
        auto const quotient = a / b;
        // One too large where the quotient was rounded up to a whole number.
        auto const rest = fma(-trunc(quotient), b, a);
        auto const value = copysign(select(rest < batch<T>(0), rest + b, rest), x);
        return detail::where_small(quotient, b, value, [&] { return by_lanes(lanes, x, y); });
    }
}

/// x - n y, n the whole number nearest to x/y, ties to even.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> remainder(batch<T> x, batch<T> y) noexcept
{
    auto const lanes = [](T a, T b) { return std::remainder(a, b); };
    if constexpr (!has_fused_multiply_add) {
        return by_lanes(lanes, x, y);
    } else {
        auto const a = abs(x);
        auto const b = abs(y);
        auto const quotient = a / b;
        auto const rest = fma(-rint(quotient), b, a);
        // A tie is found as such; next to one the rounded quotient may have been on the wrong side.
        auto const magnitude = abs(rest);
        auto const nearest = select(magnitude > b - magnitude, rest - copysign(b, rest), rest);
        // The sign of x, unless x was beyond the middle; a zero keeps it.
        auto const from_zero = select(nearest == batch<T>(0), batch<T>(0), nearest);
        auto const value =
            from_bits<T>(to_bits<T>(from_zero) ^ (to_bits<T>(x) & bit_batch<T>(format<T>::sign)));
        return detail::where_small(quotient, b, value, [&] { return by_lanes(lanes, x, y); });
    }
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
