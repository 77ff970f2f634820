#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/engine/fold.hpp>
#include <xgrad/simd/batch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <span>

// A convolution without its windows: an element of all windows (a tap) is a line of the image that
// begins at the tap's offset. (M. Dukhan, The indirect convolution algorithm, 2019.) What it takes
// are two products of such lines, several registers of several filters at a time.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Lines of elements that follow one another, for each of several filters.
template <class T>
struct filter_lines
{
    T* data;
    std::size_t filters;
    std::ptrdiff_t filter_step;
    std::size_t lines;
    std::ptrdiff_t line_step;
    std::size_t length;

    T* at(std::size_t filter, std::size_t line) const noexcept
    {
        return data + static_cast<std::ptrdiff_t>(filter) * filter_step +
            static_cast<std::ptrdiff_t>(line) * line_step;
    }
};

/// The lines of an image that taps read. Behind the last one a register may be read.
template <class T>
struct tapped_lines
{
    T const* data;
    std::ptrdiff_t line_step;
    std::span<std::ptrdiff_t const> offsets;

    T const* at(std::size_t tap, std::size_t line) const noexcept
    {
        return data + offsets[tap] + static_cast<std::ptrdiff_t>(line) * line_step;
    }
};

/// R registers of F filters. An element's sum has the same order wherever it stands.
template <std::size_t F, std::size_t R, class T>
XGRAD_ALWAYS_INLINE void add_taps(
    T const* from,
    std::span<std::ptrdiff_t const> offsets,
    T const* factors,
    std::size_t factor_step,
    T* to,
    std::ptrdiff_t filter_step)
{
    using V = simd::batch<T>;
    auto sums = registers_of<F * R>(V(0));
    for (auto const offset : offsets) {
        std::array<V, R> x;
        unrolled<R>([&](auto r) { x[r] = V::load_once(from + offset + r * V::size); });
        unrolled<F>([&](auto f) {
            V const factor(factors[f]);
            unrolled<R>([&](auto r) { sums[f * R + r] = fma(factor, x[r], sums[f * R + r]); });
        });
        factors += factor_step;
    }
    unrolled<F>([&](auto f) {
        auto* const line = to + static_cast<std::ptrdiff_t>(f) * filter_step;
        unrolled<R>([&](auto r) { sums[f * R + r].store(line + r * V::size); });
    });
}

/// A line of F filters: R registers at a time, then half as many.
template <std::size_t F, std::size_t R, class T>
void add_taps_of_line(
    T const* from,
    std::span<std::ptrdiff_t const> offsets,
    T const* factors,
    std::size_t factor_step,
    T* to,
    std::ptrdiff_t filter_step,
    std::size_t begin,
    std::size_t length)
{
    constexpr auto lanes = simd::batch<T>::size;
    for (; begin + R * lanes <= length; begin += R * lanes) {
        add_taps<F, R>(from + begin, offsets, factors, factor_step, to + begin, filter_step);
    }
    if constexpr (R > 1) {
        add_taps_of_line<F, R / 2>(
            from, offsets, factors, factor_step, to, filter_step, begin, length);
    } else if (begin < length && length >= lanes) {
        // The last register ends with the line: some sums are stored twice.
        begin = length - lanes;
        add_taps<F, 1>(from + begin, offsets, factors, factor_step, to + begin, filter_step);
    } else if (begin < length) {
        std::array<T, F * lanes> sums;
        add_taps<F, 1>(from, offsets, factors, factor_step, sums.data(), lanes);
        for (std::size_t f = 0; f < F; ++f) {
            std::copy_n(
                sums.data() + f * lanes, length, to + static_cast<std::ptrdiff_t>(f) * filter_step);
        }
    }
}

/// Calls f.operator()<F>(first) for blocks of four filters, then of two, then for one.
template <class Function>
XGRAD_ALWAYS_INLINE void for_each_filter_block(std::size_t filters, Function const& f)
{
    std::size_t first = 0;
    for (; first + 4 <= filters; first += 4) {
        f.template operator()<4>(first);
    }
    for (; first + 2 <= filters; first += 2) {
        f.template operator()<2>(first);
    }
    if (first < filters) {
        f.template operator()<1>(first);
    }
}

/// to[filter] = sum over taps of factors[tap][filter] lines[tap].
template <class T>
void sum_of_taps(tapped_lines<T> const& x, T const* factors, filter_lines<T> const& to)
{
    for_each_filter_block(to.filters, [&]<std::size_t F>(std::size_t first) {
        for (std::size_t line = 0; line < to.lines; ++line) {
            add_taps_of_line<F, 8 / F>(
                x.data + static_cast<std::ptrdiff_t>(line) * x.line_step,
                x.offsets,
                factors + first,
                to.filters,
                to.at(first, line),
                to.filter_step,
                0,
                to.length);
        }
    });
}

/// Adds the products of a register of each of F filters and of N taps; `part` is what of it counts.
template <std::size_t F, std::size_t N, class T, class Part>
XGRAD_ALWAYS_INLINE void add_products(
    std::array<simd::batch<T>, F * N>& sums,
    T const* from,
    std::ptrdiff_t filter_step,
    std::array<T const*, N> const& taps,
    std::size_t j,
    Part const& part)
{
    using V = simd::batch<T>;
    std::array<V, F> results;
    unrolled<F>([&](auto f) {
        results[f] = part(V::load_once(from + static_cast<std::ptrdiff_t>(f) * filter_step + j));
    });
    unrolled<N>([&](auto n) {
        auto const tap = part(V::load_once(taps[n] + j));
        unrolled<F>([&](auto f) { sums[f * N + n] = fma(results[f], tap, sums[f * N + n]); });
    });
}

/// The products of F filters' lines with N taps, added up over all lines of at least a register.
template <std::size_t F, std::size_t N, class T>
void multiply_taps(
    tapped_lines<T> const& x,
    std::size_t first_tap,
    filter_lines<T const> const& y,
    std::size_t first_filter,
    T* to)
{
    using V = simd::batch<T>;
    auto sums = registers_of<F * N>(V(0));
    // The last register ends with the line, and what others have seen is nothing there.
    auto const last = y.length % V::size;
    std::array<T, V::size> places{};
    std::fill_n(places.end() - static_cast<std::ptrdiff_t>(last), last, T(1));
    auto const is_new = V::load(places.data()) != V(0);
    for (std::size_t line = 0; line < y.lines; ++line) {
        std::array<T const*, N> taps;
        unrolled<N>([&](auto n) { taps[n] = x.at(first_tap + n, line); });
        auto const* const from = y.at(first_filter, line);
        for (std::size_t j = 0; j + V::size <= y.length; j += V::size) {
            add_products<F, N>(sums, from, y.filter_step, taps, j, [](V v) { return v; });
        }
        if (last != 0) {
            auto const part = [&](V v) { return select(is_new, v, V(0)); };
            add_products<F, N>(sums, from, y.filter_step, taps, y.length - V::size, part);
        }
    }
    unrolled<F * N>([&](auto k) {
        std::array<T, V::size> lanes;
        sums[k].store(lanes.data());
        to[(first_filter + k / N) * x.offsets.size() + first_tap + k % N] =
            std::accumulate(lanes.begin(), lanes.end(), T(0));
    });
}

/// to[filter][tap] = sum over all lines of y[filter] lines[tap].
template <class T>
void products_with_taps(tapped_lines<T> const& x, filter_lines<T const> const& y, T* to)
{
    for_each_filter_block(y.filters, [&]<std::size_t F>(std::size_t first) {
        constexpr auto together = 8 / F;
        std::size_t tap = 0;
        for (; tap + together <= x.offsets.size(); tap += together) {
            multiply_taps<F, together>(x, tap, y, first, to);
        }
        for (; tap < x.offsets.size(); ++tap) {
            multiply_taps<F, 1>(x, tap, y, first, to);
        }
    });
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
