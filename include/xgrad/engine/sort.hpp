#pragma once

#include <xgrad/base/scratch_memory.hpp>
#include <xgrad/engine/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

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

/// An element with its place in the row: no look-up per comparison.
template <class T>
struct indexed_element
{
    T value;
    std::int64_t index;
};

template <class T>
std::span<indexed_element<T>> indexed_elements(std::span<T const> row, scratch_memory const& memory)
{
    auto* const entries = memory.as<indexed_element<T>>();
    for (std::size_t i = 0; i < row.size(); ++i) {
        entries[i] = {row[i], static_cast<std::int64_t>(i)};
    }
    return {entries, row.size()};
}

/// Equal elements keep their order: of two entries one always comes before the other.
template <class Before>
auto before_of_entries(Before const& before)
{
    return [before](auto const& a, auto const& b) {
        return before(a.value, b.value) || (a.value == b.value && a.index < b.index);
    };
}

/// Finds the entries of these places, which lie within [begin, end): those on either side of the
/// middle one are looked for among the entries on that side.
template <class T>
void select_entries(
    indexed_element<T>* entries,
    std::size_t begin,
    std::size_t end,
    std::span<std::size_t const> places,
    std::int64_t* found)
{
    if (places.empty()) {
        return;
    }
    auto const middle = places.size() / 2;
    auto const place = places[middle];
    std::nth_element(
        entries + begin, entries + place, entries + end, before_of_entries(std::less<T>()));
    found[middle] = entries[place].index;
    select_entries(entries, begin, place, places.first(middle), found);
    select_entries(entries, place + 1, end, places.subspan(middle + 1), found + middle + 1);
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
    using entry = detail::indexed_element<T>;
    auto const work = 20 * static_cast<double>(rows * length);
    for_each_chunk(rows, work, [&](auto row) {
        scratch_memory const memory(length * sizeof(entry));
        auto const entries = detail::indexed_elements(std::span(x + row * length, length), memory);
        auto const begin = entries.begin();
        auto const is_number = [](entry const& e) { return !detail::is_nan(e.value); };
        auto const is_not = [](entry const& e) { return detail::is_nan(e.value); };
        auto const sort_part = [&](auto from, auto to, std::size_t wanted, auto const& before) {
            auto const less = detail::before_of_entries(before);
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

/// The indices of the elements that have these places, in ascending order, among every row's sorted
/// ones: `found` has rows of as many. Of a row with a NaN all of them are that of its last NaN.
template <class T>
void select_in_rows(
    T const* x,
    std::size_t rows,
    std::size_t length,
    std::span<std::size_t const> places,
    std::int64_t* found)
{
    auto const work = 10 * static_cast<double>(rows * length);
    for_each_chunk(rows, work, [&](auto row) {
        auto const* const element = x + row * length;
        auto* const to = found + row * places.size();
        for (std::size_t i = length; i-- > 0;) {
            if (detail::is_nan(element[i])) {
                std::fill_n(to, places.size(), static_cast<std::int64_t>(i));
                return;
            }
        }
        scratch_memory const memory(length * sizeof(detail::indexed_element<T>));
        auto const entries = detail::indexed_elements(std::span(element, length), memory);
        detail::select_entries(entries.data(), 0, length, places, to);
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
