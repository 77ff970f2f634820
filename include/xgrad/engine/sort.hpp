#pragma once

#include <xgrad/base/scratch_memory.hpp>
#include <xgrad/engine/parallel.hpp>
#include <xgrad/engine/short_orders.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

// Orders of rows. A NaN is larger than any number.

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

/// Puts the first of a row's entries in order; NaNs are larger than any number.
template <class T>
void sort_entries(std::span<indexed_element<T>> entries, std::size_t first, bool largest_first)
{
    auto const begin = entries.begin();
    auto const is_number = [](auto const& e) { return !is_nan(e.value); };
    auto const sort_part = [&](auto from, auto to, std::size_t wanted, auto const& before) {
        auto const less = before_of_entries(before);
        if (wanted < static_cast<std::size_t>(to - from)) {
            std::partial_sort(from, from + static_cast<std::ptrdiff_t>(wanted), to, less);
        } else {
            std::sort(from, to, less);
        }
    };
    bool const numbers_only = std::all_of(begin, entries.end(), is_number);
    if (largest_first) {
        auto const numbers = numbers_only
            ? begin
            : std::stable_partition(begin, entries.end(), std::not_fn(is_number));
        auto const nans = static_cast<std::size_t>(numbers - begin);
        sort_part(numbers, entries.end(), first > nans ? first - nans : 0, std::greater<T>());
    } else {
        auto const nans =
            numbers_only ? entries.end() : std::stable_partition(begin, entries.end(), is_number);
        sort_part(begin, nans, first, std::less<T>());
    }
}

/// Calls f(first, count) for parts of some rows that are worth a chunk each.
template <class F>
void for_each_part_of_rows(std::size_t rows, std::size_t length, double nanoseconds, F const& f)
{
    constexpr std::size_t few = 1024; // elements of a part, at least
    auto const step = std::max<std::size_t>(1, few / std::max<std::size_t>(1, length));
    auto const work = nanoseconds * static_cast<double>(rows * length);
    for_each_chunk((rows + step - 1) / step, work, [&](std::size_t chunk) {
        f(chunk * step, std::min(step, rows - chunk * step));
    });
}
} // namespace detail

inline namespace XGRAD_ARCHITECTURE {
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
    detail::for_each_part_of_rows(rows, length, 20, [&](std::size_t begin, std::size_t count) {
        auto const* const part = x + begin * length;
        auto* const to = order + begin * length;
        if (vectorized::order_as_columns<T>(count, length)) {
            vectorized::for_short_orders(
                part,
                count,
                length,
                largest_first,
                [&](std::size_t row, std::size_t some, std::int64_t const* orders) {
                    std::copy_n(orders, some * length, to + row * length);
                });
            return;
        }
        scratch_memory const memory(length * sizeof(detail::indexed_element<T>));
        for (std::size_t row = 0; row < count; ++row) {
            auto const elements = std::span(part + row * length, length);
            auto const entries = detail::indexed_elements(elements, memory);
            detail::sort_entries(entries, first, largest_first);
            std::transform(entries.begin(), entries.end(), to + row * length, [](auto const& e) {
                return e.index;
            });
        }
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
    detail::for_each_part_of_rows(rows, length, 10, [&](std::size_t begin, std::size_t count) {
        auto const* const part = x + begin * length;
        auto* to = found + begin * places.size();
        if (vectorized::order_as_columns<T>(count, length)) {
            vectorized::for_short_orders(
                part,
                count,
                length,
                false,
                [&](std::size_t row, std::size_t some, std::int64_t const* order) {
                    for (; some > 0; --some, ++row, order += length) {
                        auto const last = order[length - 1];
                        bool const some_nan =
                            detail::is_nan(part[row * length + static_cast<std::size_t>(last)]);
                        for (auto const place : places) {
                            *to++ = some_nan ? last : order[place];
                        }
                    }
                });
            return;
        }
        scratch_memory const memory(length * sizeof(detail::indexed_element<T>));
        for (std::size_t row = 0; row < count; ++row, to += places.size()) {
            auto const elements = std::span(part + row * length, length);
            auto const nan = std::find_if(elements.rbegin(), elements.rend(), detail::is_nan<T>);
            if (nan != elements.rend()) {
                std::fill_n(to, places.size(), elements.rend() - nan - 1);
                continue;
            }
            auto const entries = detail::indexed_elements(elements, memory);
            detail::select_entries(entries.data(), 0, length, places, to);
        }
    });
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
