#pragma once

#include <xgrad/simd/bits.hpp>

#include <array>
#include <bit>
#include <type_traits>
#include <utility>

// Tables in memory. Lanes are read one by one, where one instruction for all of them does not exist
// or is no quicker: with AVX-512 it is, with AVX2 it is not.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
template <class T>
inline constexpr bool has_quick_gather = sizeof(batch<T>) == 64 && sizeof(T) == 8;

/// A row of a table for each lane.
template <class T>
struct table_rows
{
    using bits = typename format<T>::bits;
    std::conditional_t<has_quick_gather<T>, bit_batch<T>, std::array<bits, batch<T>::size>> of_lane;
};

/// The rows whose numbers are the last bits of `shifted`; how many there are is a power of two.
template <std::size_t Rows, class T>
XGRAD_ALWAYS_INLINE table_rows<T> rows_at(batch<T> shifted) noexcept
{
    static_assert(std::has_single_bit(Rows));
    using bits = typename format<T>::bits;
    auto const last = to_bits<T>(shifted) & bit_batch<T>(bits{Rows - 1});
    if constexpr (has_quick_gather<T>) {
        return {last};
    } else {
        table_rows<T> rows;
        last.store_unaligned(rows.of_lane.data());
        return rows;
    }
}

/// A column of a table in these rows.
template <class T, std::size_t Rows>
XGRAD_ALWAYS_INLINE batch<T>
look_up(std::array<T, Rows> const& column, table_rows<T> const& rows) noexcept
{
    if constexpr (has_quick_gather<T>) {
        return batch<T>(detail::gather(column.data(), rows.of_lane));
    } else {
        return [&]<std::size_t... Lane>(std::index_sequence<Lane...>) {
            // In braces, which are a list of lanes for each version of xsimd.
            return batch<T>(xsimd::batch<T>{column[rows.of_lane[Lane]]...});
        }(std::make_index_sequence<batch<T>::size>{});
    }
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
