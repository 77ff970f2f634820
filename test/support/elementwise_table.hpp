// Every elementwise function, a line each: the name in the reference data and the call. A family is
// what one test file instantiates.
#pragma once

#include "elementwise.hpp"

namespace elementwise {

enum class family
{
    arithmetic,
    power,
    exponential,
    trigonometric,
    hyperbolic,
    special,
    activation,
    rectifier,
    selection,
    rounding,
    comparison
};

// clang-format off
template <family Family>
std::vector<operation> table()
{
    using xgrad::where;
    if constexpr (Family == family::arithmetic) {
        return {
            line<1>("positive", [](auto const& x) { return +x; }),
            line<1>("negative", [](auto const& x) { return -x; }),
            line<2>("add", [](auto const& x, auto const& y) { return x + y; }),
            line<2>("subtract", [](auto const& x, auto const& y) { return x - y; }),
            line<2>("multiply", [](auto const& x, auto const& y) { return x * y; }),
            line<2>("divide", [](auto const& x, auto const& y) { return x / y; }),
            line<2>("add_assign", [](auto x, auto const& y) { return x += y; }),
            line<2>("subtract_assign", [](auto x, auto const& y) { return x -= y; }),
            line<2>("multiply_assign", [](auto x, auto const& y) { return x *= y; }),
            line<2>("divide_assign", [](auto x, auto const& y) { return x /= y; }),
            line<3>("fma", [](auto const& x, auto const& y, auto const& z) { return fma(x, y, z); }),
            line<3>("lerp", [](auto const& x, auto const& y, auto const& t) { return lerp(x, y, t); }),
            line<2>("fmod", [](auto const& x, auto const& y) { return fmod(x, y); }),
            line<2>("remainder", [](auto const& x, auto const& y) { return remainder(x, y); }),
            line<2>("fdim", [](auto const& x, auto const& y) { return fdim(x, y); }),
        };
    } else if constexpr (Family == family::power) {
        return {
            line<1>("square", [](auto const& x) { return square(x); }),
            line<1>("cube", [](auto const& x) { return cube(x); }),
            line<1>("reciprocal", [](auto const& x) { return reciprocal(x); }),
            line<1>("sqrt", [](auto const& x) { return sqrt(x); }),
            line<1>("rsqrt", [](auto const& x) { return rsqrt(x); }),
            line<1>("cbrt", [](auto const& x) { return cbrt(x); }),
            line<2>("hypot", [](auto const& x, auto const& y) { return hypot(x, y); }),
            line<2>("pow", [](auto const& x, auto const& y) { return pow(x, y); }),
            with_attributes<1>("pow", [](auto const& a, auto const& x) { return pow(x, static_cast<int>(a.integer("n"))); }),
        };
    } else if constexpr (Family == family::exponential) {
        return {
            line<1>("exp", [](auto const& x) { return exp(x); }),
            line<1>("exp2", [](auto const& x) { return exp2(x); }),
            line<1>("expm1", [](auto const& x) { return expm1(x); }),
            line<1>("log", [](auto const& x) { return log(x); }),
            line<1>("log2", [](auto const& x) { return log2(x); }),
            line<1>("log10", [](auto const& x) { return log10(x); }),
            line<1>("log1p", [](auto const& x) { return log1p(x); }),
            line<2>("logaddexp", [](auto const& x, auto const& y) { return logaddexp(x, y); }),
            line<2>("xlogy", [](auto const& x, auto const& y) { return xlogy(x, y); }),
            line<2>("xlog1py", [](auto const& x, auto const& y) { return xlog1py(x, y); }),
        };
    } else if constexpr (Family == family::trigonometric) {
        return {
            line<1>("sin", [](auto const& x) { return sin(x); }),
            line<1>("cos", [](auto const& x) { return cos(x); }),
            line<1>("tan", [](auto const& x) { return tan(x); }),
            line<1>("asin", [](auto const& x) { return asin(x); }),
            line<1>("acos", [](auto const& x) { return acos(x); }),
            line<1>("atan", [](auto const& x) { return atan(x); }),
            line<2>("atan2", [](auto const& y, auto const& x) { return atan2(y, x); }),
            line<1>("sinc", [](auto const& x) { return sinc(x); }),
            line<1>("deg2rad", [](auto const& x) { return deg2rad(x); }),
            line<1>("rad2deg", [](auto const& x) { return rad2deg(x); }),
        };
    } else if constexpr (Family == family::hyperbolic) {
        return {
            line<1>("sinh", [](auto const& x) { return sinh(x); }),
            line<1>("cosh", [](auto const& x) { return cosh(x); }),
            line<1>("tanh", [](auto const& x) { return tanh(x); }),
            line<1>("asinh", [](auto const& x) { return asinh(x); }),
            line<1>("acosh", [](auto const& x) { return acosh(x); }),
            line<1>("atanh", [](auto const& x) { return atanh(x); }),
        };
    } else if constexpr (Family == family::special) {
        return {
            line<1>("erf", [](auto const& x) { return erf(x); }),
            line<1>("erfc", [](auto const& x) { return erfc(x); }),
            line<1>("erfinv", [](auto const& x) { return erfinv(x); }),
            line<1>("lgamma", [](auto const& x) { return lgamma(x); }),
            line<1>("tgamma", [](auto const& x) { return tgamma(x); }),
            line<1>("digamma", [](auto const& x) { return digamma(x); }),
        };
    } else if constexpr (Family == family::activation) {
        return {
            line<1>("sigmoid", [](auto const& x) { return sigmoid(x); }),
            line<1>("softplus", [](auto const& x) { return softplus(x); }),
            line<1>("softsign", [](auto const& x) { return softsign(x); }),
            line<1>("log_sigmoid", [](auto const& x) { return log_sigmoid(x); }),
            line<1>("logit", [](auto const& x) { return logit(x); }),
            line<1>("gelu", [](auto const& x) { return gelu(x); }),
            line<1>("gelu_tanh", [](auto const& x) { return gelu_tanh(x); }),
            line<1>("silu", [](auto const& x) { return silu(x); }),
        };
    } else if constexpr (Family == family::rectifier) {
        return {
            line<1>("relu", [](auto const& x) { return relu(x); }),
            line<1>("relu6", [](auto const& x) { return relu6(x); }),
            with_attributes<1>("leaky_relu", [](auto const& a, auto const& x) { return leaky_relu(x, a.number("slope")); }),
            with_attributes<1>("elu", [](auto const& a, auto const& x) { return elu(x, a.number("alpha")); }),
            line<1>("selu", [](auto const& x) { return selu(x); }),
            line<1>("hard_tanh", [](auto const& x) { return hard_tanh(x); }),
            line<1>("hard_sigmoid", [](auto const& x) { return hard_sigmoid(x); }),
        };
    } else if constexpr (Family == family::selection) {
        return {
            line<1>("abs", [](auto const& x) { return abs(x); }),
            line<1>("fabs", [](auto const& x) { return fabs(x); }),
            line<2>("maximum", [](auto const& x, auto const& y) { return maximum(x, y); }),
            line<2>("minimum", [](auto const& x, auto const& y) { return minimum(x, y); }),
            line<2>("fmax", [](auto const& x, auto const& y) { return fmax(x, y); }),
            line<2>("fmin", [](auto const& x, auto const& y) { return fmin(x, y); }),
            line<3>("clip", [](auto const& x, auto const& low, auto const& high) { return clip(x, low, high); }),
            line<3>("where", [](auto const& c, auto const& x, auto const& y) { return where(c != 0, x, y); }),
            line<2>("copysign", [](auto const& x, auto const& y) { return copysign(x, y); }),
        };
    } else if constexpr (Family == family::rounding) {
        return {
            line<1>("sign", [](auto const& x) { return sign(x); }),
            line<1>("floor", [](auto const& x) { return floor(x); }),
            line<1>("ceil", [](auto const& x) { return ceil(x); }),
            line<1>("trunc", [](auto const& x) { return trunc(x); }),
            line<1>("round", [](auto const& x) { return round(x); }),
            line<1>("rint", [](auto const& x) { return rint(x); }),
            line<1>("nearbyint", [](auto const& x) { return nearbyint(x); }),
        };
    } else {
        return {
            line<2>("equal", [](auto const& x, auto const& y) { return x == y; }),
            line<2>("not_equal", [](auto const& x, auto const& y) { return x != y; }),
            line<2>("less", [](auto const& x, auto const& y) { return x < y; }),
            line<2>("less_equal", [](auto const& x, auto const& y) { return x <= y; }),
            line<2>("greater", [](auto const& x, auto const& y) { return x > y; }),
            line<2>("greater_equal", [](auto const& x, auto const& y) { return x >= y; }),
            line<1>("isnan", [](auto const& x) { return isnan(x); }),
            line<1>("isinf", [](auto const& x) { return isinf(x); }),
            line<1>("isfinite", [](auto const& x) { return isfinite(x); }),
            with_attributes<2>("isclose", [](auto const& a, auto const& x, auto const& y) {
                return isclose(x, y, a.number("rtol"), a.number("atol"), a.boolean("equal_nan"));
            }),
            line<1>("logical_not", [](auto const& x) { return !x; }),
            line<2>("logical_and", [](auto const& x, auto const& y) { return x && y; }),
            line<2>("logical_or", [](auto const& x, auto const& y) { return x || y; }),
        };
    }
}
// clang-format on

} // namespace elementwise
