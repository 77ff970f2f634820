#pragma once

#include <xgrad/simd/bits.hpp>

#include <limits>

// log and log1p as in fdlibm (Sun Microsystems, 1993, e_log.c and s_log1p.c): x = 2^k (1 + f) with
// sqrt(1/2) <= 1 + f < sqrt(2), s = f / (2 + f), log(1 + f) = 2 artanh s = f - f²/2 + s (f²/2 +
// R(s²)).

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
template <class T>
struct logarithm_constants;

template <>
struct logarithm_constants<double>
{
    static constexpr double ln2_upper = 6.93147180369123816490e-01;
    static constexpr double ln2_lower = 1.90821492927058770002e-10;
    static constexpr std::uint64_t sqrt_half = 0x3fe6a09e00000000;
    static constexpr double integer = 0x1p52;
    static constexpr std::array<double, 7> series{
        6.666666666666735130e-01,
        3.999999999940941908e-01,
        2.857142874366239149e-01,
        2.222219843214978396e-01,
        1.818357216161805012e-01,
        1.531383769920937332e-01,
        1.479819860511658591e-01};
};

template <>
struct logarithm_constants<float>
{
    static constexpr float ln2_upper = 6.9313812256e-01f;
    static constexpr float ln2_lower = 9.0580006145e-06f;
    static constexpr std::uint32_t sqrt_half = 0x3f3504f3;
    static constexpr float integer = 0x1p23f;
    static constexpr std::array<float, 4> series{
        0.66666662693f, 0.40000972152f, 0.28498786688f, 0.24279078841f};
};

template <class T>
struct exponent_and_fraction
{
    batch<T> k;
    batch<T> f;
};

/// x = 2^k (1 + f) for a normal positive x.
template <class T>
XGRAD_ALWAYS_INLINE exponent_and_fraction<T> split(batch<T> x) noexcept
{
    using c = logarithm_constants<T>;
    using format = simd::format<T>;
    auto const bits = to_bits<T>(x) + bit_batch<T>(format::one - c::sqrt_half);
    auto const exponent = bits >> format::fraction_bits;
    // A small whole number, as the fraction of 2^52, becomes a floating-point one.
    auto const integer = bit_batch<T>(std::bit_cast<typename format::bits>(c::integer));
    auto const bias = c::integer + static_cast<T>(format::one >> format::fraction_bits);
    auto const k = from_bits<T>(exponent | integer) - batch<T>(bias);
    auto const m =
        from_bits<T>((bits & bit_batch<T>(format::fraction)) + bit_batch<T>(c::sqrt_half));
    return {k, m - batch<T>(1)};
}

/// k log 2 + log(1 + f) + correction.
template <class T>
XGRAD_ALWAYS_INLINE batch<T>
log_split(exponent_and_fraction<T> const& x, batch<T> correction) noexcept
{
    using c = logarithm_constants<T>;
    auto const s = x.f / (batch<T>(2) + x.f);
    auto const z = s * s;
    auto const half_square = batch<T>(T(0.5)) * x.f * x.f;
    auto const r = z * polynomial(z, c::series);
    auto const tail = fma(s, half_square + r, fma(x.k, batch<T>(c::ln2_lower), correction));
    return x.k * batch<T>(c::ln2_upper) - ((half_square - tail) - x.f);
}

// What the bit pattern of a finite positive number does not tell.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> log_special(batch<T> x, batch<T> value) noexcept
{
    constexpr auto inf = std::numeric_limits<T>::infinity();
    batch<T> const zero(0);
    auto const pole =
        select(x == zero, batch<T>(-inf), batch<T>(std::numeric_limits<T>::quiet_NaN()));
    auto const ordinary = select(x > zero, value, pole);
    return select(x == batch<T>(inf) || x != x, x, ordinary);
}
} // namespace detail

template <class T>
XGRAD_ALWAYS_INLINE batch<T> log(batch<T> x) noexcept
{
    constexpr T scale = sizeof(T) == 8 ? T(0x1p54) : T(0x1p25);
    constexpr T log2_scale = sizeof(T) == 8 ? T(54) : T(25);
    auto const subnormal = x < batch<T>(std::numeric_limits<T>::min());
    auto split = detail::split(select(subnormal, x * batch<T>(scale), x));
    split.k = split.k - select(subnormal, batch<T>(log2_scale), batch<T>(0));
    return detail::log_special(x, detail::log_split(split, batch<T>(0)));
}

/// log(1 + x) without cancellation near 0.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> log1p(batch<T> x) noexcept
{
    auto const u = batch<T>(1) + x;
    auto split = detail::split(u);
    // Where u is close to 1, f is x itself; elsewhere what rounding u has lost is put back.
    auto const exact = split.k == batch<T>(0);
    auto const lost = select(u < batch<T>(2), x - (u - batch<T>(1)), batch<T>(1) - (u - x));
    auto const correction = select(exact, batch<T>(0), lost / u);
    split.f = select(exact, x, split.f);
    auto const value = detail::log_special(u, detail::log_split(split, correction));
    return select(x == batch<T>(0), x, value);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
