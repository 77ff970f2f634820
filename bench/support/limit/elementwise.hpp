// The limits of formulas over single elements: (a), (b), (c) and the chain (g).
#pragma once

#include "loops.hpp"

namespace limit {
/// o = 1.5 x + b.
[[gnu::noinline]] inline void linear(double const* x, double const* b, double* o, std::size_t n)
{
    using V = batch<double>;
    for_each_register<double, 4>(
        n, [&](std::size_t i) { fma(V(1.5), V::load(x + i), V::load(b + i)).store(o + i); });
}

/// z = exp(-x²) sin y + log(1 + x²).
[[gnu::noinline]] inline void fused(double const* x, double const* y, double* z, std::size_t n)
{
    using V = batch<double>;
    alignas(64) double exponential[block_size];
    alignas(64) double sine[block_size];
    for (; n > 0; x += block_size, y += block_size, z += block_size) {
        auto const count = std::min(n, block_size);
        for_each_register<double, 2>(count, [&](std::size_t i) {
            auto const a = V::load(x + i);
            exp(-a * a).store(exponential + i);
        });
        for_each_register<double, 2>(
            count, [&](std::size_t i) { sin(V::load(y + i)).store(sine + i); });
        for_each_register<double, 2>(count, [&](std::size_t i) {
            auto const a = V::load(x + i);
            fma(V::load(exponential + i), V::load(sine + i), log(fma(a, a, V(1)))).store(z + i);
        });
        n -= count;
    }
}

/// Σ z and its gradients, in one pass.
template <class T>
[[gnu::noinline]] T fused_gradient(T const* x, T const* y, T* gx, T* gy, std::size_t n)
{
    using V = batch<T>;
    return sum_over<T>(n, [&](std::size_t i) {
        auto const a = V::load(x + i);
        auto const q = a * a;
        auto const e = exp(-q);
        auto const [s, c] = xgrad::simd::sincos(V::load(y + i));
        auto const p = V(1) + q;
        auto const es = e * s;
        ((a + a) * (V(1) / p - es)).store(gx + i);
        (e * c).store(gy + i);
        return es + log(p);
    });
}

/// The chain of bench/chain.cpp: Σ t8 and its gradients; of the t only what a block needs is kept.
[[gnu::noinline]] inline double
chain_gradient(double const* x, double const* y, double* gx, double* gy, std::size_t n)
{
    using V = batch<double>;
    alignas(64) double sine[block_size];
    alignas(64) double cosine[block_size];
    alignas(64) double third[block_size];
    alignas(64) double fourth[block_size];
    alignas(64) double sixth[block_size];
    double total = 0;
    for (; n > 0; x += block_size, y += block_size, gx += block_size, gy += block_size) {
        auto const count = std::min(n, block_size);
        for_each_register<double, 2>(count, [&](std::size_t i) {
            auto const both = xgrad::simd::sincos(V::load(x + i));
            both.sine.store(sine + i);
            both.cosine.store(cosine + i);
        });
        for_each_register<double, 2>(count, [&](std::size_t i) {
            auto const t1 = V::load(sine + i);
            auto const t3 = fma(V::load(x + i), t1, t1 * V::load(y + i));
            t3.store(third + i);
            exp(-t3 * t3).store(fourth + i);
        });
        for_each_register<double, 2>(count, [&](std::size_t i) {
            auto const t2 = V::load(sine + i) * V::load(y + i);
            tanh(fma(V::load(fourth + i), t2, V(0.5) * V::load(x + i))).store(sixth + i);
        });
        total += sum_over<double>(count, [&](std::size_t i) {
            auto const a = V::load(x + i);
            auto const b = V::load(y + i);
            auto const t1 = V::load(sine + i);
            auto const t2 = t1 * b;
            auto const t3 = V::load(third + i);
            auto const t4 = V::load(fourth + i);
            auto const t6 = V::load(sixth + i);
            auto const root = sqrt(fma(t3, t3, V(1)));
            auto const t7 = fma(t6, t4, root);
            auto const q = fma(t7, t7, V(1));

            auto const g7 = (t7 + t7) / q;
            auto const g5 = (g7 * t4 - b) * (V(1) - t6 * t6);
            auto const g4 = fma(g5, t2, g7 * t6);
            auto const g3 = g7 * t3 / root - V(2) * g4 * t3 * t4;
            auto const g2 = fma(g5, t4, g3);
            auto const g1 = fma(g3, a, g2 * b);
            fma(g1, V::load(cosine + i), fma(g3, t1, V(0.5) * g5)).store(gx + i);
            (g2 * t1 - t6).store(gy + i);
            return log(q) - t6 * b;
        });
        n -= count;
    }
    return total;
}
} // namespace limit
