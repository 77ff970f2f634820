#pragma once

#include <xgrad/base/config.hpp>

#include <cmath>
#include <limits>
#include <type_traits>

// Twice the digits of long double, 128 bits on x86, for the rare lane of which those of a type
// cancel: a number is an unevaluated sum of two (T. J. Dekker, A floating-point technique for
// extending the available precision, 1971). In registers it is a `pair`. Neither x87 nor numbers of
// 113 bits in software have a fused multiply-add that the compiler could choose for a product here.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
struct twofold
{
    long double upper;
    long double lower; // at most half a unit in the last place of upper, or nearly

    constexpr twofold(long double a, long double b = 0) noexcept : upper(a), lower(b) {}
};

/// The number itself, which no later sum takes apart.
constexpr long double rounded(long double x) noexcept
{
    if (!std::is_constant_evaluated()) {
        XGRAD_KEEP_NUMBER_ROUNDED(x);
    }
    return x;
}

// As of registers, in extended.hpp.
constexpr twofold sum_of_ordered(long double a, long double b) noexcept
{
    auto const s = rounded(a + b);
    return {s, b - rounded(s - a)};
}

constexpr twofold exact_sum(long double a, long double b) noexcept
{
    auto const s = rounded(a + b);
    auto const b_in_s = rounded(s - a);
    return {s, (a - rounded(s - b_in_s)) + rounded(b - b_in_s)};
}

constexpr twofold exact_product(long double a, long double b) noexcept
{
    constexpr int half = (std::numeric_limits<long double>::digits + 1) / 2;
    constexpr auto splitter = static_cast<long double>((1ULL << half) + 1);
    auto const upper = [](long double x) {
        auto const y = rounded(x * splitter);
        return rounded(y - rounded(y - x));
    };
    auto const p = rounded(a * b);
    auto const a1 = upper(a);
    auto const b1 = upper(b);
    auto const a2 = rounded(a - a1);
    auto const b2 = rounded(b - b1);
    return {p, a2 * b2 - rounded(rounded(rounded(p - a1 * b1) - a2 * b1) - a1 * b2)};
}

constexpr twofold operator-(twofold a) noexcept
{
    return {-a.upper, -a.lower};
}

constexpr twofold operator+(twofold a, twofold b) noexcept
{
    auto const s = exact_sum(a.upper, b.upper);
    return sum_of_ordered(s.upper, s.lower + (a.lower + b.lower));
}

constexpr twofold operator-(twofold a, twofold b) noexcept
{
    return a + -b;
}

constexpr twofold operator*(twofold a, twofold b) noexcept
{
    auto const p = exact_product(a.upper, b.upper);
    return sum_of_ordered(p.upper, p.lower + (a.upper * b.lower + a.lower * b.upper));
}

constexpr twofold operator/(twofold a, twofold b) noexcept
{
    auto const q = a.upper / b.upper;
    auto const rest = a - b * q;
    return sum_of_ordered(q, rest.upper / b.upper);
}

constexpr bool operator<(twofold a, twofold b) noexcept
{
    return a.upper < b.upper || (a.upper == b.upper && a.lower < b.lower);
}

namespace detail {
/// 1 - a(1) v/(3 - a(2) v/(5 - a(3) v/(7 - ...))).
template <class A>
constexpr twofold continued_fraction(twofold v, A a) noexcept
{
    constexpr int levels = 20;
    twofold value = 2 * levels + 1;
    for (int k = levels; k > 0; --k) {
        value = twofold(2 * k - 1) - v * a(k) / value;
    }
    return value;
}
} // namespace detail

/// log x for x > 0, error below 2^-124 of the larger of it and 1: x = 2^k (1 + s)/(1 - s), and
/// log((1 + s)/(1 - s)) = 2s / (1 - s²/(3 - 4s²/(5 - 9s²/(7 - ...)))). Gauss; DLMF 4.9.2.
inline twofold log(twofold x) noexcept
{
    constexpr auto log_2 =
        twofold(0x1.62e42fefa39efp-1) + 0x1.abc9e3b39803fp-56 + 0x1.7b57a079a1934p-111;
    constexpr auto root_half = 0.70710678118654752440L;
    auto const k = std::ilogb(x.upper / root_half);
    twofold const m(std::ldexp(x.upper, -k), std::ldexp(x.lower, -k));
    auto const s = (m - 1) / (m + 1);
    return log_2 * k + s * 2 / detail::continued_fraction(s * s, [](int n) { return n * n; });
}

/// π cot πf for 0 < |f| <= 1/2, error below 2^-124 of 1/f: r cot r = 1 - r²/(3 - r²/(5 - ...)).
/// Lambert; DLMF 4.25.1.
inline twofold pi_cotangent(twofold f) noexcept
{
    constexpr auto pi =
        twofold(0x1.921fb54442d18p+1) + 0x1.1a62633145c07p-53 + -0x1.f1976b7ed8fbcp-109;
    auto const r = pi * f;
    return detail::continued_fraction(r * r, [](int) { return 1; }) / f;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
