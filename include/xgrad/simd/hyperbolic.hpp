#pragma once

#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/logarithm.hpp>

// From the exponential far from 0 and by series near it; the inverse functions from log1p in two
// numbers, so that one rounding is left at the end.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
template <class T>
struct hyperbolic_constants;

// (tanh x - x)/x³ = P(x²)/Q(x²), Q(0) = 1, for x <= 0.7, minimax, computed by Remez's algorithm at
// 50 digits: error below 2^-58 (2^-26) of tanh x. (sinh x - x)/x³ in x² for x <= 1: below 2^-63
// (2^-34) of sinh x.
template <>
struct hyperbolic_constants<double>
{
    static constexpr double tanh_near = 0.7;
    static constexpr std::array<double, 3> tanh_above{
        -0.333333333333333, -0.020492736601083653, -0.00019890970060961984};
    static constexpr std::array<double, 3> tanh_below{
        0.4614782098032048, 0.02328325111898603, 0.00020624636953551812};
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
    static constexpr float tanh_near = 0.7f;
    static constexpr std::array<float, 2> tanh_above{
        -0.33333284360683655f, -0.0015303934289486781f};
    static constexpr std::array<float, 1> tanh_below{0.4045717655598634f};
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

// Beyond it tanh is 1.
template <class T>
inline constexpr T hyperbolic_tail = sizeof(T) == 8 ? T(22) : T(10);
} // namespace detail

/// x + x³ P(x²)/Q(x²) near 0 and 1 - 2/(e^2x + 1) beyond, which share their division.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> tanh(batch<T> x) noexcept
{
    using B = batch<T>;
    using c = detail::hyperbolic_constants<T>;
    B const one(1);
    auto const magnitude = abs(x);
    auto const far = magnitude >= B(c::tanh_near); // false for NaN, which the sum keeps
    B const tail(detail::hyperbolic_tail<T>);
    auto const bounded = select(magnitude > tail, tail, magnitude);
    auto const z = magnitude * magnitude;
    auto const above = magnitude * z * polynomial(z, c::tanh_above);
    auto const below = fma(z, polynomial(z, c::tanh_below), one);
    auto const power = detail::exp_ordinary(bounded + bounded);
    auto const quotient = select(far, B(-2), above) / select(far, power + one, below);
    return copysign(select(far, one, magnitude) + quotient, x);
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
    return {copysign(sine, x), large + small};
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

/// sign(x) log1p(|x| + x²/(1 + √(1 + x²))).
XGRAD_ALWAYS_INLINE batch<double> asinh(batch<double> x) noexcept
{
    using B = batch<double>;
    B const one(1);
    B const huge(0x1p30);
    auto const magnitude = abs(x);
    auto const bounded = select(magnitude > huge, huge, magnitude);
    auto const square = bounded * bounded;
    auto const sum = exact_sum(bounded, square / (one + sqrt(one + square)));
    auto const near = detail::log1p_pair(sum.upper, sum.lower);
    return copysign(select(magnitude > huge, detail::log_twice(magnitude), near), x);
}

/// log1p(t + √(t (t + 2))), t = x - 1.
XGRAD_ALWAYS_INLINE batch<double> acosh(batch<double> x) noexcept
{
    using B = batch<double>;
    B const two(2);
    B const huge(0x1p30);
    // Far below 1 the two terms would cancel instead of being no number.
    auto const inside = select(x < B(1), B(std::numeric_limits<double>::quiet_NaN()), x);
    auto const t = select(x > huge, huge, inside) - B(1);
    auto const factor = exact_sum(two, t);
    auto const square = exact_product(t, factor.upper);
    auto const root = sqrt(square.upper);
    auto const back = exact_product(root, root);
    auto const rest =
        ((square.upper - back.upper) - back.lower) + (square.lower + t * factor.lower);
    auto const lost = select(root == B(0), B(0), rest / (root + root));
    auto const sum = exact_sum(root, t);
    auto const near = detail::log1p_pair(sum.upper, sum.lower + lost);
    return select(x > huge, detail::log_twice(x), near);
}

namespace detail {
struct inverse_hyperbolic_constants
{
    // Where the logarithms begin: both functions are above 1.
    static constexpr float asinh_near = 1.1875f;
    static constexpr float acosh_near = 0.5625f;
    // From here on √(x² ± 1) is x.
    static constexpr float huge = 0x1p13f;
    // (asinh x - x)/x³ in x² up to `asinh_near`, minimax, computed by Remez's algorithm at 50
    // digits: error below 2^-27 of asinh x.
    static constexpr std::array<float, 9> asinh_series{
        -0.16666613331362717f,
        0.07498354454320452f,
        -0.04446538535635928f,
        0.02941927214451733f,
        -0.01928969910584662f,
        0.010943540655322905f,
        -0.004635365142223216f,
        0.0012347182434120539f,
        -0.00015090618835511102f};
    // (acosh(1 + t)/√(2t) - 1)/t up to `acosh_near`: error below 2^-27 of acosh x.
    static constexpr std::array<float, 5> acosh_series{
        -0.08333313893887113f,
        0.01874493820571007f,
        -0.005537032247223854f,
        0.0017326673896729506f,
        -0.00038963731439827437f};
};

/// log(x + root) for the two terms of asinh and acosh.
XGRAD_ALWAYS_INLINE batch<float> log_of_sum(batch<float> x, batch<float> root) noexcept
{
    using B = batch<float>;
    auto const bounded = select(x > B(inverse_hyperbolic_constants::huge), x, root);
    return log_twice(fma(B(0.5f), bounded, B(0.5f) * x));
}
} // namespace detail

/// log(x + √(x² + 1)), and an odd polynomial near 0.
XGRAD_ALWAYS_INLINE batch<float> asinh(batch<float> x) noexcept
{
    using B = batch<float>;
    using c = detail::inverse_hyperbolic_constants;
    auto const magnitude = abs(x);
    auto const square = magnitude * magnitude;
    auto const far = detail::log_of_sum(magnitude, sqrt(fma(magnitude, magnitude, B(1))));
    auto const near = fma(magnitude * square, polynomial(square, c::asinh_series), magnitude);
    return copysign(select(magnitude < B(c::asinh_near), near, far), x);
}

/// log(x + √(x² - 1)), and √(2t) times a polynomial near 1; x² - 1 = t (t + 2), t = x - 1.
XGRAD_ALWAYS_INLINE batch<float> acosh(batch<float> x) noexcept
{
    using B = batch<float>;
    using c = detail::inverse_hyperbolic_constants;
    auto const inside = select(x < B(1), B(std::numeric_limits<float>::quiet_NaN()), x);
    auto const t = inside - B(1);
    auto const is_near = t < B(c::acosh_near);
    auto const root = sqrt(fma(select(is_near, B(0), t), t, t + t));
    auto const near = fma(root * t, polynomial(t, c::acosh_series), root);
    return select(is_near, near, detail::log_of_sum(inside, root));
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
    return copysign(batch<T>(0.5) * detail::log1p_pair(q, lower), x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
