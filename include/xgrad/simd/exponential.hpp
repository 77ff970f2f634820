#pragma once

#include <xgrad/simd/extended.hpp>

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
    // Between these the exponent of the result is that of a normal number.
    static constexpr double ordinary = 708;
    // (e^r - 1 - r)/r², minimax, computed by Remez's algorithm at 60 digits: the error of e^r is
    // below 2^-64, so that e^r - 1 is right to the last digit too.
    static constexpr std::array<double, 11> series{
        0.5,
        0.16666666666666682,
        0.041666666666666095,
        0.008333333333317025,
        0.00138888888891144,
        0.0001984126989640259,
        2.4801586928425256e-05,
        2.755723484576284e-06,
        2.7557580615535486e-07,
        2.511204181761284e-08,
        2.0826950844699945e-09};
    // The same with an error of e^r below 2^-57.9.
    static constexpr std::array<double, 10> short_series{
        0.5000000000000011,
        0.1666666666666641,
        0.04166666666653016,
        0.008333333333494964,
        0.0013888888943636034,
        0.00019841269505995013,
        2.4801493088293112e-05,
        2.7557586562645156e-06,
        2.763025322479491e-07,
        2.500008189021527e-08};
};

template <>
struct exponential_constants<float>
{
    static constexpr float log2_e = 1.44269504f;
    static constexpr float ln2_upper = 0.693359375f;
    static constexpr float ln2_lower = -2.12194440e-4f;
    static constexpr float largest = 89;
    static constexpr float smallest = -105;
    static constexpr float ordinary = 87;
    static constexpr std::array<float, 6> series{
        1.f / 2, 1.f / 6, 1.f / 24, 1.f / 120, 1.f / 720, 1.f / 5040};
    static constexpr std::array<float, 5> short_series{
        0.4999999344882482f,
        0.16666520631354845f,
        0.041668387830936876f,
        0.00836871693427681f,
        0.0013814609606820339f};
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
    return rounded(p * power_of_two(half)) * power_of_two(k - half);
}

// NaN passes: every comparison with it is false.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> clamp(batch<T> x, T low, T high) noexcept
{
    auto const bounded = select(x < batch<T>(low), batch<T>(low), x);
    return select(bounded > batch<T>(high), batch<T>(high), bounded);
}
} // namespace detail

namespace detail {
/// e^r for |r| <= log(2)/2.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> exp_reduced(batch<T> r) noexcept
{
    auto const q = polynomial(r, exponential_constants<T>::short_series);
    return batch<T>(1) + fma(r * r, q, r);
}

inline constexpr double ln2 = 6.93147180559945309417e-01;

/// exp where results are subnormal, infinite or NaN.
template <class T>
XGRAD_NOINLINE batch<T> exp_extreme(batch<T> x) noexcept
{
    using c = exponential_constants<T>;
    auto const a = reduce_exponent(clamp(x, c::smallest, c::largest));
    return scale(exp_reduced(a.r), a.k);
}

template <class T>
XGRAD_NOINLINE batch<T> exp2_extreme(batch<T> x) noexcept
{
    constexpr T limit = sizeof(T) == 8 ? T(1080) : T(160);
    auto const bounded = clamp(x, -limit, limit);
    auto const k = round_small(bounded);
    return scale(exp_reduced((bounded - k) * batch<T>(ln2)), k);
}
} // namespace detail

namespace detail {
/// e^(v - k log 2), k log 2 near v.
template <class T>
XGRAD_ALWAYS_INLINE pair<T> exp_less(pair<T> const& v, batch<T> k) noexcept
{
    using c = exponential_constants<T>;
    auto const upper = v.upper - k * batch<T>(c::ln2_upper);
    auto const lower = fma(k, batch<T>(c::ln2_lower), -v.lower);
    auto const r = upper - lower;
    auto const tail = (upper - r) - lower;
    auto const q = polynomial(r, c::short_series);
    return sum_of_ordered(batch<T>(1), r + fma(r * r, q, fma(r, tail, tail)));
}

/// e^x 2^-halvings where that is a normal number, and e^x too.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> exp_ordinary(batch<T> x, batch<T> halvings = batch<T>(0)) noexcept
{
    using c = exponential_constants<T>;
    batch<T> const shift(format<T>::shift);
    auto const shifted = fma(x, batch<T>(c::log2_e), shift);
    auto const k = shifted - shift;
    auto const r = (x - k * batch<T>(c::ln2_upper)) - k * batch<T>(c::ln2_lower);
    return add_to_exponent(exp_reduced(r), shifted - halvings);
}
} // namespace detail

template <class T>
XGRAD_ALWAYS_INLINE batch<T> exp(batch<T> x) noexcept
{
    using c = detail::exponential_constants<T>;
    auto const value = detail::exp_ordinary(x);
    auto const ordinary = abs(x) <= batch<T>(c::ordinary);
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, detail::exp_extreme(x));
    }
    return value;
}

/// 2^x: exact where x is a whole number.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> exp2(batch<T> x) noexcept
{
    constexpr T ordinary_limit = sizeof(T) == 8 ? T(1021) : T(125);
    batch<T> const shift(format<T>::shift);
    auto const shifted = x + shift;
    auto const r = (x - (shifted - shift)) * batch<T>(detail::ln2);
    auto const value = add_to_exponent(detail::exp_reduced(r), shifted);
    auto const ordinary = abs(x) <= batch<T>(ordinary_limit);
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, detail::exp2_extreme(x));
    }
    return value;
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

/// x/(1 + exp(-x)).
template <class T>
XGRAD_ALWAYS_INLINE batch<T> silu(batch<T> x) noexcept
{
    using c = detail::exponential_constants<T>;
    auto const value = x * sigmoid(x);
    auto const ordinary = x >= batch<T>(-c::ordinary);
    if (!all(ordinary)) [[unlikely]] {
        // x e^x: there e^x is subnormal where the product is not, and 0 times -inf is none.
        auto const bounded = detail::clamp(x, 4 * c::smallest, T(0));
        auto const root = exp(bounded * batch<T>(T(0.5)));
        return select(ordinary, value, bounded * root * root);
    }
    return value;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
