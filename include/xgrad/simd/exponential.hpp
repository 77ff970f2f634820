#pragma once

#include <xgrad/simd/bits.hpp>

#include <limits>

// exp and its kin, after W. J. Cody and W. Waite, Software Manual for the Elementary Functions
// (1980), chapter 6: x = k log 2 + r with |r| <= log(2)/2, exp x = 2^k exp r.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
template <class T>
struct exponential_constants;

template <>
struct exponential_constants<double>
{
    static constexpr double log2_e = 1.44269504088896340736;
    // The upper part has trailing zeros, so that its product with k is exact.
    static constexpr double ln2_upper = 6.93147180369123816490e-01;
    static constexpr double ln2_lower = 1.90821492927058770002e-10;
    static constexpr double largest = 710;
    static constexpr double smallest = -746;
    // 1/2!, 1/3!, ...: the next term is below 2^-57 of the sum.
    static constexpr std::array<double, 12> series{
        1. / 2,
        1. / 6,
        1. / 24,
        1. / 120,
        1. / 720,
        1. / 5040,
        1. / 40320.,
        1. / 362880.,
        1. / 3628800.,
        1. / 39916800.,
        1. / 479001600.,
        1. / 6227020800.};
};

template <>
struct exponential_constants<float>
{
    static constexpr float log2_e = 1.44269504f;
    static constexpr float ln2_upper = 0.693359375f;
    static constexpr float ln2_lower = -2.12194440e-4f;
    static constexpr float largest = 89;
    static constexpr float smallest = -105;
    static constexpr std::array<float, 6> series{
        1.f / 2, 1.f / 6, 1.f / 24, 1.f / 120, 1.f / 720, 1.f / 5040};
};

template <class T>
struct reduced_argument
{
    batch<T> k;
    batch<T> r;
    batch<T> tail; // what r lacks of x - k log 2
};

template <class T>
XGRAD_ALWAYS_INLINE reduced_argument<T> reduce_exponent(batch<T> x) noexcept
{
    using c = exponential_constants<T>;
    auto const k = round_small(x * batch<T>(c::log2_e));
    auto const upper = x - k * batch<T>(c::ln2_upper);
    auto const lower = k * batch<T>(c::ln2_lower);
    auto const r = upper - lower;
    return {k, r, (upper - r) - lower};
}

/// exp(r + tail) - 1 for |r| <= log(2)/2.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> expm1_reduced(reduced_argument<T> const& a) noexcept
{
    auto const q = polynomial(a.r, exponential_constants<T>::series);
    return a.r + fma(a.r * a.r, q, fma(a.tail, a.r, a.tail));
}

/// p 2^k, rounded once where it is subnormal, inf where it is too large.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> scale(batch<T> p, batch<T> k) noexcept
{
    auto const half = round_small(k * batch<T>(T(0.5)));
    return p * power_of_two(half) * power_of_two(k - half);
}

// NaN passes: every comparison with it is false.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> clamp(batch<T> x, T low, T high) noexcept
{
    auto const bounded = select(x < batch<T>(low), batch<T>(low), x);
    return select(bounded > batch<T>(high), batch<T>(high), bounded);
}
} // namespace detail

template <class T>
XGRAD_ALWAYS_INLINE batch<T> exp(batch<T> x) noexcept
{
    using c = detail::exponential_constants<T>;
    auto const a = detail::reduce_exponent(detail::clamp(x, c::smallest, c::largest));
    return detail::scale(batch<T>(1) + detail::expm1_reduced(a), a.k);
}

/// 2^x: exact where x is a whole number.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> exp2(batch<T> x) noexcept
{
    constexpr double ln2 = 6.93147180559945309417e-01;
    constexpr double ln2_rest = sizeof(T) == 8 ? 2.31904681384629955842e-17 : ln2 - float(ln2);
    constexpr T limit = sizeof(T) == 8 ? T(1080) : T(160);
    auto const bounded = detail::clamp(x, -limit, limit);
    auto const k = round_small(bounded);
    auto const f = bounded - k;
    auto const r = f * batch<T>(ln2);
    auto const tail = fma(f, batch<T>(ln2), -r) + f * batch<T>(ln2_rest);
    return detail::scale(batch<T>(1) + detail::expm1_reduced<T>({k, r, tail}), k);
}

/// exp x - 1 without cancellation near 0.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> expm1(batch<T> x) noexcept
{
    using c = detail::exponential_constants<T>;
    // Below this the result is -1.
    constexpr T lowest = sizeof(T) == 8 ? T(-50) : T(-25);
    auto const a = detail::reduce_exponent(detail::clamp(x, lowest, c::largest));
    auto const p = detail::expm1_reduced(a);
    // Half the result: 2^k itself may be too large.
    auto const half_power = power_of_two(a.k - batch<T>(1));
    auto const half = fma(half_power, p, half_power - batch<T>(T(0.5)));
    return select(x == batch<T>(0), x, half + half);
}

/// 1/(1 + exp(-x)).
template <class T>
XGRAD_ALWAYS_INLINE batch<T> sigmoid(batch<T> x) noexcept
{
    auto const e = exp(-abs(x));
    return select(x < batch<T>(0), e, batch<T>(1)) / (batch<T>(1) + e);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
