#pragma once

#include <xgrad/base/element_type.hpp>

#include <cstdint>

namespace xgrad {
/// A value type that is no value: it remembers which operands it was computed from, and whether by
/// an elementary function. A rule's partials, evaluated once with it at compile time, tell what the
/// tape has to keep.
struct operand_dependence
{
    static constexpr std::uint32_t function = 1u << 31;

    std::uint32_t operands = 0; // bit i: operand i; `function`: an elementary function was called

    constexpr operand_dependence() = default;

    template <arithmetic Number>
    constexpr operand_dependence(Number) noexcept
    {}

    static constexpr operand_dependence on(unsigned operand) noexcept
    {
        operand_dependence d;
        d.operands = 1u << operand;
        return d;
    }

    constexpr operand_dependence operator-() const noexcept { return *this; }

    constexpr operand_dependence operator+() const noexcept { return *this; }

    constexpr operand_dependence operator!() const noexcept { return *this; }

    template <class... V>
    static constexpr operand_dependence union_of(V const&... v) noexcept
    {
        operand_dependence d;
        ((d.operands |= operand_dependence(v).operands), ...);
        return d;
    }

    template <class... V>
    static constexpr operand_dependence called(V const&... v) noexcept
    {
        auto d = union_of(v...);
        d.operands |= function;
        return d;
    }

    // What the text of a rule's partials may use. Friends, so that only calls with one see
    // them: anything converts to it.
    // clang-format off
    friend constexpr operand_dependence operator+(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator-(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator*(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator/(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator==(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator!=(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator<(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator<=(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator>(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator>=(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator&&(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence operator||(operand_dependence a, operand_dependence b) noexcept { return union_of(a, b); }
    friend constexpr operand_dependence select(operand_dependence c, operand_dependence a, operand_dependence b) noexcept { return union_of(c, a, b); }
    friend constexpr operand_dependence fma(operand_dependence a, operand_dependence b, operand_dependence c) noexcept { return union_of(a, b, c); }
    friend constexpr operand_dependence sqrt(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence cbrt(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence abs(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence exp(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence exp2(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence expm1(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence log(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence log2(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence log10(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence log1p(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence sin(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence cos(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence tan(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence sinc(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence sinc_slope(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence sinc_derivative(operand_dependence n, operand_dependence x) noexcept { return called(n, x); }
    friend constexpr operand_dependence asin(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence acos(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence atan(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence sinh(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence cosh(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence tanh(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence asinh(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence acosh(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence atanh(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence erf(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence erfc(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence erfinv(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence exp_minus_square(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence lgamma(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence tgamma(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence digamma(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence trigamma(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence polygamma(operand_dependence n, operand_dependence x) noexcept { return called(n, x); }
    friend constexpr operand_dependence sigmoid(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence gelu_slope(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence gelu_tanh_slope(operand_dependence x) noexcept { return called(x); }
    friend constexpr operand_dependence floor(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence ceil(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence trunc(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence round(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence rint(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence isnan(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence isinf(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence isfinite(operand_dependence x) noexcept { return x; }
    friend constexpr operand_dependence pow(operand_dependence x, operand_dependence y) noexcept { return called(x, y); }
    friend constexpr operand_dependence hypot(operand_dependence x, operand_dependence y) noexcept { return called(x, y); }
    friend constexpr operand_dependence atan2(operand_dependence x, operand_dependence y) noexcept { return called(x, y); }
    friend constexpr operand_dependence fmod(operand_dependence x, operand_dependence y) noexcept { return called(x, y); }
    friend constexpr operand_dependence remainder(operand_dependence x, operand_dependence y) noexcept { return called(x, y); }
    friend constexpr operand_dependence copysign(operand_dependence x, operand_dependence y) noexcept { return union_of(x, y); }
    // clang-format on
};

// Partials that are no numbers depend on their condition, and perhaps a weight.
template <class P>
constexpr std::uint32_t operands_of(P const& partial) noexcept
{
    if constexpr (requires { partial.operands; }) {
        return partial.operands;
    } else if constexpr (requires { partial.weight.operands; }) {
        return partial.condition.operands | partial.weight.operands;
    } else if constexpr (requires { partial.condition.operands; }) {
        return partial.condition.operands;
    } else {
        return 0;
    }
}
} // namespace xgrad
