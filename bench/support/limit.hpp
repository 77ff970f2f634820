// The loops that an expert would write by hand, with the same vector functions: what fast means here.
#pragma once

#include <xgrad/simd/math.hpp>

#include <cstddef>

namespace limit {
using batch = xgrad::simd::batch<double>;

/// z = exp(-x²) sin y + log(1 + x²). All arrays are padded to whole registers.
[[gnu::noinline]] inline void fused(double const* x, double const* y, double* z, std::size_t n)
{
    for (std::size_t i = 0; i < n; i += batch::size) {
        auto const a = batch::load(x + i);
        auto const q = a * a;
        (exp(-q) * sin(batch::load(y + i)) + log(batch(1) + q)).store(z + i);
    }
}

/// Σ z and its gradients, in one pass.
[[gnu::noinline]] inline double
fused_gradient(double const* x, double const* y, double* gx, double* gy, std::size_t n)
{
    batch sum(0);
    auto const step = [&](std::size_t i, std::size_t count) {
        auto const a = batch::load(x + i);
        auto const q = a * a;
        auto const e = exp(-q);
        auto const [s, c] = xgrad::simd::sincos(batch::load(y + i));
        auto const p = batch(1) + q;
        auto const es = e * s;
        ((a + a) * (batch(1) / p - es)).store(gx + i);
        (e * c).store(gy + i);
        double z[batch::size];
        (es + log(p)).store(z);
        for (std::size_t k = count; k < batch::size; ++k) {
            z[k] = 0;
        }
        sum = sum + batch::load(z);
    };
    std::size_t i = 0;
    for (; i + batch::size <= n; i += batch::size) {
        step(i, batch::size);
    }
    if (i < n) {
        step(i, n - i);
    }
    return sum_of_lanes(sum);
}
} // namespace limit
