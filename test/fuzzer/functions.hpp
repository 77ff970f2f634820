// Every elementwise function of xgrad by its definition, of the fuzzer's numbers.
#pragma once

#include "number.hpp"

namespace fuzzer {

// clang-format off
template <class R> number<R> square(number<R> const& x) { return x * x; }
template <class R> number<R> cube(number<R> const& x) { return x * x * x; }
template <class R> number<R> rsqrt(number<R> const& x) { return 1 / sqrt(x); }
template <class R> number<R> abs(number<R> const& x) { near(std::abs(x.value)); return x.value < 0 ? -x : x; }
template <class R> number<R> fabs(number<R> const& x) { return abs(x); }
template <class R> number<R> sign_of(number<R> const& x) { return R(x.value < 0 ? -1 : 1); }
template <class R> number<R> cbrt(number<R> const& x) { return sign_of(x) * exp(log(abs(x)) / 3); }
template <class R> number<R> hypot(number<R> const& x, number<R> const& y) { return sqrt(x * x + y * y); }
template <class R> number<R> fma(number<R> const& x, number<R> const& y, number<R> const& z) { return x * y + z; }
template <class R> number<R> lerp(number<R> const& x, number<R> const& y, number<R> const& t) { return x + t * (y - x); }
template <class R> number<R> pow(number<R> const& x, number<R> const& y) { return exp(y * log(x)); }

template <class R>
number<R> pow(number<R> const& x, int n)
{
    number<R> product = 1;
    for (int i = 0; i < std::abs(n); ++i) {
        product = product * x;
    }
    return n < 0 ? 1 / product : product;
}

template <class R> number<R> exp2(number<R> const& x) { return exp(x * std::numbers::ln2_v<R>); }
template <class R> number<R> expm1(number<R> const& x) { return exp(x) - 1; }
template <class R> number<R> log2(number<R> const& x) { return log(x) / std::numbers::ln2_v<R>; }
template <class R> number<R> log10(number<R> const& x) { return log(x) / std::numbers::ln10_v<R>; }
template <class R> number<R> log1p(number<R> const& x) { return log(1 + x); }
template <class R> number<R> logaddexp(number<R> const& x, number<R> const& y) { return log(exp(x) + exp(y)); }
template <class R> number<R> xlogy(number<R> const& x, number<R> const& y) { return x * log(y); }
template <class R> number<R> xlog1py(number<R> const& x, number<R> const& y) { return x * log(1 + y); }

template <class R> number<R> tan(number<R> const& x) { return sin(x) / cos(x); }
template <class R> number<R> asin(number<R> const& x) { return atan(x / sqrt((1 - x) * (1 + x))); }
template <class R> number<R> acos(number<R> const& x) { return std::numbers::pi_v<R> / 2 - asin(x); }
template <class R> number<R> deg2rad(number<R> const& x) { return x * (std::numbers::pi_v<R> / 180); }
template <class R> number<R> rad2deg(number<R> const& x) { return x * (180 / std::numbers::pi_v<R>); }

template <class R>
number<R> atan2(number<R> const& y, number<R> const& x)
{
    near(std::max(std::abs(x.value), std::abs(y.value)));
    R const pi = std::numbers::pi_v<R>;
    if (std::abs(x.value) < std::abs(y.value)) {
        return sign_of(y) * (pi / 2) - atan(x / y);
    }
    near(x.value < 0 ? std::abs(y.value) : 1); // the cut
    return x.value < 0 ? atan(y / x) + sign_of(y) * pi : atan(y / x);
}

template <class R>
number<R> sinc(number<R> const& x)
{
    auto const a = x * std::numbers::pi_v<R>;
    return sin(a) / a;
}

template <class R> number<R> sinh(number<R> const& x) { return (exp(x) - exp(-x)) / 2; }
template <class R> number<R> cosh(number<R> const& x) { return (exp(x) + exp(-x)) / 2; }
template <class R> number<R> tanh(number<R> const& x) { return 1 - 2 / (exp(2 * x) + 1); }
template <class R> number<R> asinh(number<R> const& x) { return sign_of(x) * log(sign_of(x) * x + sqrt(x * x + 1)); }
template <class R> number<R> acosh(number<R> const& x) { near(x.value - 1); return log(x + sqrt(x * x - 1)); }
template <class R> number<R> atanh(number<R> const& x) { return log((1 + x) / (1 - x)) / 2; }

template <class R> number<R> tgamma(number<R> const& x) { return exp(lgamma(x)); }
template <class R> number<R> sigmoid(number<R> const& x) { return 1 / (1 + exp(-x)); }
template <class R> number<R> softplus(number<R> const& x) { return log(1 + exp(x)); }
template <class R> number<R> softsign(number<R> const& x) { return x / (1 + abs(x)); }
template <class R> number<R> log_sigmoid(number<R> const& x) { return -log(1 + exp(-x)); }
template <class R> number<R> logit(number<R> const& x) { return log(x / (1 - x)); }
template <class R> number<R> silu(number<R> const& x) { return x / (1 + exp(-x)); }
template <class R> number<R> gelu(number<R> const& x) { return x * erfc(-x / std::numbers::sqrt2_v<R>) / 2; }

template <class R>
number<R> gelu_tanh(number<R> const& x)
{
    R const factor = std::sqrt(2 / std::numbers::pi_v<R>);
    return x / 2 * (1 + tanh(factor * (x + R(0.044715L) * x * x * x)));
}

template <class R> number<R> where(bool c, number<R> const& x, number<R> const& y) { return c ? x : y; }
template <class R> number<R> maximum(number<R> const& x, number<R> const& y) { return chosen(x.value > y.value, x, y); }
template <class R> number<R> minimum(number<R> const& x, number<R> const& y) { return chosen(x.value < y.value, x, y); }
template <class R> number<R> fmax(number<R> const& x, number<R> const& y) { return maximum(x, y); }
template <class R> number<R> fmin(number<R> const& x, number<R> const& y) { return minimum(x, y); }
template <class R> number<R> fdim(number<R> const& x, number<R> const& y) { return maximum(x - y, number<R>(0)); }
template <class R> number<R> clip(number<R> const& x, number<R> const& low, number<R> const& high) { return minimum(maximum(x, low), high); }
template <class R> number<R> clip(number<R> const& x, double low, double high) { return clip(x, number<R>(low), number<R>(high)); }
template <class R> number<R> copysign(number<R> const& x, number<R> const& y) { near(std::abs(y.value)); return sign_of(y) * abs(x); }

template <class R> number<R> relu(number<R> const& x) { return maximum(x, number<R>(0)); }
template <class R> number<R> relu6(number<R> const& x) { return clip(x, number<R>(0), number<R>(6)); }
template <class R> number<R> leaky_relu(number<R> const& x, double slope) { return where(x > 0, x, R(slope) * x); }
template <class R> number<R> elu(number<R> const& x, double alpha) { return where(x > 0, x, R(alpha) * (exp(x) - 1)); }
template <class R> number<R> hard_tanh(number<R> const& x) { return clip(x, number<R>(-1), number<R>(1)); }
template <class R> number<R> hard_sigmoid(number<R> const& x) { return clip(x / 6 + R(0.5L), number<R>(0), number<R>(1)); }

template <class R>
number<R> selu(number<R> const& x)
{
    return R(1.0507009873554804934193349852946L) *
        where(x > 0, x, R(1.6732632423543772848170429916717L) * (exp(x) - 1));
}

template <class R> R to_integer(R x) { return std::abs(x - std::nearbyint(x)); }
template <class R> R to_half(R x) { return std::abs(x - std::floor(x) - R(0.5L)); }
template <class R> number<R> sign(number<R> const& x) { return constant_between(R(x.value < 0 ? -1 : 1), std::abs(x.value)); }
template <class R> number<R> floor(number<R> const& x) { return constant_between(std::floor(x.value), to_integer(x.value)); }
template <class R> number<R> ceil(number<R> const& x) { return constant_between(std::ceil(x.value), to_integer(x.value)); }
template <class R> number<R> trunc(number<R> const& x) { return constant_between(std::trunc(x.value), to_integer(x.value)); }
template <class R> number<R> round(number<R> const& x) { return constant_between(std::round(x.value), to_half(x.value)); }
template <class R> number<R> rint(number<R> const& x) { return constant_between(std::nearbyint(x.value), to_half(x.value)); }
template <class R> number<R> nearbyint(number<R> const& x) { return rint(x); }
template <class R> number<R> fmod(number<R> const& x, number<R> const& y) { return x - trunc(x / y) * y; }
template <class R> number<R> remainder(number<R> const& x, number<R> const& y) { return x - rint(x / y) * y; }
template <class R> number<R> fmod(number<R> const& x, double y) { return fmod(x, number<R>(y)); }
// clang-format on

} // namespace fuzzer
