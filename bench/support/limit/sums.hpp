// The limits of sums, products and log-densities.
#pragma once

#include "loops.hpp"

#include <cmath>
#include <limits>

namespace limit {
/// Σ x; its gradient is 1.
[[gnu::noinline]] inline double sum(double const* x, double* g, std::size_t n)
{
    using V = batch<double>;
    return sum_over<double, 8>(n, [&](std::size_t i) {
        V(1).store(g + i);
        return V::load(x + i);
    });
}

/// Π x, and Π / x.
[[gnu::noinline]] inline double product(double const* x, double* g, std::size_t n)
{
    using V = batch<double>;
    V factors[8];
    std::fill_n(factors, 8, V(1));
    std::size_t i = 0;
    for (; i + 8 * V::size <= n; i += 8 * V::size) {
#pragma GCC unroll 8
        for (std::size_t k = 0; k < 8; ++k) {
            factors[k] = factors[k] * V::load(x + i + k * V::size);
        }
    }
    for (std::size_t k = 1; k < 8; ++k) {
        factors[0] = factors[0] * factors[k];
    }
    double lanes[V::size];
    factors[0].store(lanes);
    double result = 1;
    for (auto const lane : lanes) {
        result *= lane;
    }
    for (; i < n; ++i) {
        result *= x[i];
    }
    for_each_register<double, 4>(
        n, [&](std::size_t at) { (V(result) / V::load(x + at)).store(g + at); });
    return result;
}

/// log Σ e^(x - shift) + shift; its gradient is softmax.
[[gnu::noinline]] inline double log_sum(double const* x, double shift, double* g, std::size_t n)
{
    using V = batch<double>;
    double total = 0;
    for (std::size_t first = 0; first < n; first += block_size) {
        auto const count = std::min(n - first, block_size);
        auto* const e = g + first;
        for_each_register<double>(
            count, [&](std::size_t i) { (V::load(x + first + i) - V(shift)).store(e + i); });
        each<double>(e, e, count, [](auto const& v) { return exp(v); });
        total += sum_over<double, 4>(count, [&](std::size_t i) { return V::load(e + i); });
    }
    auto const scale = V(1 / total);
    for_each_register<double, 4>(n, [&](std::size_t i) { (V::load(g + i) * scale).store(g + i); });
    return std::log(total) + shift;
}

/// The same, with the largest element as the shift.
[[gnu::noinline]] inline double logsumexp(double const* x, double* g, std::size_t n)
{
    using V = batch<double>;
    auto largest = -std::numeric_limits<double>::infinity();
    if (n >= 4 * V::size) {
        V four[4] = {V(largest), V(largest), V(largest), V(largest)};
        // the last step may overlap the one before: a maximum does not mind
        for (std::size_t i = 0; i < n; i += 4 * V::size) {
            auto const from = std::min(i, n - 4 * V::size);
#pragma GCC unroll 4
            for (std::size_t k = 0; k < 4; ++k) {
                auto const v = V::load(x + from + k * V::size);
                four[k] = select(four[k] < v, v, four[k]);
            }
        }
        double lanes[V::size];
        for (auto const& v : four) {
            v.store(lanes);
            largest = std::max(largest, *std::max_element(lanes, lanes + V::size));
        }
    } else {
        largest = *std::max_element(x, x + n);
    }
    return log_sum(x, largest, g, n);
}

/// -½ Σ (x-μ)²/σ² - n log σ, and its gradient by x.
[[gnu::noinline]] inline double
normal_log_density(double const* x, double mean, double deviation, double* g, std::size_t n)
{
    using V = batch<double>;
    auto const weight = V(-1 / (deviation * deviation));
    auto const squares = sum_over<double, 8>(n, [&](std::size_t i) {
        auto const d = V::load(x + i) - V(mean);
        (d * weight).store(g + i);
        return d * d;
    });
    return -0.5 * squares / (deviation * deviation) - static_cast<double>(n) * std::log(deviation);
}
} // namespace limit
