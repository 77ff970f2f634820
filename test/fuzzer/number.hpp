// The fuzzer's reference: a scalar with its derivatives along two directions and the mixed second
// derivative. Every rule is written down here by calculus, none is xgrad's. `near` hears how far
// each argument is from where a rule has no derivative, so that programs keep away from there.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>

namespace fuzzer {

/// The smallest distance to a singular point since it was last set to infinity.
inline thread_local long double clearance = std::numeric_limits<long double>::infinity();

inline void near(long double distance)
{
    clearance = std::isnan(distance) ? 0 : std::min(clearance, distance);
}

template <class Real>
struct number
{
    Real value = 0;
    Real first = 0;
    Real second = 0;
    Real mixed = 0;

    number() = default;

    template <class A>
        requires std::is_arithmetic_v<A>
    number(A constant) : value(static_cast<Real>(constant))
    {}

    number(Real v, Real f, Real s, Real m) : value(v), first(f), second(s), mixed(m) {}

    /// g(x) from g, g′ and g″ there.
    number through(Real g, Real g1, Real g2) const
    {
        return {g, g1 * first, g1 * second, g1 * mixed + g2 * first * second};
    }

    friend number operator+(number const& x) { return x; }

    friend number operator-(number const& x) { return {-x.value, -x.first, -x.second, -x.mixed}; }

    friend number operator+(number const& x, number const& y)
    {
        return {x.value + y.value, x.first + y.first, x.second + y.second, x.mixed + y.mixed};
    }

    friend number operator-(number const& x, number const& y) { return x + -y; }

    friend number operator*(number const& x, number const& y)
    {
        return {
            x.value * y.value,
            x.first * y.value + x.value * y.first,
            x.second * y.value + x.value * y.second,
            x.mixed * y.value + x.first * y.second + x.second * y.first + x.value * y.mixed};
    }

    friend number operator/(number const& x, number const& y) { return x * reciprocal(y); }

    friend number reciprocal(number const& x)
    {
        near(std::abs(x.value));
        Real const r = 1 / x.value;
        return x.through(r, -r * r, 2 * r * r * r);
    }

    friend bool operator<(number const& x, number const& y)
    {
        near(std::abs(x.value - y.value));
        return x.value < y.value;
    }

    friend bool operator>(number const& x, number const& y) { return y < x; }
    friend bool operator<=(number const& x, number const& y) { return !(y < x); }
    friend bool operator>=(number const& x, number const& y) { return !(x < y); }
};

// The functions whose derivatives are stated; all others are made of them.

template <class Real>
number<Real> exp(number<Real> const& x)
{
    Real const y = std::exp(x.value);
    return x.through(y, y, y);
}

template <class Real>
number<Real> log(number<Real> const& x)
{
    near(x.value);
    return x.through(std::log(x.value), 1 / x.value, -1 / (x.value * x.value));
}

template <class Real>
number<Real> sin(number<Real> const& x)
{
    Real const s = std::sin(x.value);
    return x.through(s, std::cos(x.value), -s);
}

template <class Real>
number<Real> cos(number<Real> const& x)
{
    Real const c = std::cos(x.value);
    return x.through(c, -std::sin(x.value), -c);
}

template <class Real>
number<Real> sqrt(number<Real> const& x)
{
    near(x.value);
    Real const y = std::sqrt(x.value);
    return x.through(y, 1 / (2 * y), -1 / (4 * x.value * y));
}

template <class Real>
number<Real> atan(number<Real> const& x)
{
    Real const d = 1 / (1 + x.value * x.value);
    return x.through(std::atan(x.value), d, -2 * x.value * d * d);
}

template <class Real>
number<Real> erf(number<Real> const& x)
{
    Real const d = 2 / std::sqrt(std::numbers::pi_v<Real>) * std::exp(-x.value * x.value);
    return x.through(std::erf(x.value), d, -2 * x.value * d);
}

template <class Real>
number<Real> erfc(number<Real> const& x)
{
    auto const y = -erf(x);
    return {std::erfc(x.value), y.first, y.second, y.mixed};
}

/// The y with erf(y) = x, by Newton's method.
template <class Real>
number<Real> erfinv(number<Real> const& x)
{
    near(1 - std::abs(x.value));
    Real const half_root = std::sqrt(std::numbers::pi_v<Real>) / 2;
    Real y = x.value * half_root;
    for (int i = 0; i < 60; ++i) {
        y -= (std::erf(y) - x.value) * half_root * std::exp(y * y);
    }
    Real const d = half_root * std::exp(y * y);
    return x.through(y, d, 2 * y * d * d);
}

/// The derivative of order n + 1 of log Γ at x > 0, n ≤ 2: moved up by the recurrence, then the
/// asymptotic series (DLMF 5.11.2 and its derivatives).
template <class Real>
Real polygamma(int n, Real x)
{
    Real moved = 0;
    for (; x < 25; x += 1) {
        moved += n == 0 ? -1 / x : n == 1 ? 1 / (x * x) : -2 / (x * x * x);
    }
    Real const bernoulli[] = {
        Real(1) / 6,
        Real(-1) / 30,
        Real(1) / 42,
        Real(-1) / 30,
        Real(5) / 66,
        Real(-691) / 2730,
        Real(7) / 6};
    Real series = n == 0 ? std::log(x) - 1 / (2 * x)
        : n == 1         ? 1 / x + 1 / (2 * x * x)
                         : -1 / (x * x) - 1 / (x * x * x);
    Real power = 1;
    for (int k = 1; k <= 7; ++k) {
        power /= x * x;
        Real const b = bernoulli[k - 1] * power;
        series += n == 0 ? -b / (2 * k) : n == 1 ? b / x : -(2 * k + 1) * b / (x * x);
    }
    return series + moved;
}

template <class Real>
number<Real> lgamma(number<Real> const& x)
{
    near(x.value);
    return x.through(std::lgamma(x.value), polygamma(0, x.value), polygamma(1, x.value));
}

template <class Real>
number<Real> digamma(number<Real> const& x)
{
    near(x.value);
    return x.through(polygamma(0, x.value), polygamma(1, x.value), polygamma(2, x.value));
}

/// Another value with no derivative at all: of what is constant between its steps.
template <class Real>
number<Real> constant_between(Real value, Real distance_to_step)
{
    near(distance_to_step);
    return value;
}

/// The first where it is chosen. Both equal, in derivatives too (one variable given twice): either.
template <class Real>
number<Real> chosen(bool first, number<Real> const& x, number<Real> const& y)
{
    bool const same =
        x.value == y.value && x.first == y.first && x.second == y.second && x.mixed == y.mixed;
    if (!same) {
        near(std::abs(x.value - y.value));
    }
    return first ? x : y;
}

} // namespace fuzzer
