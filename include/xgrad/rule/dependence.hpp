#pragma once

#include <xgrad/base/element_type.hpp>

#include <cstdint>

namespace xgrad {
/// A value type that is no value: it remembers which operands it was computed from. A rule's
/// partials, evaluated once with it at compile time, tell what the tape has to keep.
struct dependence
{
    std::uint32_t operands = 0;

    constexpr dependence() = default;

    template <arithmetic Number>
    constexpr dependence(Number) noexcept
    {}

    static constexpr dependence on(unsigned operand) noexcept
    {
        dependence d;
        d.operands = 1u << operand;
        return d;
    }

    constexpr dependence operator-() const noexcept { return *this; }

    constexpr dependence operator+() const noexcept { return *this; }

    constexpr dependence operator!() const noexcept { return *this; }

    template <class... V>
    static constexpr dependence union_of(V const&... v) noexcept
    {
        dependence d;
        ((d.operands |= dependence(v).operands), ...);
        return d;
    }

    // What the text of a rule's partials may use. Friends, so that only calls with a dependence see
    // them: anything converts to one.
    // clang-format off
    friend constexpr dependence operator+(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator-(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator*(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator/(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator==(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator!=(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator<(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator<=(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator>(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator>=(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator&&(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence operator||(dependence a, dependence b) noexcept { return union_of(a, b); }
    friend constexpr dependence select(dependence c, dependence a, dependence b) noexcept { return union_of(c, a, b); }
    friend constexpr dependence fma(dependence a, dependence b, dependence c) noexcept { return union_of(a, b, c); }
    friend constexpr dependence sqrt(dependence x) noexcept { return x; }
    friend constexpr dependence cbrt(dependence x) noexcept { return x; }
    friend constexpr dependence abs(dependence x) noexcept { return x; }
    friend constexpr dependence exp(dependence x) noexcept { return x; }
    friend constexpr dependence exp2(dependence x) noexcept { return x; }
    friend constexpr dependence expm1(dependence x) noexcept { return x; }
    friend constexpr dependence log(dependence x) noexcept { return x; }
    friend constexpr dependence log2(dependence x) noexcept { return x; }
    friend constexpr dependence log10(dependence x) noexcept { return x; }
    friend constexpr dependence log1p(dependence x) noexcept { return x; }
    friend constexpr dependence sin(dependence x) noexcept { return x; }
    friend constexpr dependence cos(dependence x) noexcept { return x; }
    friend constexpr dependence tan(dependence x) noexcept { return x; }
    friend constexpr dependence sinc(dependence x) noexcept { return x; }
    friend constexpr dependence sinc_slope(dependence x) noexcept { return x; }
    friend constexpr dependence sinc_derivative(dependence n, dependence x) noexcept { return union_of(n, x); }
    friend constexpr dependence asin(dependence x) noexcept { return x; }
    friend constexpr dependence acos(dependence x) noexcept { return x; }
    friend constexpr dependence atan(dependence x) noexcept { return x; }
    friend constexpr dependence sinh(dependence x) noexcept { return x; }
    friend constexpr dependence cosh(dependence x) noexcept { return x; }
    friend constexpr dependence tanh(dependence x) noexcept { return x; }
    friend constexpr dependence asinh(dependence x) noexcept { return x; }
    friend constexpr dependence acosh(dependence x) noexcept { return x; }
    friend constexpr dependence atanh(dependence x) noexcept { return x; }
    friend constexpr dependence erf(dependence x) noexcept { return x; }
    friend constexpr dependence erfc(dependence x) noexcept { return x; }
    friend constexpr dependence erfinv(dependence x) noexcept { return x; }
    friend constexpr dependence exp_minus_square(dependence x) noexcept { return x; }
    friend constexpr dependence lgamma(dependence x) noexcept { return x; }
    friend constexpr dependence tgamma(dependence x) noexcept { return x; }
    friend constexpr dependence digamma(dependence x) noexcept { return x; }
    friend constexpr dependence trigamma(dependence x) noexcept { return x; }
    friend constexpr dependence polygamma(dependence n, dependence x) noexcept { return union_of(n, x); }
    friend constexpr dependence sigmoid(dependence x) noexcept { return x; }
    friend constexpr dependence gelu_slope(dependence x) noexcept { return x; }
    friend constexpr dependence gelu_tanh_slope(dependence x) noexcept { return x; }
    friend constexpr dependence floor(dependence x) noexcept { return x; }
    friend constexpr dependence ceil(dependence x) noexcept { return x; }
    friend constexpr dependence trunc(dependence x) noexcept { return x; }
    friend constexpr dependence round(dependence x) noexcept { return x; }
    friend constexpr dependence rint(dependence x) noexcept { return x; }
    friend constexpr dependence isnan(dependence x) noexcept { return x; }
    friend constexpr dependence isinf(dependence x) noexcept { return x; }
    friend constexpr dependence isfinite(dependence x) noexcept { return x; }
    friend constexpr dependence pow(dependence x, dependence y) noexcept { return union_of(x, y); }
    friend constexpr dependence hypot(dependence x, dependence y) noexcept { return union_of(x, y); }
    friend constexpr dependence atan2(dependence x, dependence y) noexcept { return union_of(x, y); }
    friend constexpr dependence fmod(dependence x, dependence y) noexcept { return union_of(x, y); }
    friend constexpr dependence remainder(dependence x, dependence y) noexcept { return union_of(x, y); }
    friend constexpr dependence copysign(dependence x, dependence y) noexcept { return union_of(x, y); }
    // clang-format on
};

// Partials that are no numbers depend on their condition alone.
template <class P>
constexpr std::uint32_t operands_of(P const& partial) noexcept
{
    if constexpr (requires { partial.operands; }) {
        return partial.operands;
    } else if constexpr (requires { partial.condition.operands; }) {
        return partial.condition.operands;
    } else {
        return 0;
    }
}
} // namespace xgrad
