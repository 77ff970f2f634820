#pragma once

#include <xgrad/engine/fold.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>

// Rows joined to one row: each column in a register, of several rows one after the other.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Rows that are joined to each other before they are joined to a state: few enough that the second
/// cache holds them while panel after panel of their columns is taken.
inline constexpr std::size_t rows_at_once = 32;

/// Some neighbouring columns, each joined to one register.
template <std::size_t Flight, class T, class Join>
XGRAD_ALWAYS_INLINE auto joined_panel(T const* x, std::size_t width, std::size_t rows, Join join)
{
    using V = simd::batch<T>;
    std::array<V, Flight> column;
    unrolled<Flight>([&](auto k) { column[k] = V::load(x + k * V::size); });
    for (std::size_t r = 1; r < rows; ++r) {
        unrolled<Flight>(
            [&](auto k) { column[k] = join(column[k], V::load(x + r * width + k * V::size)); });
    }
    return column;
}

/// The extreme elements of such columns. As in `extreme`, their sums say whether one may be NaN.
template <std::size_t Flight, class T, class Join>
    requires(std::floating_point<T> && is_extreme<Join>)
XGRAD_ALWAYS_INLINE auto joined_panel(T const* x, std::size_t width, std::size_t rows, Join join)
{
    using V = simd::batch<T>;
    std::array<V, Flight> most;
    std::array<V, Flight> sums;
    unrolled<Flight>([&](auto k) { most[k] = sums[k] = V::load(x + k * V::size); });
    for (std::size_t r = 1; r < rows; ++r) {
        unrolled<Flight>([&](auto k) {
            auto const element = V::load(x + r * width + k * V::size);
            most[k] = number_of<Join>{}(most[k], element);
            sums[k] = sums[k] + element;
        });
    }
    join_first<Flight>(sums, add{});
    if (!all(sums[0] == sums[0])) {
        unrolled<Flight>([&](auto k) { most[k] = V::load(x + k * V::size); });
        for (std::size_t r = 1; r < rows; ++r) {
            unrolled<Flight>(
                [&](auto k) { most[k] = join(most[k], V::load(x + r * width + k * V::size)); });
        }
    }
    return most;
}

template <class Join, class T>
void join_columns(T* into, T const* x, std::size_t width, std::size_t rows, Join join)
{
    using V = simd::batch<T>;
    auto const panel = [&](auto flight, T* to, T const* from, std::size_t some) {
        auto const column = joined_panel<flight>(from, width, some, join);
        unrolled<flight>([&](auto k) {
            auto* const place = to + k * V::size;
            join(V::load(place), column[k]).store(place);
        });
    };
    constexpr std::integral_constant<std::size_t, 4> several;
    constexpr std::integral_constant<std::size_t, 1> one;
    for (std::size_t row = 0; row < rows; row += rows_at_once, x += rows_at_once * width) {
        auto const some = std::min(rows_at_once, rows - row);
        if (some == 1) {
            join_each(into, x, width, join);
            continue;
        }
        std::size_t i = 0;
        for (; i + several * V::size <= width; i += several * V::size) {
            panel(several, into + i, x + i, some);
        }
        for (; i + V::size <= width; i += V::size) {
            panel(one, into + i, x + i, some);
        }
        for (; i < width; ++i) {
            auto column = x[i];
            for (std::size_t r = 1; r < some; ++r) {
                column = join(column, x[r * width + i]);
            }
            into[i] = join(into[i], column);
        }
    }
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
