#pragma once

#include <xgrad/engine/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

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
    struct entry
    {
        T value;
        std::int64_t index;
    };
    auto const work = 20 * static_cast<double>(rows * length);
    for_each_chunk(rows, work, [&](auto row) {
        auto const* const element = x + row * length;
        std::vector<entry> entries(
            length); // values beside their indices: no look-up per comparison
        for (std::size_t i = 0; i < length; ++i) {
            entries[i] = {element[i], static_cast<std::int64_t>(i)};
        }
        auto const begin = entries.begin();
        auto const is_number = [](entry const& e) { return !detail::is_nan(e.value); };
        auto const is_not = [](entry const& e) { return detail::is_nan(e.value); };
        auto const sort_part = [&](auto from, auto to, std::size_t wanted, auto const& before) {
            auto const less = [&](entry const& a, entry const& b) {
                return before(a.value, b.value) || (a.value == b.value && a.index < b.index);
            };
            if (wanted < static_cast<std::size_t>(to - from)) {
                std::partial_sort(from, from + static_cast<std::ptrdiff_t>(wanted), to, less);
            } else {
                std::sort(from, to, less);
            }
        };
        if (largest_first) {
            auto const numbers = std::stable_partition(begin, entries.end(), is_not);
            auto const nans = static_cast<std::size_t>(numbers - begin);
            sort_part(numbers, entries.end(), first > nans ? first - nans : 0, std::greater<T>());
        } else {
            auto const nans = std::stable_partition(begin, entries.end(), is_number);
            sort_part(begin, nans, first, std::less<T>());
        }
        std::transform(
            begin, entries.end(), order + row * length, [](entry const& e) { return e.index; });
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
