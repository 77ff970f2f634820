#pragma once

#include <xgrad/engine/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>

// Orders and extrema of rows. A NaN is larger than any number when rows are sorted, and first of
// all when an extremum is looked for.

namespace xgrad {
namespace detail {
template <class T>
bool is_nan([[maybe_unused]] T const& x)
{
    if constexpr (std::floating_point<T>) {
        return std::isnan(x);
    } else {
        return false;
    }
}
} // namespace detail

/// The indices of every row's elements in ascending order (descending where `largest_first`); equal
/// ones keep theirs. With `first` below the length, only so many of them are in order.
template <class T>
void sort_rows(
    T const* x,
    std::size_t rows,
    std::size_t length,
    std::size_t first,
    bool largest_first,
    std::int64_t* order)
{
    auto const work = 20 * static_cast<double>(rows * length);
    for_each_chunk(rows, work, [&](auto row) {
        auto const* const element = x + row * length;
        auto* const begin = order + row * length;
        auto* const end = begin + length;
        std::iota(begin, end, std::int64_t{0});
        auto const less = [&](std::int64_t i, std::int64_t j) {
            auto const& a = element[largest_first ? j : i];
            auto const& b = element[largest_first ? i : j];
            bool const a_is_nan = detail::is_nan(a);
            bool const b_is_nan = detail::is_nan(b);
            if (a_is_nan != b_is_nan) {
                return b_is_nan;
            }
            return !a_is_nan && a != b ? a < b : i < j;
        };
        if (first < length) {
            std::partial_sort(begin, begin + first, end, less);
        } else {
            std::sort(begin, end, less);
        }
    });
}

/// The index of the first of every row's largest elements, or smallest ones.
template <class T>
void find_extrema(
    T const* x, std::size_t rows, std::size_t length, bool largest, std::int64_t* found)
{
    for_each_chunk(rows, static_cast<double>(rows * length), [&](auto row) {
        auto const* const element = x + row * length;
        std::size_t best = 0;
        for (std::size_t i = 1; i < length && !detail::is_nan(element[best]); ++i) {
            bool const better = largest ? element[i] > element[best] : element[i] < element[best];
            best = better || detail::is_nan(element[i]) ? i : best;
        }
        found[row] = static_cast<std::int64_t>(best);
    });
}
} // namespace xgrad
