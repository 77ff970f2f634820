#pragma once

#include <xgrad/simd/normal_distribution.hpp>

#include <array>
#include <concepts>
#include <limits>

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
/// The inverse of erf on [-1, 1]. Start: M. J. Wichura, Algorithm AS 241 (1988); then one step of
/// Halley's method on erf, or on erfc where that has more digits.
template <std::same_as<double> T>
batch<T> erfinv(batch<T> x) noexcept
{
    using B = batch<double>;
    constexpr std::array<double, 8> a{
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3};
    constexpr std::array<double, 8> b{
        1,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3};
    constexpr std::array<double, 8> c{
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4};
    constexpr std::array<double, 8> d{
        1,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9};
    constexpr std::array<double, 8> e{
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7};
    constexpr std::array<double, 8> f{
        1,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15};
    constexpr double sqrt_half = 7.07106781186547524401e-01;
    constexpr double half_sqrt_pi = 8.86226925452758013649e-01;
    B const half(0.5);
    B const one(1);

    auto const magnitude = abs(x);
    auto const rest = one - magnitude;
    auto const r0 = B(0.180625) - B(0.25) * x * x;
    auto const central = half * magnitude * (polynomial(r0, a) / polynomial(r0, b));
    auto const r = sqrt(-log(half * rest));
    auto const r1 = r - B(1.6);
    auto const r2 = r - B(5);
    auto const middle = polynomial(r1, c) / polynomial(r1, d);
    auto const tail = polynomial(r2, e) / polynomial(r2, f);
    auto const start =
        B(sqrt_half) * select(magnitude < B(0.85), central, select(r < B(5), middle, tail));

    auto const near = detail::erf_near(detail::clamp(start, 0., 1.)) - magnitude;
    auto const far = rest - erfc(start);
    auto const error = select(magnitude < half, near, far);
    auto const step = error * B(half_sqrt_pi) / exp_minus_square(start);
    auto const root = start - step / fma(start, step, one);

    // Below, the result is a multiple of x; at 1 it is inf, beyond NaN.
    auto const small = magnitude < B(1e-9);
    auto const inside = select(small, magnitude * B(half_sqrt_pi), root);
    constexpr auto inf = std::numeric_limits<double>::infinity();
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    auto const outside = select(magnitude == one, B(inf), B(nan));
    return copysign(select(magnitude < one, inside, outside), x);
}

template <std::same_as<float> T>
batch<T> erfinv(batch<T> x) noexcept
{
    return in_double([](batch<double> v) { return erfinv(v); }, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
