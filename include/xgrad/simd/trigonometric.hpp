#pragma once

#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/rounding.hpp>

#include <cmath>

// sin and cos as in fdlibm (Sun Microsystems, 1993, k_sin.c, k_cos.c, e_rem_pio2.c):
// x = n π/2 + r with |r| <= π/4 and the quadrant n mod 4.

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
    static constexpr double two_over_pi = 6.36619772367581382433e-01;
    // π/2 in three parts of 33 bits, whose products with n are exact, and the rest.
    static constexpr double part1 = 1.57079632673412561417e+00;
    static constexpr double part2 = 6.07710050630396597660e-11;
    static constexpr double part3 = 2.02226624871116645580e-21;
    static constexpr double rest = 8.47842766036889956997e-32;
    static constexpr double largest = 0x1p19;
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
};

template <>
struct trigonometric_constants<float>
{
    static constexpr float two_over_pi = 0.636619772f;
    // 11 bits each (S. L. Moshier, Cephes): exact for n < 2^13.
    static constexpr float part1 = 0x1.92p+0f;
    static constexpr float part2 = 0x1.fb4p-12f;
    static constexpr float part3 = 0x1.444p-24f;
    static constexpr float rest = 0x1.68c234p-39f;
    static constexpr float largest = 0x1p12f;
    static constexpr std::array<float, 4> sine{
        -0.166666667f, 8.33333310e-3f, -1.98408743e-4f, 2.71811792e-6f};
    static constexpr std::array<float, 4> cosine{
        0.0416666667f, -1.38888885e-3f, 2.48008526e-5f, -2.7e-7f};
};
} // namespace detail

/// Both at once: they share the reduction and the polynomials.
template <class T>
XGRAD_ALWAYS_INLINE sine_and_cosine<T> sincos(batch<T> x) noexcept
{
    using c = detail::trigonometric_constants<T>;
    batch<T> const shift(format<T>::shift);
    auto const shifted = x * batch<T>(c::two_over_pi) + shift;
    auto const n = shifted - shift;
    auto const quadrant = to_bits<T>(shifted);

    // Each difference is kept exactly, in two numbers.
    auto const r1 = x - n * batch<T>(c::part1);
    auto const w2 = n * batch<T>(c::part2);
    auto const r2 = r1 - w2;
    auto const e2 = (r1 - r2) - w2;
    auto const w3 = n * batch<T>(c::part3);
    auto const r3 = r2 - w3;
    auto const e3 = (r2 - r3) - w3;
    auto const tail = (e2 + e3) - n * batch<T>(c::rest);
    auto const r = r3 + tail;
    auto const lower = (r3 - r) + tail;

    batch<T> const half(T(0.5));
    auto const z = r * r;
    auto const cube = z * r;
    auto const odd = polynomial(z, c::sine);
    auto const even = polynomial(z, c::cosine);
    // sin(r + lower) and cos(r + lower), the leading terms last.
    auto const sine = r + fma(cube, odd, lower * (batch<T>(1) - half * z));
    auto const half_square = half * z;
    auto const one_minus = batch<T>(1) - half_square;
    auto const cosine =
        one_minus + (((batch<T>(1) - one_minus) - half_square) + fma(z * z, even, -(r * lower)));

    using bits = typename format<T>::bits;
    mask<T> const swapped =
        from_bits<T>((quadrant & bit_batch<T>(bits{1})) << format<T>::fraction_bits) != batch<T>(0);
    constexpr int to_sign = sizeof(T) * 8 - 2;
    auto const two = bit_batch<T>(bits{2});
    auto const sine_sign = (quadrant & two) << to_sign;
    auto const cosine_sign = ((quadrant + bit_batch<T>(bits{1})) & two) << to_sign;
    auto s = from_bits<T>(to_bits<T>(select(swapped, cosine, sine)) ^ sine_sign);
    auto k = from_bits<T>(to_bits<T>(select(swapped, sine, cosine)) ^ cosine_sign);
    s = select(x == batch<T>(0), x, s);

    // Arguments so large that three parts of π do not reduce them: rare, and lane by lane. The C
    // library's sin and cos of doubles lose digits next to a multiple of π/2.
    auto const large = abs(x) > batch<T>(c::largest);
    if (any(large)) [[unlikely]] {
        s = select(large, by_lanes([](long double v) { return std::sin(v); }, x), s);
        k = select(large, by_lanes([](long double v) { return std::cos(v); }, x), k);
    }
    return {s, k};
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> sin(batch<T> x) noexcept
{
    return sincos(x).sine;
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> cos(batch<T> x) noexcept
{
    return sincos(x).cosine;
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

/// sin πx / πx: 1 at 0.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> sinc(batch<T> x) noexcept
{
    batch<T> const zero(0);
    auto const value = sincos_pi(x).sine / (batch<T>(3.14159265358979323846) * x);
    return select(x == zero, batch<T>(1), select(isinf(x), zero, value));
}

/// The derivative of sinc: (cos πx - sinc x)/x, near 0 by its series.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> sinc_slope(batch<T> x) noexcept
{
    batch<T> const pi(3.14159265358979323846);
    // (-1)^k 2k/(2k + 1)!, k = 1, 2, ...
    constexpr std::array<T, 9> series{
        T(-1. / 3),
        T(1. / 30),
        T(-1. / 840),
        T(1. / 45360),
        T(-1. / 3991680),
        T(1. / 518918400),
        T(-1. / 93405312000.),
        T(1. / 22230464256000.),
        T(-1. / 6758061133824000.)};
    auto const angle = pi * x;
    auto const near = pi * angle * polynomial(angle * angle, series);
    auto const both = sincos_pi(x);
    auto const far = (both.cosine - both.sine / angle) / x;
    return select(abs(x) < batch<T>(0.25), near, select(isinf(x), batch<T>(0), far));
}

// Lane by lane through the C library, in double: right to an ulp.

template <class T>
XGRAD_ALWAYS_INLINE batch<T> tan(batch<T> x) noexcept
{
    return by_lanes(
        [](double v) {
            constexpr double large = 0x1p19;
            return std::abs(v) < large ? std::tan(v)
                                       : static_cast<double>(std::tan(static_cast<long double>(v)));
        },
        x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
