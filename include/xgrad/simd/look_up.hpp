#pragma once

#include <xgrad/simd/bits.hpp>

#include <array>
#include <bit>
#include <utility>

// Tables in memory. Lanes are read one by one: quicker than a gather on many machines, and there
// where an architecture has none.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
/// A row of a table for each lane.
template <class T>
struct table_rows
{
    std::array<typename format<T>::bits, batch<T>::size> of_lane;
};

/// The rows whose numbers are the last bits of `shifted`; how many there are is a power of two.
template <std::size_t Rows, class T>
XGRAD_ALWAYS_INLINE table_rows<T> rows_at(batch<T> shifted) noexcept
{
    static_assert(std::has_single_bit(Rows));
    using bits = typename format<T>::bits;
    table_rows<T> rows;
    auto const last = to_bits<T>(shifted) & bit_batch<T>(bits{Rows - 1});
    last.store_unaligned(rows.of_lane.data());
    return rows;
}

/// A column of a table in these rows.
template <class T, std::size_t Rows>
XGRAD_ALWAYS_INLINE batch<T>
look_up(std::array<T, Rows> const& column, table_rows<T> const& rows) noexcept
{
    return [&]<std::size_t... Lane>(std::index_sequence<Lane...>) {
        // In braces, which are a list of lanes for each version of xsimd.
        return batch<T>(xsimd::batch<T>{column[rows.of_lane[Lane]]...});
    }(std::make_index_sequence<batch<T>::size>{});
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
