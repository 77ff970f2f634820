#pragma once

#include <xgrad/engine/copy_rows.hpp>
#include <xgrad/engine/fold.hpp>
#include <xgrad/engine/transpose_rows.hpp>

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
            auto const element = V::load_once(x + r * width + k * V::size);
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

/// Rows shorter than a few registers are better columns, which fill theirs. (Measured with sums of
/// exponentials, ns per element, as rows and as columns: of 16 elements 0.97 and 0.64, of 33 0.91
/// and 1.05.)
template <class T>
inline constexpr std::size_t short_row = 4 * simd::batch<T>::size;

/// So many of them at a time.
template <class T>
inline constexpr std::size_t rows_as_columns = 4 * simd::batch<T>::size;

/// Calls f(columns, first, some) for short rows, some at a time, as the columns of their transpose;
/// behind it there is a register that may be read.
template <class T, class F>
void for_short_rows(T const* x, std::size_t length, std::size_t count, F const& f)
{
    constexpr std::size_t most = rows_as_columns<T>;
    alignas(64) T columns[most * short_row<T> + simd::batch<T>::size];
    for (std::size_t first = 0; first < count; first += most) {
        auto const some = std::min(count - first, most);
        rows_at<T const> const rows{x + first * length, length};
        transpose_rows(rows, some, length, (count - first) * length, rows_at<T>{columns, some});
        f(static_cast<T const*>(columns), first, some);
    }
}

/// Columns that fill no register are better rows, one after the other, if they are long enough.
template <class T>
bool are_narrow_columns(std::size_t width, std::size_t rows) noexcept
{
    return width < simd::batch<T>::size && rows >= 2 * simd::batch<T>::size;
}

/// Calls f(column, run, count) for each of them, a block of its elements at a time.
template <class T, class F>
void for_narrow_columns(T const* x, std::size_t width, std::size_t rows, F const& f)
{
    alignas(64) T run[block_length<T>];
    for (std::size_t row = 0; row < rows; row += block_length<T>) {
        auto const some = std::min(block_length<T>, rows - row);
        for (std::size_t column = 0; column < width; ++column) {
            detail::copy_run<sizeof(T)>(
                reinterpret_cast<std::byte const*>(x + row * width + column),
                static_cast<std::ptrdiff_t>(width),
                reinterpret_cast<std::byte*>(run),
                some);
            f(column, static_cast<T const*>(run), some);
        }
    }
}

/// Rows that are joined to each other at once. An extreme is the same in any order: as many as the
/// second cache holds. Else, of long ones, so few that they are streams: memory gives these sooner,
/// and caches as soon.
template <class Join, class T>
std::size_t rows_joined_at_once(std::size_t width)
{
    constexpr std::size_t cache = std::size_t{128} << 10;
    if constexpr (is_extreme<Join>) {
        return std::max(rows_at_once, cache / (width * sizeof(T)));
    }
    constexpr std::size_t streams = 8;
    return width * sizeof(T) < 512 ? rows_at_once : streams;
}

/// The columns of some rows: put(place, register) and put(place, number) get what each has joined.
template <class Join, class T, class Put>
XGRAD_ALWAYS_INLINE void
for_each_column(T const* x, std::size_t width, std::size_t rows, Join join, Put const& put)
{
    using V = simd::batch<T>;
    auto const panel = [&](auto flight, std::size_t i) {
        auto const column = joined_panel<flight>(x + i, width, rows, join);
        unrolled<flight>([&](auto k) { put(i + k * V::size, column[k]); });
    };
    // As many as the registers hold: the longer the piece of a row that is read at once, the
    // better.
    constexpr std::integral_constant<std::size_t, 8> many;
    constexpr std::integral_constant<std::size_t, 4> several;
    constexpr std::integral_constant<std::size_t, 1> one;
    std::size_t i = 0;
    if constexpr (!is_extreme<Join>) {
        for (; i + many * V::size <= width; i += many * V::size) {
            panel(many, i);
        }
    }
    for (; i + several * V::size <= width; i += several * V::size) {
        panel(several, i);
    }
    for (; i + V::size <= width; i += V::size) {
        panel(one, i);
    }
    for (; i < width; ++i) {
        auto column = x[i];
        for (std::size_t r = 1; r < rows; ++r) {
            column = join(column, x[r * width + i]);
        }
        put(i, column);
    }
}

template <class Join, class T>
void join_columns(T* into, T const* x, std::size_t width, std::size_t rows, Join join)
{
    auto const at_once = rows_joined_at_once<Join, T>(width);
    for (std::size_t row = 0; row < rows; row += at_once, x += at_once * width) {
        auto const some = std::min(at_once, rows - row);
        if (some == 1) {
            join_each(into, x, width, join);
            continue;
        }
        for_each_column(x, width, some, join, [&](std::size_t place, auto const& column) {
            if constexpr (std::same_as<std::remove_cvref_t<decltype(column)>, T>) {
                into[place] = join(into[place], column);
            } else {
                join(simd::batch<T>::load(into + place), column).store(into + place);
            }
        });
    }
}

/// The columns of the first rows, however many are joined at once; returns their number.
template <class Join, class T>
std::size_t first_columns(T* out, T const* x, std::size_t width, std::size_t rows, Join join)
{
    auto const some = std::min(rows, rows_joined_at_once<Join, T>(width));
    for_each_column(x, width, some, join, [&](std::size_t place, auto const& column) {
        if constexpr (std::same_as<std::remove_cvref_t<decltype(column)>, T>) {
            out[place] = column;
        } else {
            column.store(out + place);
        }
    });
    return some;
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
