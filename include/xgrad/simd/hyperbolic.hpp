#pragma once

#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/logarithm.hpp>

// Far from 0 by the exponential or the logarithm, near it by series. atanh is log1p of two numbers,
// so that one rounding is left at the end.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
template <class T>
struct hyperbolic_constants;

// x³/(tanh x - x) in x² for x <= 0.65, minimax, computed by Remez's algorithm at 60 digits: error
// below 2^-57 (2^-27) of tanh x. (sinh x - x)/x³ in x² for x <= 1: below 2^-63 (2^-34) of sinh x.
template <>
struct hyperbolic_constants<double>
{
    static constexpr std::array<double, 7> tanh_series{
        -3.000000000000008,
        -1.199999999999506,
        0.0057142857040215055,
        -0.0002539681530567471,
        1.2203138942670198e-05,
        -5.97231506493239e-07,
        2.724725555827408e-08};
    static constexpr std::array<double, 7> sinh_series{
        0.16666666666666669,
        0.008333333333333148,
        0.00019841269841431864,
        2.7557319157074097e-06,
        2.5052123136447735e-08,
        1.6057259785831935e-10,
        7.758748375679485e-13};
};

template <>
struct hyperbolic_constants<float>
{
    static constexpr std::array<float, 3> tanh_series{
        -3.000003200267537f, -1.1999526626154777f, 0.005516021108903634f};
    static constexpr std::array<float, 4> sinh_series{
        0.16666666497568183f,
        0.00833335005826012f,
        0.00019836159684441014f,
        2.8169520294180834e-06f};
};

/// e^x / 2 for x >= 0 where that is near overflow, infinite or NaN.
template <class T>
XGRAD_NOINLINE batch<T> half_exp_extreme(batch<T> x) noexcept
{
    using c = exponential_constants<T>;
    auto const a = reduce_exponent(clamp(x, T(0), c::largest + T(2)));
    return scale(batch<T>(1) + expm1_reduced(a), a.k - batch<T>(1));
}

/// e^x / 2 for x >= 0, inf only where that is.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> half_exp(batch<T> x) noexcept
{
    using c = exponential_constants<T>;
    auto const value = exp_ordinary(x, batch<T>(1));
    auto const ordinary = x <= batch<T>(c::ordinary);
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, value, half_exp_extreme(x));
    }
    return value;
}

// Beyond it the difference from 1 keeps its digits.
template <class T>
inline constexpr T tanh_near = T(0.65);

// Beyond it tanh is 1.
template <class T>
inline constexpr T tanh_tail = sizeof(T) == 8 ? T(22) : T(10);

// (e^2r - 1 - 2r)/r² for |r| <= log(2)/4.
template <class T>
inline constexpr auto square_series = [] {
    auto result = exponential_constants<T>::short_series;
    T power = 4;
    for (auto& c : result) {
        c *= power;
        power *= 2;
    }
    return result;
}();

/// e^2x for 0 <= x <= `tanh_tail`. One part of log 2 will do: so few multiples of it are taken off.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> exp_of_twice(batch<T> x) noexcept
{
    using B = batch<T>;
    B const shift(format<T>::shift);
    auto const shifted = fma(x, B(2 * exponential_constants<T>::log2_e), shift);
    auto const r = fma(shifted - shift, B(-ln2 / 2), x);
    auto const slope = fma(r, polynomial(r, square_series<T>), B(2));
    return add_to_exponent(fma(r, slope, B(1)), shifted);
}
} // namespace detail

/// x + x³/Q(x²) near 0 and 1 - 2/(e^2x + 1) beyond, which share their division.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> tanh(batch<T> x) noexcept
{
    using B = batch<T>;
    B const one(1);
    auto const magnitude = abs(x);
    auto const far = magnitude >= B(detail::tanh_near<T>); // false for NaN, which the sum keeps
    auto const z = magnitude * magnitude;
    auto const near = polynomial(z, detail::hyperbolic_constants<T>::tanh_series);
    auto const bounded = smaller_number(magnitude, B(detail::tanh_tail<T>));
    auto const below = select(far, detail::exp_of_twice(bounded) + one, near);
    auto const quotient = select(far, B(-2), magnitude * z) / below;
    return times_sign_of(select(far, one, magnitude) + quotient, x);
}

template <class T>
struct hyperbolic_sine_and_cosine
{
    batch<T> sine;
    batch<T> cosine;
};

/// sinh and cosh at once: they share e^|x|/2 and its reciprocal. Below 1 these would cancel.
template <class T>
XGRAD_ALWAYS_INLINE hyperbolic_sine_and_cosine<T> sinhcosh(batch<T> x) noexcept
{
    auto const magnitude = abs(x);
    auto const large = detail::half_exp(magnitude);
    auto const small = batch<T>(T(0.25)) / large;
    auto const z = magnitude * magnitude;
    auto const series = polynomial(z, detail::hyperbolic_constants<T>::sinh_series);
    auto const near = fma(magnitude * z, series, magnitude);
    auto const sine = select(magnitude < batch<T>(1), near, large - small);
    return {times_sign_of(sine, x), large + small};
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> sinh(batch<T> x) noexcept
{
    return sinhcosh(x).sine;
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> cosh(batch<T> x) noexcept
{
    auto const large = detail::half_exp(abs(x));
    return large + batch<T>(0.25) / large;
}

namespace detail {
struct inverse_hyperbolic_range
{
    // Where the logarithms begin: both functions are above 1.
    static constexpr double asinh_near = 1.1875;
    static constexpr double acosh_near = 0.5625;
    // Powers of x² less its middle hardly cancel, as those of x² would.
    static constexpr double asinh_middle = 0.703125;
    // From here on √(x² ± 1) is x.
    static constexpr double huge = 0x1p30;
};

// (asinh x - x)/x³ in x² - `asinh_middle` and (acosh(1 + t)/√(2t) - 1)/t in t, each up to where it
// ends, minimax, computed by Remez's algorithm at 60 digits: error below 2^-57 (2^-27).
template <class T>
struct inverse_hyperbolic_constants;

template <>
struct inverse_hyperbolic_constants<double>
{
    static constexpr std::array<double, 22> asinh{
        -0.12899802515362746,    0.038802002158027024,   -0.01463530886937642,
        0.006152006745948489,    -0.0027581921252569468, 0.0012909970925247267,
        -0.0006232310507211674,  0.00030796800677993684, -0.0001549872421571808,
        7.915389520011287e-05,   -4.091676094432259e-05, 2.136963069078448e-05,
        -1.1261189941911433e-05, 5.964179532610493e-06,  -3.1635777597719333e-06,
        1.733266162635588e-06,   -9.964902788104619e-07, 4.806172728726287e-07,
        -1.581904037152995e-07,  1.4514968222603501e-07, -1.7850690706030436e-07,
        7.355929462342137e-08};
    static constexpr std::array<double, 12> acosh{
        -0.08333333333333234,
        0.018749999999878544,
        -0.00558035713764254,
        0.0018988714152453755,
        -0.0006991285438319278,
        0.0002711253562431589,
        -0.00010903717987787234,
        4.488670166218889e-05,
        -1.844245250205672e-05,
        7.054933521595672e-06,
        -2.140151982680676e-06,
        3.6076092736831516e-07};
};

template <>
struct inverse_hyperbolic_constants<float>
{
    static constexpr std::array<float, 9> asinh{
        -0.1289980184067287f,
        0.03880195989355456f,
        -0.014635907077708956f,
        0.006153987427153255f,
        -0.0027507982265061455f,
        0.0012694373914931595f,
        -0.0006471964636460161f,
        0.0003858709339145543f,
        -0.00015090618835511102f};
    static constexpr std::array<float, 5> acosh{
        -0.08333313893887113f,
        0.01874493820571007f,
        -0.005537032247223854f,
        0.0017326673896729506f,
        -0.00038963731439827437f};
};

/// log(x + root) for the two terms of asinh and acosh.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> log_of_sum(batch<T> x, batch<T> root) noexcept
{
    using B = batch<T>;
    B const half(T(0.5));
    auto const bounded = select(x > B(inverse_hyperbolic_range::huge), x, root);
    return log_twice(fma(half, bounded, half * x));
}
} // namespace detail

/// log(x + √(x² + 1)), and an odd polynomial near 0.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> asinh(batch<T> x) noexcept
{
    using B = batch<T>;
    using range = detail::inverse_hyperbolic_range;
    auto const magnitude = abs(x);
    auto const square = magnitude * magnitude;
    auto const far = detail::log_of_sum(magnitude, sqrt(fma(magnitude, magnitude, B(1))));
    auto const distance = fma(magnitude, magnitude, B(-range::asinh_middle));
    auto const odd = polynomial(distance, detail::inverse_hyperbolic_constants<T>::asinh);
    auto const near = fma(magnitude * square, odd, magnitude);
    auto const is_near = magnitude < B(range::asinh_near);
    return times_sign_of(select(is_near, near, far), x);
}

/// log(x + √(x² - 1)), and √(2t) times a polynomial near 1; x² - 1 = t (t + 2), t = x - 1.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> acosh(batch<T> x) noexcept
{
    using B = batch<T>;
    auto const inside = select(x < B(1), B(std::numeric_limits<T>::quiet_NaN()), x);
    auto const t = inside - B(1);
    auto const is_near = t < B(detail::inverse_hyperbolic_range::acosh_near);
    auto const root = sqrt(fma(select(is_near, B(0), t), t, t + t));
    auto const rest = polynomial(t, detail::inverse_hyperbolic_constants<T>::acosh);
    return select(is_near, fma(root * t, rest, root), detail::log_of_sum(inside, root));
}

/// sign(x) log1p(2|x|/(1 - |x|)) / 2.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> atanh(batch<T> x) noexcept
{
    auto const magnitude = abs(x);
    auto const below = sum_of_ordered(batch<T>(1), -magnitude);
    auto const above = magnitude + magnitude;
    auto const q = above / below.upper;
    auto const product = exact_product(q, below.upper);
    auto const rest = ((above - product.upper) - product.lower) - q * below.lower;
    // At 1 the quotient is inf and the rest is nothing.
    auto const lower = select(magnitude < batch<T>(1), rest / below.upper, batch<T>(0));
    return times_sign_of(batch<T>(0.5) * detail::log1p_pair(q, lower), x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
