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
    alignas(64) block<double> e, s, l;
    for (; n > 0; x += block_size, y += block_size, z += block_size) {
        auto const count = std::min(n, block_size);
        for_each_register<double>(count, [&](std::size_t i) {
            auto const a = V::load(x + i);
            (-a * a).store(e + i);
            fma(a, a, V(1)).store(l + i);
        });
        each<double>(e, e, count, [](auto const& v) { return exp(v); });
        each<double>(y, s, count, [](auto const& v) { return sin(v); });
        each<double>(l, l, count, [](auto const& v) { return log(v); });
        for_each_register<double>(count, [&](std::size_t i) {
            fma(V::load(e + i), V::load(s + i), V::load(l + i)).store(z + i);
        });
        n -= count;
    }
}

/// Σ z and its gradients.
template <class T>
[[gnu::noinline]] T fused_gradient(T const* x, T const* y, T* gx, T* gy, std::size_t n)
{
    using V = batch<T>;
    alignas(64) block<T> e, s, c, p, l;
    T total = 0;
    for (; n > 0; x += block_size, y += block_size, gx += block_size, gy += block_size) {
        auto const count = std::min(n, block_size);
        for_each_register<T>(count, [&](std::size_t i) {
            auto const a = V::load(x + i);
            (-a * a).store(e + i);
            fma(a, a, V(1)).store(p + i);
        });
        each<T>(e, e, count, [](auto const& v) { return exp(v); });
        each<T>(p, l, count, [](auto const& v) { return log(v); });
        each_sincos(y, s, c, count);
        total += sum_over<T>(count, [&](std::size_t i) {
            auto const a = V::load(x + i);
            auto const exponential = V::load(e + i);
            auto const product = exponential * V::load(s + i);
            ((a + a) * (V(1) / V::load(p + i) - product)).store(gx + i);
            (exponential * V::load(c + i)).store(gy + i);
            return product + V::load(l + i);
        });
        n -= count;
    }
    return total;
}

/// The chain of bench/chain.cpp: Σ t8 and its gradients; of the t only what a block needs is kept.
[[gnu::noinline]] inline double
chain_gradient(double const* x, double const* y, double* gx, double* gy, std::size_t n)
{
    using V = batch<double>;
    alignas(64) block<double> sine, cosine, third, fourth, sixth, squares;
    double total = 0;
    for (; n > 0; x += block_size, y += block_size, gx += block_size, gy += block_size) {
        auto const count = std::min(n, block_size);
        each_sincos(x, sine, cosine, count);
        for_each_register<double>(count, [&](std::size_t i) {
            auto const t1 = V::load(sine + i);
            auto const t3 = fma(V::load(x + i), t1, t1 * V::load(y + i));
            t3.store(third + i);
            (-t3 * t3).store(fourth + i);
        });
        each<double>(fourth, fourth, count, [](auto const& v) { return exp(v); });
        for_each_register<double>(count, [&](std::size_t i) {
            auto const t2 = V::load(sine + i) * V::load(y + i);
            fma(V::load(fourth + i), t2, V(0.5) * V::load(x + i)).store(sixth + i);
        });
        each<double>(sixth, sixth, count, [](auto const& v) { return tanh(v); });
        total -= sum_over<double>(count, [&](std::size_t i) {
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
            q.store(squares + i);

            auto const g7 = (t7 + t7) / q;
            auto const g5 = (g7 * t4 - b) * (V(1) - t6 * t6);
            auto const g4 = fma(g5, t2, g7 * t6);
            auto const g3 = g7 * t3 / root - V(2) * g4 * t3 * t4;
            auto const g2 = fma(g5, t4, g3);
            auto const g1 = fma(g3, a, g2 * b);
            fma(g1, V::load(cosine + i), fma(g3, t1, V(0.5) * g5)).store(gx + i);
            (g2 * t1 - t6).store(gy + i);
            return t6 * b;
        });
        each<double>(squares, squares, count, [](auto const& v) { return log(v); });
        total += sum_over<double, 4>(count, [&](std::size_t i) { return V::load(squares + i); });
        n -= count;
    }
    return total;
}
} // namespace limit
