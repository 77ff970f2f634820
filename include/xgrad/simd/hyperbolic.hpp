#pragma once

#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/logarithm.hpp>

// All from expm1 and log1p in two numbers, so that one rounding is left at the end.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
/// exp x - 1 for 0 <= x <= 50.
template <class T>
XGRAD_ALWAYS_INLINE pair<T> expm1_pair(batch<T> x) noexcept
{
    auto const a = reduce_exponent(x);
    auto const q = polynomial(a.r, exponential_constants<T>::series);
    auto const p = sum_of_ordered(a.r, fma(a.r * a.r, q, fma(a.tail, a.r, a.tail)));
    auto const power = power_of_two(a.k);
    auto const sum = sum_of_ordered(power - batch<T>(1), power * p.upper);
    return {sum.upper, sum.lower + power * p.lower};
}

/// t / (t + d), d = 1 or 2.
template <class T>
XGRAD_ALWAYS_INLINE pair<T> ratio(pair<T> const& t, int d) noexcept
{
    auto const below = exact_sum(t.upper, batch<T>(d));
    auto const q = t.upper / below.upper;
    auto const product = exact_product(q, below.upper);
    auto const rest = ((t.upper - product.upper) - product.lower) + t.lower;
    return {q, (rest - q * (below.lower + t.lower)) / below.upper};
}

/// e^x / 2 for x >= 0, inf only where that is.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> half_exp(batch<T> x) noexcept
{
    using c = exponential_constants<T>;
    auto const a = reduce_exponent(clamp(x, T(0), c::largest + T(2)));
    return scale(batch<T>(1) + expm1_reduced(a), a.k - batch<T>(1));
}

// Beyond it e^-x is lost in e^x, and 1 is lost in x².
template <class T>
inline constexpr T hyperbolic_tail = sizeof(T) == 8 ? T(22) : T(10);
} // namespace detail

template <class T>
XGRAD_ALWAYS_INLINE batch<T> tanh(batch<T> x) noexcept
{
    auto const twice = abs(x) + abs(x);
    auto const m = detail::expm1_pair(detail::clamp(twice, T(0), 2 * detail::hyperbolic_tail<T>));
    auto const r = detail::ratio(m, 2);
    return copysign(r.upper + r.lower, x);
}

template <class T>
struct hyperbolic_sine_and_cosine
{
    batch<T> sine;
    batch<T> cosine;
};

/// sinh and cosh at once: they share the exponential.
template <class T>
XGRAD_ALWAYS_INLINE hyperbolic_sine_and_cosine<T> sinhcosh(batch<T> x) noexcept
{
    constexpr auto tail = detail::hyperbolic_tail<T>;
    batch<T> const half(0.5);
    auto const magnitude = abs(x);
    auto const large = detail::half_exp(magnitude);
    // sinh = (t + t/(1 + t))/2, t = expm1 x
    auto const t = detail::expm1_pair(detail::clamp(magnitude, T(0), tail));
    auto const r = detail::ratio(t, 1);
    auto const sum = sum_of_ordered(t.upper, r.upper);
    auto const near = half * (sum.upper + (sum.lower + (t.lower + r.lower)));
    auto const sine = select(magnitude > batch<T>(tail), large, near);
    return {copysign(sine, x), large + batch<T>(0.25) / large};
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
template <class T>
XGRAD_ALWAYS_INLINE batch<T> asinh(batch<T> x) noexcept
{
    batch<T> const one(1);
    auto const huge = sizeof(T) == 8 ? batch<T>(0x1p30) : batch<T>(0x1p14);
    auto const magnitude = abs(x);
    auto const bounded = select(magnitude > huge, huge, magnitude);
    auto const square = bounded * bounded;
    auto const sum = exact_sum(bounded, square / (one + sqrt(one + square)));
    auto const near = detail::log1p_pair(sum.upper, sum.lower);
    return copysign(select(magnitude > huge, detail::log_twice(magnitude), near), x);
}

/// log1p(t + √(t (t + 2))), t = x - 1.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> acosh(batch<T> x) noexcept
{
    batch<T> const two(2);
    auto const huge = sizeof(T) == 8 ? batch<T>(0x1p30) : batch<T>(0x1p14);
    // Far below 1 the two terms would cancel instead of being no number.
    auto const inside = select(x < batch<T>(1), batch<T>(std::numeric_limits<T>::quiet_NaN()), x);
    auto const t = select(x > huge, huge, inside) - batch<T>(1);
    auto const factor = exact_sum(two, t);
    auto const square = exact_product(t, factor.upper);
    auto const root = sqrt(square.upper);
    auto const back = exact_product(root, root);
    auto const rest =
        ((square.upper - back.upper) - back.lower) + (square.lower + t * factor.lower);
    auto const lost = select(root == batch<T>(0), batch<T>(0), rest / (root + root));
    auto const sum = exact_sum(root, t);
    auto const near = detail::log1p_pair(sum.upper, sum.lower + lost);
    return select(x > huge, detail::log_twice(x), near);
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
