#pragma once

#include <xgrad/simd/extended.hpp>

#include <array>

// x - m π for a whole number and a half m: π is subtracted in parts (W. J. Cody and W. Waite,
// Software Manual for the Elementary Functions, 1980).

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
template <class T>
struct pi_in_parts;

template <>
struct pi_in_parts<double>
{
    // π in parts. The products of the upper parts with a whole number and a half are exact: they
    // have 33 bits, or a fused multiply-add brings the result back to few bits.
    static constexpr std::array<double, 4> pi = has_fused_multiply_add
        ? std::array{0x1.921fb54442d18p+1, 0x1.1a626331p-53, 0x1.1701b839a252p-87, 0.}
        : std::array{0x1.921fb544p+1, 0x1.0b4611a6p-33, 0x1.3198a2ep-68, 0x1.b839a252049c1p-103};
    // The nearest numbers to π, to what that lacks, and so on.
    static constexpr std::array<double, 3> rounded_pi{
        0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53, -0x1.f1976b7ed8fbcp-109};
    static constexpr double largest = 0x1p19;
};

template <>
struct pi_in_parts<float>
{
    // Without a fused multiply-add 11 bits each: exact for n < 2^12.
    static constexpr std::array<float, 4> pi = has_fused_multiply_add
        ? std::array{0x1.921fb6p+1f, -0x1.778p-24f, 0x1.68c234p-38f, 0x1.898cc6p-63f}
        : std::array{0x1.92p+1f, 0x1.fb4p-11f, 0x1.444p-23f, 0x1.68c234p-38f};
    static constexpr std::array<float, 3> rounded_pi{
        0x1.921fb6p+1f, -0x1.777a5cp-24f, -0x1.ee59dap-49f};
    static constexpr float largest = 0x1p12f;
};

template <class T>
struct reduced_angle
{
    batch<T> r;
    batch<T> tail; // what r lacks
};

/// x - m π for a whole number and a half m, x no more than pi_in_parts::largest.
template <class T>
XGRAD_ALWAYS_INLINE reduced_angle<T> subtract_multiple_of_pi(batch<T> x, batch<T> m) noexcept
{
    using B = batch<T>;
    constexpr auto pi = pi_in_parts<T>::pi;
    if constexpr (has_fused_multiply_add) {
        // The product with pi[1] and the differences with it are exact too; so nothing is lost
        // where they cancel.
        auto const r1 = fma(m, B(-pi[0]), x);
        auto const r = fma(m, B(-pi[1]), r1);
        auto const tail = fma(m, B(-pi[2]), fma(m, B(-pi[1]), r1 - r));
        if constexpr (pi[3] == 0) {
            return {r, tail};
        } else {
            return {r, fma(m, B(-pi[3]), tail)};
        }
    } else {
        // Each difference is kept exactly, in two numbers.
        auto const r1 = x - m * B(pi[0]);
        auto const w2 = m * B(pi[1]);
        auto const r2 = r1 - w2;
        auto const e2 = (r1 - r2) - w2;
        auto const w3 = m * B(pi[2]);
        auto const r3 = r2 - w3;
        auto const e3 = (r2 - r3) - w3;
        auto const tail = (e2 + e3) - m * B(pi[3]);
        auto const r = r3 + tail;
        return {r, (r3 - r) + tail};
    }
}

/// The same, of which the tail is small beside r also where r has hardly a digit of its own.
template <class T>
XGRAD_ALWAYS_INLINE reduced_angle<T> normalised(reduced_angle<T> const& a, batch<T> m) noexcept
{
    if constexpr (has_fused_multiply_add) {
        auto const r = fma(m, batch<T>(-pi_in_parts<T>::pi[2]), a.r);
        return {r, a.tail - (r - a.r)};
    } else {
        return a;
    }
}

/// x - m π rounded. The first difference is exact, and so is the second where it cancels.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> rounded_rest_of_pi(batch<T> x, batch<T> m) noexcept
{
    if constexpr (has_fused_multiply_add) {
        constexpr auto pi = pi_in_parts<T>::rounded_pi;
        auto const r = fma(m, batch<T>(-pi[1]), fma(m, batch<T>(-pi[0]), x));
        return fma(m, batch<T>(-pi[2]), r);
    } else {
        auto const a = subtract_multiple_of_pi(x, m);
        return a.r + a.tail;
    }
}
} // namespace detail
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
