#pragma once

#include <xgrad/simd/extended.hpp>

#include <concepts>
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

namespace detail {
/// log x, x = 2^k (1 + f).
struct natural_logarithm
{
    template <class T>
    XGRAD_ALWAYS_INLINE static batch<T> of(exponent_and_fraction<T> const& x) noexcept
    {
        return log_split(x, batch<T>(0));
    }
};

/// The logarithm of what is not a normal positive number.
template <class Logarithm, class T>
XGRAD_NOINLINE batch<T> log_extreme(batch<T> x) noexcept
{
    constexpr T scale = sizeof(T) == 8 ? T(0x1p54) : T(0x1p25);
    constexpr T log2_scale = sizeof(T) == 8 ? T(54) : T(25);
    auto const subnormal = x < batch<T>(std::numeric_limits<T>::min());
    auto split = detail::split(select(subnormal, x * batch<T>(scale), x));
    split.k = split.k - select(subnormal, batch<T>(log2_scale), batch<T>(0));
    return log_special(x, Logarithm::of(split));
}

template <class Logarithm, class T>
XGRAD_ALWAYS_INLINE batch<T> log_by(batch<T> x) noexcept
{
    auto const value = Logarithm::of(split(x));
    auto const ordinary = x >= batch<T>(std::numeric_limits<T>::min()) &&
        x <= batch<T>(std::numeric_limits<T>::max());
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, log_extreme<Logarithm>(x));
    }
    return value;
}
} // namespace detail

template <class T>
XGRAD_ALWAYS_INLINE batch<T> log(batch<T> x) noexcept
{
    return detail::log_by<detail::natural_logarithm>(x);
}

namespace detail {
/// log(1 + x + rest) where 1 + x is a normal positive number, rest within the rounding of x.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> log1p_ordinary(batch<T> x, batch<T> rest) noexcept
{
    auto const u = batch<T>(1) + x;
    auto split = detail::split(u);
    // Where u is close to 1, f is x itself; elsewhere what rounding u has lost is put back.
    auto const exact = split.k == batch<T>(0);
    auto const lost = select(u < batch<T>(2), x - (u - batch<T>(1)), batch<T>(1) - (u - x));
    auto const correction = (select(exact, batch<T>(0), lost) + rest) / u;
    split.f = select(exact, x, split.f);
    auto const value = log_split(split, correction);
    return select(x == batch<T>(0), x, value);
}

template <class T>
XGRAD_NOINLINE batch<T> log1p_extreme(batch<T> x) noexcept
{
    return log_special(batch<T>(1) + x, x);
}

/// log(1 + x + rest), rest within the rounding of x.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> log1p_pair(batch<T> x, batch<T> rest) noexcept
{
    auto const value = log1p_ordinary(x, rest);
    auto const ordinary = x > batch<T>(-1) && x <= batch<T>(std::numeric_limits<T>::max());
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, log1p_extreme(x));
    }
    return value;
}

/// log(2x) for a large x.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> log_twice(batch<T> x) noexcept
{
    auto split = detail::split(x);
    split.k = split.k + batch<T>(1);
    return log_special(x, log_split(split, batch<T>(0)));
}

// Parts of 1/log 2, of 1/log 10 and of log10 2, of few bits above (in double those of FreeBSD's
// e_log2.c and e_log10.c): the product of two upper parts, and of one with an exponent, is exact.
template <class T>
struct log2_constants;

template <>
struct log2_constants<double>
{
    static constexpr double upper = 1.44269504072144627571e+00;
    static constexpr double lower = 1.67517131648865118353e-10;
    static constexpr double exponent_upper = 1;
    static constexpr double exponent_lower = 0;
};

template <>
struct log2_constants<float>
{
    static constexpr float upper = 1.44287109375f;
    static constexpr float lower = -1.7605285393e-04f;
    static constexpr float exponent_upper = 1;
    static constexpr float exponent_lower = 0;
};

template <class T>
struct log10_constants;

template <>
struct log10_constants<double>
{
    static constexpr double upper = 4.34294481878168880939e-01;
    static constexpr double lower = 2.50829467116452752298e-11;
    static constexpr double exponent_upper = 3.01029995663611771306e-01;
    static constexpr double exponent_lower = 3.69423907715893078616e-13;
};

template <>
struct log10_constants<float>
{
    static constexpr float upper = 0.434326171875f;
    static constexpr float lower = -3.168997136526741e-05f;
    static constexpr float exponent_upper = 0.301025390625f;
    static constexpr float exponent_lower = 4.605039066518657e-06f;
};

/// log2 x, as good as a float needs it, for a normal x > 0: near 1 no digit is lost.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE batch<T> log2_for_floats(batch<T> x) noexcept
{
    // 2 artanh(s)/(s log 2) in s² for x = 2^k (1 + f), s = f/(2 + f), minimax, computed by Remez's
    // algorithm at 50 digits: error below 2^-37.
    constexpr std::array<double, 5> series{
        2.885390081790212,
        0.9617966731711556,
        0.5770836196948611,
        0.41167051974366187,
        0.3407727421748103};
    auto const a = split(x);
    auto const s = a.f / (batch<double>(2) + a.f);
    return fma(s, polynomial(s * s, series), a.k);
}

/// (k log 2 + log(1 + f)) / log b, the leading part of log(1 + f) cut to half of the digits.
template <template <class> class Base>
struct logarithm_to_base
{
    template <class T>
    XGRAD_ALWAYS_INLINE static batch<T> of(exponent_and_fraction<T> const& x) noexcept
    {
        using B = batch<T>;
        using c = logarithm_constants<T>;
        using base = Base<T>;
        constexpr int cut = (format<T>::fraction_bits + 1) / 2 + (sizeof(T) == 8 ? 6 : 0);
        constexpr auto kept = ~((typename format<T>::bits{1} << cut) - 1);
        auto const s = x.f / (B(2) + x.f);
        auto const z = s * s;
        auto const half_square = B(T(0.5)) * x.f * x.f;
        auto const rest = s * (half_square + z * polynomial(z, c::series));
        auto const upper = from_bits<T>(to_bits<T>(x.f - half_square) & bit_batch<T>(kept));
        auto const lower = ((x.f - upper) - half_square) + rest;
        auto const whole = x.k * B(base::exponent_upper);
        auto const fraction = upper * B(base::upper);
        auto const sum = whole + fraction;
        auto const tail = fma(x.k, B(base::exponent_lower), (lower + upper) * B(base::lower)) +
            fma(lower, B(base::upper), (whole - sum) + fraction);
        return sum + tail;
    }
};
} // namespace detail

/// log(1 + x) without cancellation near 0.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> log1p(batch<T> x) noexcept
{
    return detail::log1p_pair(x, batch<T>(0));
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> log2(batch<T> x) noexcept
{
    return detail::log_by<detail::logarithm_to_base<detail::log2_constants>>(x);
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> log10(batch<T> x) noexcept
{
    return detail::log_by<detail::logarithm_to_base<detail::log10_constants>>(x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
