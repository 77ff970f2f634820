#pragma once

#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/logarithm.hpp>

#include <cmath>

// The error function and the normal distribution: an odd polynomial near 0, and e^(-x²) times a
// slow function of x beyond.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
/// e^(x + rest) (f.upper + f.lower), rounded once at the end.
inline batch<double> exp_times(batch<double> x, batch<double> rest, pair<double> f) noexcept
{
    using c = exponential_constants<double>;
    using B = batch<double>;
    auto const a = reduce_exponent(clamp(x, c::smallest, c::largest));
    auto const tail = a.tail + rest;
    auto const q = polynomial(a.r, c::series);
    auto const square = a.r * a.r;
    auto const slope = B(1) + fma(square, q, a.r);
    auto const p = sum_of_ordered(a.r, fma(square, q, tail * slope));
    auto const e = sum_of_ordered(B(1), p.upper);
    auto const product = exact_product(e.upper, f.upper);
    auto const lower = e.upper * f.lower + (e.lower + p.lower) * f.upper;
    return scale(product.upper + (product.lower + lower), a.k);
}
} // namespace detail

/// e^(-x²), with the digits that x² loses when rounded.
inline batch<double> exp_minus_square(batch<double> x) noexcept
{
    using B = batch<double>;
    auto const bounded = detail::clamp(x, -30., 30.);
    auto const square = exact_product(bounded, bounded);
    return detail::exp_times(-square.upper, -square.lower, {B(1), B(0)});
}

namespace detail {
template <class T>
struct error_function_constants;

// Minimax, computed by Remez's algorithm at 40 digits: erf(x)/x - 1 in x² for |x| <= 1, and
// (x + c) e^(x²) erfc x in (x - c)/(x + c), for erf from 1 on (error below 2^-58 of erf), for erfc
// from 3/4 on (error below 2^-58 of erfc).
template <>
struct error_function_constants<double>
{
    static constexpr double whole = 6;     // erf is 1 from here on
    static constexpr double ordinary = 26; // erfc is a normal number up to here
    static constexpr double zero = 28;     // and 0 from here on
    static constexpr std::array<double, 12> near{
        0.12837916709551256,
        -0.3761263890318352,
        0.11283791670944185,
        -0.026866170643111482,
        0.005223977606118476,
        -0.0008548325929318522,
        0.00012055293577226669,
        -1.4924712312363758e-05,
        1.6447131743906461e-06,
        -1.6206315362795511e-07,
        1.3710988282781968e-08,
        -7.779484494938733e-10};
    static constexpr double tail_center = 2;
    static constexpr std::array<double, 12> tail{
        1.0215827052420237,
        -0.6871606844137945,
        0.279472092555581,
        -0.0364422315188448,
        -0.02151066189815246,
        0.006479186309928444,
        0.00309061956549218,
        -0.000837314242260408,
        -0.0006633675507857041,
        3.365139644843676e-05,
        0.000146067730080322,
        4.544089342316866e-05};
    static constexpr double far_center = 3;
    static constexpr double far_first = 1.0740069070883398;
    static constexpr std::array<double, 20> far{
        -0.8833944531698837,     0.5902283571041016,     -0.3104672619005489,
        0.11952776128730279,     -0.02682723462530466,   -0.0012124166272506046,
        0.0030340620178227295,   -0.0005483096979956161, -0.0002767780268878686,
        0.0001075616177757181,   3.039930482160877e-05,  -1.747176474331359e-05,
        -4.753480040361906e-06,  2.771333089426835e-06,  1.0076606514115909e-06,
        -4.2460723034270064e-07, -2.408716642414959e-07, 7.099722664972474e-08,
        4.690269571838681e-08,   -1.699235847319573e-08};
};

template <>
struct error_function_constants<float>
{
    static constexpr float whole = 4;
    static constexpr float ordinary = 9;
    static constexpr float zero = 11;
    static constexpr std::array<float, 6> near{
        0.12837912249969435f,
        -0.3761232620016821f,
        0.11280180197497526f,
        -0.02671131335252412f,
        0.004917553527456353f,
        -0.0005631430034381126f};
    static constexpr float tail_center = 2;
    static constexpr std::array<float, 5> tail{
        1.0215829281041398f,
        -0.6871608485569226f,
        0.2793821079534761f,
        -0.037407676458714026f,
        -0.025412246098203983f};
    static constexpr float far_center = 2.5f;
    static constexpr float far_first = 1.0540318199096785f;
    static constexpr std::array<float, 8> far{
        -0.8046518606422645f,
        0.4539141865137588f,
        -0.17125061050329804f,
        0.02835960575840762f,
        0.008386176741547673f,
        -0.004799857839286984f,
        -0.00040602328168105715f,
        0.000626615008042175f};
};

/// erf x for |x| <= 1.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> erf_near(batch<T> x) noexcept
{
    return fma(x, polynomial(x * x, error_function_constants<T>::near), x);
}

/// e^(x²) erfc x for 1 <= x <= `whole`.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> scaled_tail(batch<T> x) noexcept
{
    using c = error_function_constants<T>;
    auto const inverse = batch<T>(1) / (x + batch<T>(c::tail_center));
    return inverse * polynomial((x - batch<T>(c::tail_center)) * inverse, c::tail);
}

/// erfc x 2^-k for x >= 3/4, rounded once at the end.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> erfc_less(batch<T> x, pair<T> const& square, batch<T> k) noexcept
{
    using c = error_function_constants<T>;
    auto const below = exact_sum(x, batch<T>(c::far_center));
    auto const inverse = batch<T>(1) / below.upper;
    auto const q = (x - batch<T>(c::far_center)) * inverse;
    auto const above = sum_of_ordered(batch<T>(c::far_first), q * polynomial(q, c::far));
    auto const ratio = above.upper * inverse;
    auto const rest =
        rest_of_quotient(above.upper, ratio, below.upper) + fma(-ratio, below.lower, above.lower);
    auto const power = exp_less<T>({-square.upper, -square.lower}, k);
    return fma(power.upper, ratio, fma(power.lower, ratio, power.upper * (rest * inverse)));
}

/// e^(x²) erfc x for x >= 0, below 1/2 to a few ulp only: (1 + 2x) times that is a Chebyshev series
/// in (x - 4)/(x + 4), computed at 40 digits.
inline pair<double> erfcx(batch<double> x) noexcept
{
    using B = batch<double>;
    constexpr double first = 1.2329951186255526;
    constexpr std::array<double, 25> series{
        -0.1396211168405625,     0.015379652102619604,    0.0680970542546904,
        -0.10103906603630056,    0.09373283499843826,     -0.06633036581218697,
        0.03716751553592911,     -0.016197734059799265,   0.005031969992669933,
        -0.0007577732613730956,  -0.0001992567757633648,  0.0001506214900124047,
        -2.4398944545280832e-05, -1.1221287012353486e-05, 5.709206053072183e-06,
        2.919733377963012e-07,   -8.249198427508354e-07,  7.746992727017941e-08,
        1.1009737295274889e-07,  -2.05606492756992e-08,   -1.4709550868669278e-08,
        3.1695881915648173e-09,  1.7903326159489847e-09,  -2.659599690242689e-10,
        -1.374652989001164e-10};
    auto const bounded = clamp(x, 0., 0x1p100);
    auto const q = (bounded - B(4)) / (bounded + B(4));
    auto const above = sum_of_ordered(B(first), q * polynomial(q, series));
    auto const below = exact_sum(B(1), bounded + bounded);
    auto const ratio = above.upper / below.upper;
    auto const product = exact_product(ratio, below.upper);
    auto const rest =
        ((above.upper - product.upper) - product.lower) + (above.lower - ratio * below.lower);
    return {ratio, rest / below.upper};
}
} // namespace detail

template <class T>
XGRAD_ALWAYS_INLINE batch<T> erf(batch<T> x) noexcept
{
    using B = batch<T>;
    using c = detail::error_function_constants<T>;
    auto const magnitude = abs(x);
    auto const bounded = select(magnitude > B(c::whole), B(c::whole), magnitude);
    auto const power = detail::exp_ordinary(-(bounded * bounded));
    auto const far = fma(-power, detail::scaled_tail(bounded), B(1));
    return select(magnitude < B(1), detail::erf_near(x), copysign(far, x));
}

namespace detail {
/// erfc x for x >= 3/4, up to the last subnormal result.
template <class T>
XGRAD_NOINLINE batch<T> erfc_extreme(batch<T> x) noexcept
{
    using c = error_function_constants<T>;
    auto const bounded = clamp(x, T(1), c::zero);
    auto const square = exact_product(bounded, bounded);
    auto const k = round_small(-square.upper * batch<T>(exponential_constants<T>::log2_e));
    return scale(erfc_less(bounded, square, k), k);
}
} // namespace detail

template <class T>
XGRAD_ALWAYS_INLINE batch<T> erfc(batch<T> x) noexcept
{
    using B = batch<T>;
    using c = detail::error_function_constants<T>;
    constexpr T near_end = T(0.75);
    auto const magnitude = abs(x);
    auto const left = x < B(0);
    auto const bounded = select(magnitude > B(c::ordinary), B(c::ordinary), magnitude);
    auto const square = exact_product(bounded, bounded);
    B const shift(format<T>::shift);
    auto const shifted = fma(-square.upper, B(detail::exponential_constants<T>::log2_e), shift);
    auto const far = add_to_exponent(detail::erfc_less(bounded, square, shifted - shift), shifted);
    auto const value =
        select(magnitude < B(near_end), B(1) - detail::erf_near(x), select(left, B(2) - far, far));
    auto const ordinary = x <= B(c::ordinary);
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, detail::erfc_extreme(x));
    }
    return value;
}

/// The standard normal density at x, and what lies below x. Sources of gelu and its derivative.
struct normal_distribution
{
    batch<double> density;
    batch<double> below;
};

inline normal_distribution normal(batch<double> x) noexcept
{
    using B = batch<double>;
    constexpr double sqrt_half = 7.07106781186547524401e-01;
    constexpr double inverse_sqrt_2pi = 3.98942280401432677940e-01;
    B const half(0.5);
    auto const bounded = detail::clamp(x, -40., 40.);
    auto const z = bounded * B(sqrt_half);
    auto const square = exact_product(bounded, bounded);
    auto const exponent = -half * square.upper;
    auto const rest = -half * square.lower;
    auto const density = detail::exp_times(exponent, rest, {B(inverse_sqrt_2pi), B(0)});
    auto const tail = half * detail::exp_times(exponent, rest, detail::erfcx(abs(z)));
    auto const near = half + half * detail::erf_near(detail::clamp(z, -1., 1.));
    auto const far = select(x < B(0), tail, B(1) - tail);
    return {density, select(abs(z) < half, near, far)};
}

inline batch<float> exp_minus_square(batch<float> x) noexcept
{
    return in_double([](batch<double> v) { return exp_minus_square(v); }, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
