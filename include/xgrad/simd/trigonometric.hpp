#pragma once

#include <xgrad/simd/angle_reduction.hpp>
#include <xgrad/simd/rounding.hpp>

#include <cmath>
#include <concepts>

// What is left of an angle goes into odd or even polynomials. Alone, sin and cos take off whole
// multiples of π, which needs one polynomial; together multiples of π/2, as fdlibm does (Sun
// Microsystems, 1993, k_sin.c, k_cos.c).

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
template <class T>
struct sine_and_cosine
{
    batch<T> sine;
    batch<T> cosine;
};

namespace detail {
template <class T>
struct trigonometric_constants;

template <>
struct trigonometric_constants<double>
{
    // fdlibm's, for |r| <= π/4
    static constexpr std::array<double, 6> sine{
        -1.66666666666666324348e-01,
        8.33333333332248946124e-03,
        -1.98412698298579493134e-04,
        2.75573137070700676789e-06,
        -2.50507602534068634195e-08,
        1.58969099521155010221e-10};
    static constexpr std::array<double, 6> cosine{
        4.16666666666666019037e-02,
        -1.38888888888741095749e-03,
        2.48015872894767294178e-05,
        -2.75573143513906633035e-07,
        2.08757232129817482790e-09,
        -1.13596475577881948265e-11};
    // (sin r - r)/r³ in r² for |r| <= π/2, with 1/6 rounded, minimax, computed by Remez's
    // algorithm at 60 digits: error below 2^-59 of sin r.
    static constexpr std::array<double, 8> wide_sine{
        -1. / 6,
        0.008333333333333207,
        -0.00019841269841212875,
        2.7557319211653423e-06,
        -2.505210691317731e-08,
        1.6058941483517733e-10,
        -7.643032749430746e-13,
        2.7215678112846728e-15};
    // Likewise (r cot r - 1)/r² for |r| <= π/4: error below 2^-57 of cot r.
    static constexpr std::array<double, 9> cotangent{
        -0.33333333333333454,
        -0.02222222222214714,
        -0.00211640211804638,
        -0.0002116401939678361,
        -2.137790657889798e-05,
        -2.164010659926625e-06,
        -2.2014378741849837e-07,
        -2.103055278979151e-08,
        -3.1015586217574096e-09};
};

template <>
struct trigonometric_constants<float>
{
    static constexpr std::array<float, 4> sine{
        -0.166666667f, 8.33333310e-3f, -1.98408743e-4f, 2.71811792e-6f};
    static constexpr std::array<float, 4> cosine{
        0.0416666667f, -1.38888885e-3f, 2.48008526e-5f, -2.7e-7f};
    static constexpr std::array<float, 5> wide_sine{
        -1.f / 6,
        0.008333350942069282f,
        -0.00019843186818934648f,
        2.7633432156267587e-06f,
        -2.5637749257121014e-08f};
    static constexpr std::array<float, 5> cotangent{
        -0.33333333973198404f,
        -0.022222080449205935f,
        -0.0021174251473970343f,
        -0.0002084290730503904f,
        -2.5878028572564882e-05f};
};

/// sin r for |r| <= π/2 in two parts.
template <std::same_as<double> T>
XGRAD_ALWAYS_INLINE pair<T> sine_in_two_parts(reduced_angle<T> const& a) noexcept
{
    using c = trigonometric_constants<double>;
    using B = batch<double>;
    B const third_term(c::wide_sine[0]);
    auto const z = exact_product(a.r, a.r);
    auto const cube = exact_product(a.r, z.upper);
    auto const odd = polynomial(z.upper, drop_first(c::wide_sine));
    auto const tail = fma(B(-0.5) * z.upper, a.tail, a.tail);
    auto const cube_rest = fma(a.r, z.lower, cube.lower);
    auto const rest = fma(cube.upper * z.upper, odd, fma(cube_rest, third_term, tail));
    return sum_of_ordered(a.r, fma(cube.upper, third_term, rest));
}

/// (-1)^n sin(r), n in the last bits of `shifted`, |r| <= π/2 rounded: what r lacks matters where
/// |r| is near 1 and less than a unit in the last place of the result.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> alternating_sine(batch<T> r, batch<T> shifted) noexcept
{
    using c = trigonometric_constants<T>;
    auto const z = r * r;
    // The first coefficient last: its sum is the only one here whose rounding is felt.
    auto const odd = fma(z, polynomial(z, drop_first(c::wide_sine)), batch<T>(c::wide_sine[0]));
    auto const sum = [&] {
        if constexpr (has_fused_multiply_add) {
            return fma(r * z, odd, r);
        } else {
            // One product more is rounded here; so the rounding of the square is put back.
            auto const some = r * odd;
            return r + (z * some + exact_product(r, r).lower * some);
        }
    }();
    // The sum may come out one place beyond ±1.
    batch<T> const one(1);
    auto const sine = larger_number(smaller_number(sum, one), -one);
    constexpr int to_sign = sizeof(T) * 8 - 1;
    return from_bits<T>(to_bits<T>(sine) ^ (to_bits<T>(shifted) << to_sign));
}

/// One of the C library's functions of doubles, and with more digits, by pointers that are read
/// when they are called: what -ffast-math puts in place of a call, x87's fsin, is wrong for large
/// arguments.
struct library_function
{
    double (*volatile quick)(double);
    long double (*volatile wide)(long double);

    /// glibc's functions of doubles lose digits next to a multiple of π/2, where they or their
    /// inverse are near 0: up to a hundred thousand units in the last place. As long as the result
    /// is not smaller than this, they are right to 0.6 of one.
    double operator()(double x) const noexcept
    {
        constexpr double small = 0x1p-20;
        auto const result = quick(x);
        auto const magnitude = std::abs(result);
        return magnitude > small && magnitude < 1 / small ? result : static_cast<double>(wide(x));
    }

    float operator()(float x) const noexcept { return static_cast<float>(quick(x)); }
};

inline library_function const library_sine{::sin, ::sinl};
inline library_function const library_cosine{::cos, ::cosl};
inline library_function const library_tangent{::tan, ::tanl};

// Arguments so large that the parts of π do not reduce them, and NaN: rare, and lane by lane.
template <class T>
XGRAD_ALWAYS_INLINE batch<T>
correct_large(batch<T> x, batch<T> value, library_function const& f) noexcept
{
    auto const ordinary = abs(x) <= batch<T>(pi_in_parts<T>::largest);
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, by_lanes([&f](T v) { return f(v); }, x));
    }
    return value;
}
} // namespace detail

/// x = n π + r: sin x = (-1)^n sin r.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> sin(batch<T> x) noexcept
{
    constexpr T inverse_pi = T(3.18309886183790671538e-01);
    batch<T> const shift(format<T>::shift);
    auto const shifted = fma(x, batch<T>(inverse_pi), shift);
    auto const r = detail::rounded_rest_of_pi(x, shifted - shift);
    auto const value = detail::alternating_sine(r, shifted);
    return detail::correct_large(x, select(x == batch<T>(0), x, value), detail::library_sine);
}

/// x = (n - 1/2) π + r: cos x = (-1)^n sin r.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> cos(batch<T> x) noexcept
{
    constexpr T inverse_pi = T(3.18309886183790671538e-01);
    batch<T> const shift(format<T>::shift);
    batch<T> const half(T(0.5));
    auto const shifted = fma(x, batch<T>(inverse_pi), half) + shift;
    auto const r = detail::rounded_rest_of_pi(x, (shifted - shift) - half);
    // sin(π/2) may come out one place below 1.
    constexpr T flat = sizeof(T) == 8 ? T(0x1p-27) : T(0x1p-12);
    auto const value =
        select(abs(x) < batch<T>(flat), batch<T>(1), detail::alternating_sine(r, shifted));
    return detail::correct_large(x, value, detail::library_cosine);
}

/// Both at once: they share the reduction and the polynomials.
template <class T>
XGRAD_ALWAYS_INLINE sine_and_cosine<T> sincos(batch<T> x) noexcept
{
    using c = detail::trigonometric_constants<T>;
    constexpr T two_over_pi = T(6.36619772367581382433e-01);
    batch<T> const shift(format<T>::shift);
    batch<T> const half(T(0.5));
    auto const shifted = fma(x, batch<T>(two_over_pi), shift);
    auto const quadrant = to_bits<T>(shifted);
    auto const a = detail::subtract_multiple_of_pi(x, (shifted - shift) * half);

    auto const z = a.r * a.r;
    auto const odd = polynomial(z, c::sine);
    auto const even = polynomial(z, c::cosine);
    // sin(r + tail) and cos(r + tail), the leading terms last.
    auto const half_square = half * z;
    auto const one_minus = batch<T>(1) - half_square;
    auto const sine = a.r + fma(z * a.r, odd, a.tail * one_minus);
    auto const cosine =
        one_minus + (((batch<T>(1) - one_minus) - half_square) + fma(z * z, even, -(a.r * a.tail)));

    using bits = typename format<T>::bits;
    mask<T> const swapped =
        from_bits<T>((quadrant & bit_batch<T>(bits{1})) << format<T>::fraction_bits) != batch<T>(0);
    constexpr int to_sign = sizeof(T) * 8 - 2;
    auto const two = bit_batch<T>(bits{2});
    auto const sine_sign = (quadrant & two) << to_sign;
    auto const cosine_sign = ((quadrant + bit_batch<T>(bits{1})) & two) << to_sign;
    auto const s = from_bits<T>(to_bits<T>(select(swapped, cosine, sine)) ^ sine_sign);
    auto const k = from_bits<T>(to_bits<T>(select(swapped, sine, cosine)) ^ cosine_sign);
    auto const signed_zero = select(x == batch<T>(0), x, s);
    return {
        detail::correct_large(x, signed_zero, detail::library_sine),
        detail::correct_large(x, k, detail::library_cosine)};
}

/// x = n π/2 + r: tan r = r/w or, for an odd n, -w/r, where w = r cot r. Then what r lacks, times
/// the derivative 1 + tan².
template <class T>
XGRAD_ALWAYS_INLINE batch<T> tan(batch<T> x) noexcept
{
    using B = batch<T>;
    constexpr T inverse_pi = T(3.18309886183790671538e-01);
    // Whose last place is 1/2.
    B const shift(format<T>::shift / 2);
    B const zero(0);
    B const one(1);
    auto const shifted = fma(x, B(inverse_pi), shift);
    auto const m = shifted - shift;
    auto const a = detail::normalised(detail::subtract_multiple_of_pi(x, m), m);
    auto const z = a.r * a.r;
    auto const w = fma(z, polynomial(z, detail::trigonometric_constants<T>::cotangent), one);
    // The last bit of n, as that of 2, which is the highest of an exponent.
    constexpr int to_exponent = sizeof(T) * 8 - 2;
    auto const even = from_bits<T>(to_bits<T>(shifted) << to_exponent) == zero;
    auto const above = select(even, a.r, -w);
    auto const below = select(even, w, a.r);
    auto const q = above / below;
    // 1/below to a digit or so: 1/w is between 1 and 4/π.
    auto const inverse = select(even, B(T(1.25)), -q);
    auto const lost = a.tail * fma(q, q, one);
    auto const value = q + fma(rest_of_quotient(above, q, below), inverse, lost);
    return detail::correct_large(x, select(x == zero, x, value), detail::library_tangent);
}

/// sin πx and cos πx: whole numbers are taken off before the multiplication.
template <class T>
XGRAD_ALWAYS_INLINE sine_and_cosine<T> sincos_pi(batch<T> x) noexcept
{
    constexpr double pi = 3.14159265358979323846;
    constexpr double pi_rest = sizeof(T) == 8 ? 1.22464679914735317723e-16 : pi - float(pi);
    auto const n = rint(x);
    auto const f = x - n;
    auto const angle = exact_product(f, batch<T>(pi));
    auto const rest = angle.lower + f * batch<T>(pi_rest);
    auto const both = sincos(angle.upper);
    auto const halved = n * batch<T>(0.5);
    auto const odd = halved != rint(halved);
    auto const sine = fma(rest, both.cosine, both.sine);
    auto const cosine = fma(-rest, both.sine, both.cosine);
    return {select(odd, -sine, sine), select(odd, -cosine, cosine)};
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
