#pragma once

#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/rounding.hpp>

// The inverse trigonometric functions. An angle is m π/4 ± r: symmetry leaves tan r <= 1, or sin r
// <= 1/2, for an odd polynomial, computed by Remez's algorithm at 60 digits.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
template <class T>
struct arc_constants;

template <>
struct arc_constants<double>
{
    // π/4 = upper + lower; multiples of the upper part up to 4 are exact.
    static constexpr double upper = 0x1.921fb54442d18p-1;
    static constexpr double lower = 3.06161699786838301793e-17;
    // (arctan t - t)/t³ in t² for t <= 1, error below 2^-57 of arctan t.
    static constexpr std::array<double, 20> tangent{
        -0.3333333333333307,    0.19999999999951457,    -0.14285714282574913,
        0.11111111007021059,    -0.09090907002911522,   0.0769227983844822,
        -0.06666404051186087,   0.05880527778823614,    -0.05253518401226557,
        0.04722321723187019,    -0.04219177709220165,   0.03664188637867039,
        -0.029903820849065853,  0.021984808597838697,   -0.013900519354647324,
        0.00719647536377913,    -0.0028849046655966006, 0.000831317166908715,
        -0.0001521598923987926, 1.322498216938481e-05};
    // (arcsin s - s)/s³ in s² for s <= 1/2, error below 2^-55 of arcsin s.
    static constexpr std::array<double, 12> sine{
        0.16666666666665383,
        0.07500000000343011,
        0.044642856823501706,
        0.030381959330573877,
        0.022371753539507343,
        0.017359770846666046,
        0.01388460124358928,
        0.012173259827706045,
        0.0065109425784070675,
        0.019573649718576752,
        -0.016293654043518124,
        0.03195866760640188};
};

template <>
struct arc_constants<float>
{
    static constexpr float upper = 0x1.921fap-1f;
    static constexpr float lower = 6.337954e-7f;
    static constexpr std::array<float, 9> tangent{
        -0.33333299083139073f,
        0.1999854819987535f,
        -0.14264241221784446f,
        0.1095218434074591f,
        -0.08403447191845803f,
        0.05795754461196626f,
        -0.031177796240322683f,
        0.010914577580339766f,
        -0.0017936150139482776f};
    static constexpr std::array<float, 5> sine{
        0.166667539212341f,
        0.07495242067905304f,
        0.04547706016868109f,
        0.024147792577752333f,
        0.042218246974990804f};
};

/// m π/4 + r.upper + r.lower, |r.lower| small.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> add_to_angle(batch<T> m, pair<T> const& r) noexcept
{
    using c = arc_constants<T>;
    auto const sum = sum_of_ordered(m * batch<T>(c::upper), r.upper);
    return sum.upper + (sum.lower + fma(m, batch<T>(c::lower), r.lower));
}

/// The angle of the point (b, a), 0 <= a <= b, mirrored at the diagonal where `steep`, then at the
/// vertical where `left`.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> angle_of(batch<T> a, batch<T> b, mask<T> steep, mask<T> left) noexcept
{
    using B = batch<T>;
    auto const t = a / b;
    auto const z = t * t;
    auto const odd = t * z * polynomial(z, arc_constants<T>::tangent);
    // π/2 less that, π less that
    auto const from_steep = select(steep, B(2), B(0));
    auto const m = select(left, B(4) - from_steep, from_steep);
    auto const mirrored = steep != left;
    return add_to_angle<T>(m, {select(mirrored, -t, t), select(mirrored, -odd, odd)});
}

/// atan2 at the origin, at infinities and at NaN.
template <class T>
XGRAD_NOINLINE batch<T> angle_extreme(batch<T> y, batch<T> x) noexcept
{
    using B = batch<T>;
    B const one(1);
    auto const u = abs(x);
    auto const v = abs(y);
    auto const steep = v > u;
    auto const a = select(steep, u, v);
    auto const b = select(steep, v, u);
    auto const diagonal = isinf(a) && isinf(b);
    auto const origin = b == B(0);
    auto const angle =
        angle_of(select(diagonal, one, a), select(diagonal || origin, one, b), steep, signbit(x));
    return select(isnan(x) || isnan(y), x + y, copysign(angle, y));
}
} // namespace detail

/// A polynomial up to 1, and π/2 less that of 1/x beyond.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> atan(batch<T> x) noexcept
{
    using B = batch<T>;
    using c = detail::arc_constants<T>;
    B const one(1);
    auto const magnitude = abs(x);
    auto const steep = magnitude > one;
    auto const t = select(steep, one / magnitude, magnitude);
    auto const z = t * t;
    auto const odd = t * z * polynomial(z, c::tangent);
    auto const flat = t + odd;
    // π/2 = upper + lower
    auto const rest = B(2 * c::upper) - t;
    auto const upright = rest + (B(2 * c::lower) - odd);
    return times_sign_of(select(steep, upright, flat), x);
}

/// The angle of the point (x, y), from -π to π. C99, Annex F.9.1.4.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> atan2(batch<T> y, batch<T> x) noexcept
{
    using B = batch<T>;
    auto const u = abs(x);
    auto const v = abs(y);
    auto const steep = v > u;
    auto const a = select(steep, u, v);
    auto const b = select(steep, v, u);
    auto const value = times_sign_of(detail::angle_of(a, b, steep, x < B(0)), y);
    auto const ordinary = b > B(0) && u + v < B(std::numeric_limits<T>::infinity());
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, detail::angle_extreme(y, x));
    }
    return value;
}

namespace detail {
/// arcsin √z - √z over z √z is a polynomial; up to 1/2 it is x itself, beyond √((1 - |x|)/2).
template <class T>
struct half_angle
{
    mask<T> large;
    batch<T> sine;
    batch<T> rest;
};

template <class T>
XGRAD_ALWAYS_INLINE half_angle<T> arc_sine_reduced(batch<T> x) noexcept
{
    using B = batch<T>;
    B const half(T(0.5));
    auto const magnitude = abs(x);
    auto const large = magnitude > half;
    auto const z = select(large, half - half * magnitude, magnitude * magnitude);
    auto const s = select(large, sqrt(z), magnitude);
    return {large, s, s * z * polynomial(z, arc_constants<T>::sine)};
}
} // namespace detail

template <class T>
XGRAD_ALWAYS_INLINE batch<T> asin(batch<T> x) noexcept
{
    using B = batch<T>;
    auto const a = detail::arc_sine_reduced(x);
    // π/2 - 2 arcsin √((1 - x)/2)
    auto const factor = select(a.large, B(-2), B(1));
    auto const m = select(a.large, B(2), B(0));
    return times_sign_of(detail::add_to_angle<T>(m, {factor * a.sine, factor * a.rest}), x);
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> acos(batch<T> x) noexcept
{
    using B = batch<T>;
    B const zero(0);
    auto const a = detail::arc_sine_reduced(x);
    auto const left = x < zero;
    // 2 arcsin √((1 - x)/2), and π less that; between them π/2 - arcsin x
    auto const factor = copysign(select(a.large, B(2), B(-1)), select(a.large, x, -x));
    auto const m = select(a.large, select(left, B(4), zero), B(2));
    return detail::add_to_angle<T>(m, {factor * a.sine, factor * a.rest});
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
