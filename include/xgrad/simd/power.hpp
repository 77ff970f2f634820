#pragma once

#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/logarithm.hpp>
#include <xgrad/simd/rounding.hpp>

#include <cmath>
#include <concepts>

// x^y = e^(y log x), the logarithm with some 65 digits for double: log x = k log 2 + 2 artanh s,
// s = f/(2 + f), where s and the first two terms of the series are numbers of two parts.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
/// k log 2 + log(1 + f), relative error below 2^-64.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE pair<T> log_in_two_parts(exponent_and_fraction<T> const& x) noexcept
{
    using B = batch<double>;
    using c = logarithm_constants<double>;
    constexpr double third = 2. / 3;
    constexpr double third_rest = 3.700743415417188e-17;
    // ((2 artanh s - 2s)/s³ - 2/3)/z for z = s², minimax, computed by Remez's algorithm at 60
    // digits: the error of the logarithm is below 2^-66.
    constexpr std::array<double, 7> series{
        0.4000000000000227,
        0.2857142857009191,
        0.2222222252135028,
        0.18181784237373624,
        0.15386763516353982,
        0.1325666918827199,
        0.13197746980137504};
    auto const below = sum_of_ordered(B(2), x.f);
    auto const inverse = B(1) / below.upper;
    auto const q = x.f * inverse;
    auto const rest = fma(-q, below.lower, rest_of_quotient(x.f, q, below.upper));
    pair<double> const s{q, rest * inverse};
    auto z = exact_product(s.upper, s.upper);
    z.lower = fma(s.upper + s.upper, s.lower, z.lower);
    auto const tail = z.upper * polynomial(z.upper, series);
    auto factor = sum_of_ordered(B(third), tail);
    factor.lower = factor.lower + B(third_rest);
    auto const higher = product(product(z, s), factor);
    auto const first = sum_of_ordered(x.k * B(c::ln2_upper), s.upper + s.upper);
    auto const both = sum_of_ordered(first.upper, higher.upper);
    auto const lower =
        fma(x.k, B(c::ln2_lower), s.lower + s.lower) + ((first.lower + both.lower) + higher.lower);
    return sum_of_ordered(both.upper, lower);
}

/// The exponent of e in x^y, in two parts. For x > 0 normal, times 2^-k.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE pair<T> exponent_of_power(batch<T> x, batch<T> y, batch<T> k) noexcept
{
    auto a = split(x);
    a.k = a.k - k;
    auto const logarithm = log_in_two_parts(a);
    auto const v = exact_product(y, logarithm.upper);
    return {v.upper, fma(y, logarithm.lower, v.lower)};
}

/// x is a whole number, and odd.
template <class T>
XGRAD_ALWAYS_INLINE mask<T> is_odd(batch<T> x) noexcept
{
    auto const half = x * batch<T>(0.5);
    return rint(x) == x && rint(half) != half;
}

/// C99, Annex F.9.4.4, given |x|^y for normal numbers and ±inf for y.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> power_special(batch<T> x, batch<T> y, batch<T> power) noexcept
{
    using B = batch<T>;
    B const zero(0);
    B const one(1);
    B const inf(std::numeric_limits<T>::infinity());
    auto const magnitude = abs(x);
    auto const falls = y < zero;
    auto value = select(magnitude == zero, select(falls, inf, zero), power);
    value = select(magnitude == inf, select(falls, zero, inf), value);
    value = select(is_odd(y), copysign(value, x), value);
    B const nan(std::numeric_limits<T>::quiet_NaN());
    auto const undefined = x < zero && magnitude < inf && rint(y) != y;
    value = select(undefined || isnan(x) || isnan(y), nan, value);
    return select(x == one || y == zero, one, value);
}

/// x^y where x is not a positive normal number, or the result is none, or y is special.
template <std::same_as<double> T>
batch<T> power_extreme(batch<T> x, batch<T> y, batch<T>) noexcept
{
    using B = batch<double>;
    using c = exponential_constants<double>;
    constexpr double scale_up = 0x1p54;
    constexpr double log2_scale = 54;
    // Beyond, every power but those of 1 is zero or infinite.
    constexpr double largest = 0x1p65;
    auto const magnitude = abs(x);
    auto const subnormal = magnitude < B(std::numeric_limits<double>::min());
    auto const scaled = select(subnormal, magnitude * B(scale_up), magnitude);
    auto const v = exponent_of_power(
        scaled, clamp(y, -largest, largest), select(subnormal, B(log2_scale), B(0)));
    auto const bounded = clamp(v.upper, c::smallest, c::largest);
    auto const rest = select(bounded == v.upper, v.lower, B(0));
    auto const k = round_small(bounded * B(c::log2_e));
    return power_special(x, y, scale(exp_less<double>({bounded, rest}, k).upper, k));
}

template <std::same_as<float> T>
batch<T> power_extreme(batch<T> x, batch<T> y, batch<T> power) noexcept
{
    using B = batch<float>;
    // As above, where double has not sufficed.
    auto const magnitude = abs(x);
    B const inf(std::numeric_limits<float>::infinity());
    auto const grows = (magnitude > B(1)) == (y > B(0));
    auto const at_infinity = select(magnitude == B(1), B(1), select(grows, inf, B(0)));
    return power_special(x, y, select(abs(y) == inf, at_infinity, power));
}

/// |x|^y for floats in doubles: the logarithm needs no second part, and short series suffice.
template <std::same_as<double> T>
batch<T> power_of_floats(batch<T> x, batch<T> y) noexcept
{
    using B = batch<double>;
    // Beyond, a float is zero or infinite.
    constexpr double largest = 0x1p9;
    // 2^r for |r| <= 1/2, minimax, computed by Remez's algorithm at 50 digits: error below 2^-29.
    constexpr std::array<double, 7> exp2_series{
        1.00000000055382,
        0.6931472057394297,
        0.24022646890432978,
        0.05550328774071077,
        0.00961848900811778,
        0.0013399932121409056,
        0.00015345797639716068};
    auto const logarithm = log2_for_floats(abs(x));
    auto const v = larger_number(smaller_number(y * logarithm, B(largest)), B(-largest));
    B const shift(format<double>::shift);
    auto const shifted = v + shift;
    return add_to_exponent(polynomial(v - (shifted - shift), exp2_series), shifted);
}

/// x^y from |x|^y for an `ordinary` |x|: negative numbers have powers that are whole, and signs.
/// Where that is not all, in the slow way.
template <class T>
XGRAD_NOINLINE batch<T>
with_sign(batch<T> x, batch<T> y, batch<T> of_magnitude, mask<T> ordinary) noexcept
{
    auto const negative = x < batch<T>(0);
    auto const value = select(negative && is_odd(y), -of_magnitude, of_magnitude);
    auto const settled = ordinary && (!negative || rint(y) == y);
    return all(settled) ? value : select(settled, value, power_extreme(x, y, of_magnitude));
}

template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE batch<T> power(batch<T> x, batch<T> y) noexcept
{
    using B = batch<double>;
    using c = exponential_constants<double>;
    auto const magnitude = abs(x);
    auto const v = exponent_of_power(magnitude, y, B(0));
    B const shift(format<double>::shift);
    auto const shifted = fma(v.upper, B(c::log2_e), shift);
    auto const value = add_to_exponent(exp_less<double>(v, shifted - shift).upper, shifted);
    auto const ordinary = magnitude >= B(std::numeric_limits<double>::min()) &&
        magnitude <= B(std::numeric_limits<double>::max()) && abs(v.upper) <= B(c::ordinary);
    if (!all(ordinary && x > B(0))) [[unlikely]] {
        return with_sign(x, y, value, ordinary);
    }
    return value;
}

template <std::same_as<float> T>
XGRAD_ALWAYS_INLINE batch<T> power(batch<T> x, batch<T> y) noexcept
{
    using B = batch<float>;
    auto const value =
        in_double([](batch<double> a, batch<double> b) { return power_of_floats(a, b); }, x, y);
    auto const magnitude = abs(x);
    auto const ordinary =
        magnitude > B(0) && magnitude <= B(std::numeric_limits<float>::max()) && isfinite(y);
    if (!all(ordinary && x > B(0))) [[unlikely]] {
        return with_sign(x, y, value, ordinary);
    }
    return value;
}

/// x^n for a whole n from -2 to 4, in products: at most 1.91 units in the last place off, at 4·10⁶
/// numbers between 1 and 2 for each n.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> power_in_products(batch<T> x, batch<T> n) noexcept
{
    using B = batch<T>;
    B const one(1);
    auto const count = abs(n);
    auto const falls = n < B(0);
    auto const base = any(falls) ? select(falls, one / x, x) : x;
    auto const square = base * base;
    auto const odd = select(count == one || count == B(3), base, one);
    auto const even = select(count == B(4), square * square, select(count >= B(2), square, one));
    return odd * even;
}
} // namespace detail

namespace detail {
template <class T>
XGRAD_ALWAYS_INLINE batch<T> any_power(batch<T> x, batch<T> y) noexcept
{
    if constexpr (has_fused_multiply_add) {
        return power(x, y);
    } else {
        // Without it the C library is quicker, which finds out at run time what the machine has.
        return by_lanes([](T a, T b) { return std::pow(a, b); }, x, y);
    }
}

/// Where some exponents are whole and `few`: an element must not depend on the others.
template <class T>
XGRAD_NOINLINE batch<T> mixed_power(batch<T> x, batch<T> y, mask<T> few) noexcept
{
    return select(few, power_in_products(x, y), any_power(x, y));
}
} // namespace detail

/// x^y with the special values of C99, Annex F.9.4.4. Squares, cubes and reciprocals, what programs
/// mostly write, are products.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> pow(batch<T> x, batch<T> y) noexcept
{
    auto const few = y == round_small(y) && abs(y - batch<T>(1)) <= batch<T>(3);
    if (!any(few)) {
        return detail::any_power(x, y);
    }
    return all(few) ? detail::power_in_products(x, y) : detail::mixed_power(x, y, few);
}

namespace detail {
// Beyond these a square overflows or loses digits; and the powers of 2 that mend it.
template <class T>
struct hypotenuse_constants;

template <>
struct hypotenuse_constants<double>
{
    static constexpr double large = 0x1p500;
    static constexpr double small = 0x1p-450;
    static constexpr double scale = 0x1p600;
};

template <>
struct hypotenuse_constants<float>
{
    static constexpr float large = 0x1p60f;
    static constexpr float small = 0x1p-45f;
    static constexpr float scale = 0x1p80f;
};
} // namespace detail

/// √(x² + y²): no square overflows or loses digits. inf where x or y is, also beside a NaN.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> hypot(batch<T> x, batch<T> y) noexcept
{
    using B = batch<T>;
    using c = detail::hypotenuse_constants<T>;
    auto const a = abs(x);
    auto const b = abs(y);
    auto const swapped = a < b;
    auto const larger = select(swapped, b, a);
    auto const smaller = select(swapped, a, b);
    auto const down = larger > B(c::large);
    auto const up = larger < B(c::small);
    auto const scale = select(down, B(1 / c::scale), select(up, B(c::scale), B(1)));
    auto const back = select(down, B(c::scale), select(up, B(1 / c::scale), B(1)));
    auto const u = larger * scale;
    auto const v = smaller * scale;
    auto const h = sqrt(fma(u, u, v * v)) * back;
    B const inf(std::numeric_limits<T>::infinity());
    return select(a == inf || b == inf, inf, h);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
