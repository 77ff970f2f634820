// The vector functions with their references, bounds and timed ranges: what bench/functions.cpp and
// bench/accuracy.cpp run.
#pragma once

#include "functions.hpp"

namespace bench::functions {
// quadmath.h has them as literals that ISO C++ does not know.
inline wide const pi = acosq(-1);
inline wide const ln2 = logq(2);
inline wide const infinite = std::numeric_limits<double>::infinity();

/// ψ by its recurrence and asymptotic series, as DLMF 5.5.2, 5.5.4 and 5.11.2.
inline wide digamma_reference(wide x)
{
    if (x <= 0) {
        auto const fraction = x - rintq(x);
        if (fraction == 0) {
            return x == 0 ? -copysignq(infinite, x) : nanq("");
        }
        return digamma_reference(1 - x) - pi / tanq(pi * fraction);
    }
    wide below = 0;
    for (; x < 40; x += 1) {
        below += 1 / x;
    }
    constexpr int terms = 12;
    // B(2k) / 2k
    constexpr std::array<wide, terms> series{
        wide(1) / 12,
        wide(-1) / 120,
        wide(1) / 252,
        wide(-1) / 240,
        wide(1) / 132,
        wide(-691) / 32760,
        wide(1) / 12,
        wide(-3617) / 8160,
        wide(43867) / 14364,
        wide(-174611) / 6600,
        wide(854513) / 3036,
        wide(-236364091) / 65520};
    auto const w = 1 / x / x;
    wide sum = 0;
    for (int k = terms; k-- > 0;) {
        sum = (sum + series[static_cast<std::size_t>(k)]) * w;
    }
    return logq(x) - 1 / (2 * x) - sum - below;
}

inline wide erfinv_reference(wide y)
{
    if (!(fabsq(y) < 1)) {
        return fabsq(y) == 1 ? y * infinite : nanq("");
    }
    wide const slope = sqrtq(pi) / 2;
    if (fabsq(y) < wide(1e-20)) {
        return y * slope;
    }
    wide const rest = 1 - fabsq(y);
    wide x = rest < wide(1e-3) ? sqrtq(-logq(rest)) : 0;
    for (int i = 0; i < 60; ++i) {
        auto const error = rest < wide(1e-3) ? rest - erfcq(x) : erfq(x) - fabsq(y);
        auto const step = error * slope * expq(x * x);
        auto const next = x - step / (1 + x * step);
        if (next == x) {
            break;
        }
        x = next;
    }
    return copysignq(x, y);
}

// In wider numbers than the C library's exp2q, which is missing in older versions.
inline wide exp2_reference(wide x)
{
    auto const whole = rintq(x);
    return fabsq(x) > 20000 ? expq(x) : scalbnq(expq((x - whole) * ln2), static_cast<int>(whole));
}

template <class Ours, class Reference, class Double, class Float>
function
line(std::string name, double bound, interval x, Ours ours, Reference reference, Double d, Float f)
{
    return {
        name,
        false,
        x,
        {},
        bound,
        0,
        [reference](wide a, wide) { return reference(a); },
        {our_loop<double>(ours), library_loop<double>(name, false), scalar_loop<double>(d)},
        {our_loop<float>(ours), library_loop<float>(name, false), scalar_loop<float>(f)}};
}

template <class Ours, class Reference, class Double, class Float>
function line(
    std::string name,
    double bound,
    interval x,
    interval y,
    Ours ours,
    Reference reference,
    Double d,
    Float f)
{
    return {
        name,
        true,
        x,
        y,
        bound,
        0,
        reference,
        {our_loop<double>(ours), library_loop<double>(name, true), scalar_loop<double>(d)},
        {our_loop<float>(ours), library_loop<float>(name, true), scalar_loop<float>(f)}};
}

#define OURS(name) [](auto v) { return name(v); }
#define OURS_OF_TWO(name) [](auto v, decltype(v) w) { return name(v, w); }
#define ONE(name, bound, ...)                                                                      \
    line(#name, bound, __VA_ARGS__, OURS(name), name##q, ::name, ::name##f)
#define TWO(name, bound, ...)                                                                      \
    line(#name, bound, __VA_ARGS__, OURS_OF_TWO(name), name##q, ::name, ::name##f)

// The bounds are those of the table of operators.
inline std::vector<function> make_table()
{
    using namespace xgrad::simd;
    // clang-format off
    std::vector<function> table{
        ONE(exp, 2, {-80, 80}),
        line("exp2", 2, {-120, 120}, OURS(exp2), exp2_reference, ::exp2, ::exp2f),
        ONE(expm1, 2, {-10, 10}),
        ONE(log, 2, {0, 1000}),
        ONE(log2, 2, {0, 1000}),
        ONE(log10, 2, {0, 1000}),
        ONE(log1p, 2, {-1, 10}),
        TWO(pow, 4, {0, 10}, {-10, 10}),
        ONE(cbrt, 2, {-1000, 1000}),
        TWO(hypot, 2, {-10, 10}, {-10, 10}),
        ONE(sin, 2, {-10, 10}),
        ONE(cos, 2, {-10, 10}),
        ONE(tan, 2, {-10, 10}),
        ONE(asin, 2, {-1, 1}),
        ONE(acos, 2, {-1, 1}),
        ONE(atan, 2, {-10, 10}),
        TWO(atan2, 2, {-10, 10}, {-10, 10}),
        ONE(sinh, 2, {-10, 10}),
        ONE(cosh, 2, {-10, 10}),
        ONE(tanh, 2, {-5, 5}),
        ONE(asinh, 2, {-10, 10}),
        ONE(acosh, 2, {1, 100}),
        ONE(atanh, 2, {-1, 1}),
        ONE(erf, 4, {-4, 4}),
        ONE(erfc, 4, {-4, 6}),
        line("erfinv", 4, {-1, 1}, OURS(erfinv), erfinv_reference, nullptr, nullptr),
        ONE(lgamma, 4, {0, 50}),
        ONE(tgamma, 4, {-10, 30}),
        line("digamma", 4, {0, 50}, OURS(digamma), digamma_reference, nullptr, nullptr),
        TWO(fmod, 0, {-100, 100}, {-10, 10}),
        TWO(remainder, 0, {-100, 100}, {-10, 10}),
    };
    // clang-format on
    for (auto& f : table) {
        if (f.name == "lgamma") {
            f.floor = 1; // near its zeros, ulps of 1
        }
    }
    return table;
}

#undef OURS
#undef OURS_OF_TWO
#undef ONE
#undef TWO
} // namespace bench::functions
