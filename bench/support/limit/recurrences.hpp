// The limits of what goes on number by number.
#pragma once

#include "loops.hpp"

#include <cmath>

namespace limit {
/// x = x·x + c, n times from 0, and its derivative by c. `stored` holds each x.
[[gnu::noinline]] inline double squares_plus(double c, double& gc, double* stored, std::size_t n)
{
    double x = 0;
    for (std::size_t i = 0; i < n; ++i) {
        stored[i] = x;
        x = x * x + c;
    }
    double g = 1;
    gc = 0;
    for (std::size_t i = n; i-- > 0;) {
        gc += g;
        g *= stored[i] + stored[i];
    }
    return x;
}

/// Σ x, one number after the other, as the program says it; its gradient is 1.
[[gnu::noinline]] inline double sum_in_a_loop(double const* x, double* g, std::size_t n)
{
    double s = 0;
    for (std::size_t i = 0; i < n; ++i) {
        s += x[i];
    }
    std::fill_n(g, n, 1.);
    return s;
}

struct volatility
{
    double deviation; // σ
    double mean;      // μ
    double memory;    // φ
};

/// The log-density of the stochastic volatility model without constants, and its gradients. h and e
/// are room for n elements each. Only the two recurrences go number by number.
[[gnu::noinline]] inline double stochastic_volatility(
    double const* y,
    double const* standard,
    volatility const& p,
    double* g_standard,
    volatility& g,
    double* h,
    double* e,
    std::size_t n)
{
    using V = batch<double>;
    auto const shrink = 1 - p.memory * p.memory;
    // h holds what differs from the mean
    h[0] = standard[0] * p.deviation / std::sqrt(shrink);
    for (std::size_t i = 1; i < n; ++i) {
        h[i] = standard[i] * p.deviation + p.memory * h[i - 1];
    }
    auto const [terms, slopes, squares] = sums_over<double, 3>(n, [&](std::size_t i) {
        auto const v = V::load(y + i);
        auto const u = V::load(standard + i);
        auto const q = V::load(h + i) + V(p.mean);
        auto const energy = V(0.5) * v * v * exp(-q);
        auto const slope = energy - V(0.5);
        slope.store(e + i);
        return std::array{fma(V(0.5), q, energy), slope, u * u};
    });
    double d = 0;
    double by_deviation = 0;
    double by_memory = 0;
    for (std::size_t i = n; i-- > 1;) {
        d = e[i] + p.memory * d;
        by_deviation += d * standard[i];
        by_memory += d * h[i - 1];
        g_standard[i] = d * p.deviation - standard[i];
    }
    d = e[0] + p.memory * d;
    auto const root = std::sqrt(shrink);
    auto const s = p.deviation;
    auto const m = p.mean;
    g_standard[0] = d * s / root - standard[0];
    g.deviation = by_deviation + d * standard[0] / root - 2 * s / (25 + s * s);
    g.mean = slopes - 2 * m / (100 + m * m);
    g.memory = by_memory + d * h[0] * p.memory / shrink;
    return -terms - 0.5 * squares - std::log1p(s * s / 25) - std::log1p(m * m / 100);
}
} // namespace limit
