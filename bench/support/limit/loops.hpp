// The limit: loops as an expert would write them by hand for one formula and its gradient,
// vectorised, fused, with the same vector functions as ours. Each function of these headers reads
// and writes arrays with room for a whole register behind the last element (`bench::array`), and
// runs on one thread.
#pragma once

#include <xgrad/simd/math.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace limit {
template <class T>
using batch = xgrad::simd::batch<T>;

/// The first `count` lanes, and zeros.
template <class T>
batch<T> first_lanes(batch<T> const& v, std::size_t count)
{
    T lanes[batch<T>::size];
    v.store(lanes);
    std::fill(lanes + count, lanes + batch<T>::size, T(0));
    return batch<T>::load(lanes);
}

/// The sum of all lanes, in a fixed order.
template <class T>
T sum_of_lanes(batch<T> const& a) noexcept
{
    T lanes[batch<T>::size];
    a.store(lanes);
    for (std::size_t half = batch<T>::size / 2; half > 0; half /= 2) {
        for (std::size_t i = 0; i < half; ++i) {
            lanes[i] += lanes[i + half];
        }
    }
    return lanes[0];
}

/// Long formulas go in blocks that stay in the first cache. Each elementary function has a loop of
/// its own there (`each`), whose constants are all in registers; arithmetic has loops in between.
inline constexpr std::size_t block_size = 256;

template <class T>
using block = T[block_size];

/// out = f(in), for n elements. (Flattened: a compiler that calls a function for each register
/// would lose what the hand-written loop is for.)
template <class T, class F>
[[gnu::noinline, gnu::flatten]] void each(T const* in, T* out, std::size_t n, F f)
{
    for (std::size_t i = 0; i < n; i += batch<T>::size) {
        f(batch<T>::load(in + i)).store(out + i);
    }
}

/// Sine and cosine of n elements.
template <class T>
[[gnu::noinline, gnu::flatten]] void each_sincos(T const* in, T* sine, T* cosine, std::size_t n)
{
    for (std::size_t i = 0; i < n; i += batch<T>::size) {
        auto const both = xgrad::simd::sincos(batch<T>::load(in + i));
        both.sine.store(sine + i);
        both.cosine.store(cosine + i);
    }
}

/// Calls step(i) for every register of n elements, `InFlight` of them in each turn.
template <class T, std::size_t InFlight = 1, class F>
[[gnu::always_inline]] inline void for_each_register(std::size_t n, F const& step)
{
    constexpr auto width = batch<T>::size;
    std::size_t i = 0;
    for (; i + InFlight * width <= n; i += InFlight * width) {
#pragma GCC unroll 16
        for (std::size_t k = 0; k < InFlight; ++k) {
            step(i + k * width);
        }
    }
    for (; i < n; i += width) {
        step(i);
    }
}

/// Σ term(i) over the registers of n elements, in `InFlight` sums, since one addition waits for the
/// other. The lanes behind the last element do not count.
template <class T, std::size_t InFlight = 2, class F>
[[gnu::always_inline]] inline T sum_over(std::size_t n, F const& term)
{
    constexpr auto width = batch<T>::size;
    batch<T> sums[InFlight];
    std::fill_n(sums, InFlight, batch<T>(0));
    std::size_t i = 0;
    for (; i + InFlight * width <= n; i += InFlight * width) {
#pragma GCC unroll 16
        for (std::size_t k = 0; k < InFlight; ++k) {
            sums[k] = sums[k] + term(i + k * width);
        }
    }
    for (; i + width <= n; i += width) {
        sums[0] = sums[0] + term(i);
    }
    if (i < n) {
        sums[0] = sums[0] + first_lanes(term(i), n - i);
    }
    for (std::size_t k = 1; k < InFlight; ++k) {
        sums[0] = sums[0] + sums[k];
    }
    return sum_of_lanes(sums[0]);
}

/// Several sums over the same elements: term(i) is an array of registers.
template <class T, std::size_t Count, class F>
[[gnu::always_inline]] inline std::array<T, Count> sums_over(std::size_t n, F const& term)
{
    constexpr auto width = batch<T>::size;
    batch<T> even[Count];
    batch<T> odd[Count];
    std::fill_n(even, Count, batch<T>(0));
    std::fill_n(odd, Count, batch<T>(0));
    auto const add = [&](batch<T>* to, std::size_t i) {
        std::array<batch<T>, Count> const terms = term(i);
        for (std::size_t k = 0; k < Count; ++k) {
            to[k] = to[k] + terms[k];
        }
    };
    std::size_t i = 0;
    for (; i + 2 * width <= n; i += 2 * width) {
        add(even, i);
        add(odd, i + width);
    }
    if (i + width <= n) {
        add(even, i);
        i += width;
    }
    if (i < n) {
        auto const terms = term(i);
        for (std::size_t k = 0; k < Count; ++k) {
            odd[k] = odd[k] + first_lanes(terms[k], n - i);
        }
    }
    std::array<T, Count> sums;
    for (std::size_t k = 0; k < Count; ++k) {
        sums[k] = sum_of_lanes(even[k] + odd[k]);
    }
    return sums;
}
} // namespace limit
