#pragma once

#include <xgrad/engine/columns.hpp>
#include <xgrad/engine/parallel.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

// Where the extreme elements of rows are: first what they are, then the first place of that. Both
// take registers without a branch on the elements, of which nobody could guess the outcome.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Runs whose places are exact numbers of any type.
inline constexpr std::size_t longest_place_run = 512;

/// The place of the first element for which `is_it` holds, in such a run; `count` where there is
/// none.
template <class T, class IsIt>
std::size_t first_place_in_run(T const* x, std::size_t count, IsIt is_it)
{
    using V = simd::batch<T>;
    if (count < V::size) {
        std::size_t i = 0;
        for (; i < count && !is_it(x[i]); ++i) {
        }
        return i;
    }
    auto const lane = V::load(lane_numbers<V>.data());
    auto const none = static_cast<T>(count);
    std::array<V, 1> first{V(none)};
    auto const look = [&](std::size_t i) {
        auto const place = lane + V(static_cast<T>(i));
        first[0] = smaller{}(first[0], select(is_it(V::load(x + i)), place, V(none)));
    };
    std::size_t i = 0;
    for (; i + V::size <= count; i += V::size) {
        look(i);
    }
    if (i < count) {
        look(count - V::size); // some elements once more: the first place stays the same
    }
    return static_cast<std::size_t>(fold_lanes(first, smaller{}));
}

/// The same in a run of any length; the last place where there is none.
template <class T, class IsIt>
std::size_t first_place(T const* x, std::size_t count, IsIt is_it)
{
    std::size_t begin = 0;
    while (begin < count) {
        auto const length = std::min(longest_place_run, count - begin);
        auto const place = first_place_in_run(x + begin, length, is_it);
        if (place < length) {
            return begin + place;
        }
        begin += length;
    }
    return count - 1; // with -ffast-math, which has no NaN to look for
}

/// The place of the first of the largest elements (or smallest), or of the first NaN.
template <class Join, class T>
std::size_t extreme_place(T const* x, std::size_t count, Join join)
{
    using limits = std::numeric_limits<T>;
    constexpr T most = limits::has_infinity ? limits::infinity() : limits::max();
    constexpr T least = limits::has_infinity ? -most : limits::min();
    constexpr T identity = std::same_as<Join, larger> ? least : most;
    auto const value = extreme(x, count, identity, join);
    return value == value
        ? first_place(x, count, [value](auto const& e) { return e == decltype(e)(value); })
        : first_place(x, count, [](auto const& e) { return e != e; });
}

/// The same of some rows that are columns, in as many lanes.
template <class Join, class T>
void extreme_rows(T const* columns, std::size_t length, std::size_t rows, std::int64_t* places)
{
    using V = simd::batch<T>;
    for (std::size_t row = 0; row < rows; row += V::size) {
        auto most = V::load(columns + row);
        V place(0);
        for (std::size_t i = 1; i < length; ++i) {
            auto const element = V::load(columns + i * rows + row);
            auto const better = (Join{}(most, element) != most) && most == most;
            most = select(better, element, most);
            place = select(better, V(static_cast<T>(i)), place);
        }
        std::array<T, V::size> lanes;
        place.store(lanes.data());
        auto const count = std::min(V::size, rows - row);
        std::transform(
            lanes.begin(),
            lanes.begin() + static_cast<std::ptrdiff_t>(count),
            places + row,
            [](T lane) { return static_cast<std::int64_t>(lane); });
    }
}

/// The extreme place of each of some rows.
template <class Join, class T>
void extreme_places(T const* x, std::size_t length, std::size_t rows, std::int64_t* places)
{
    if (length <= short_row<T> && rows >= simd::batch<T>::size) {
        for_short_rows(x, length, rows, [&](T const* columns, std::size_t first, std::size_t some) {
            extreme_rows<Join>(columns, length, some, places + first);
        });
        return;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        places[row] = static_cast<std::int64_t>(extreme_place(x + row * length, length, Join{}));
    }
}
} // namespace vectorized

/// The index of the first of every row's largest elements, or smallest ones; a NaN is both.
template <class T>
void find_extrema(
    T const* x, std::size_t rows, std::size_t length, bool largest, std::int64_t* found)
{
    constexpr std::size_t elements = 4096; // of a chunk, at least
    auto const step = std::max<std::size_t>(1, elements / std::max<std::size_t>(1, length));
    auto const work = 0.2 * static_cast<double>(rows * length);
    for_each_chunk((rows + step - 1) / step, work, [&](std::size_t chunk) {
        auto const first = chunk * step;
        auto const find = largest ? vectorized::extreme_places<vectorized::larger, T>
                                  : vectorized::extreme_places<vectorized::smaller, T>;
        find(x + first * length, length, std::min(step, rows - first), found + first);
    });
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
