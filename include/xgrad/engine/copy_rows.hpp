#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/base/shape.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <type_traits>

// Runs and rows of a strided array into contiguous memory. Elements are moved as so many bytes: a
// double and an int64 are one function.

namespace xgrad {
/// The rows that a transposed array is read in at a time: a cache line of doubles.
inline constexpr std::size_t transposed_rows = 8;

namespace detail {
template <std::size_t Bytes>
using element_of_size = std::conditional_t<
    Bytes == 8,
    std::uint64_t,
    std::conditional_t<Bytes == 4, std::uint32_t, std::uint8_t>>;

inline constexpr std::size_t widest_move = 64;

/// So many bytes of the same element.
template <std::size_t Bytes, std::size_t Width>
XGRAD_ALWAYS_INLINE auto repeated_element(std::byte const* from) noexcept
{
    element_of_size<Bytes> element;
    std::memcpy(&element, from, Bytes);
    std::array<element_of_size<Bytes>, Width / Bytes> all;
    for (auto& each : all) {
        each = element;
    }
    return all;
}

/// Writes an element `count` times. (The last move writes some of them once more.)
template <std::size_t Bytes>
void repeat_element(std::byte const* from, std::byte* to, std::size_t count)
{
    constexpr auto width = widest_move;
    auto const all = repeated_element<Bytes, width>(from);
    auto const bytes = count * Bytes;
    if (bytes < width) {
        for (std::size_t i = 0; i < count; ++i) {
            std::memcpy(to + i * Bytes, all.data(), Bytes);
        }
        return;
    }
    for (std::size_t done = 0; done + width <= bytes; done += width) {
        std::memcpy(to + done, all.data(), width);
    }
    std::memcpy(to + bytes - width, all.data(), width);
}

template <class T>
void fill_run(T value, T* to, std::size_t count)
{
    auto const* const from = reinterpret_cast<std::byte const*>(&value);
    repeat_element<sizeof(T)>(from, reinterpret_cast<std::byte*>(to), count);
}

template <std::size_t Bytes>
void copy_run(std::byte const* from, std::ptrdiff_t stride, std::byte* to, std::size_t count)
{
    if (stride == 1) {
        std::memcpy(to, from, count * Bytes);
        return;
    }
    if (stride == 0) {
        repeat_element<Bytes>(from, to, count);
        return;
    }
    auto const step = stride * static_cast<std::ptrdiff_t>(Bytes);
    for (std::size_t i = 0; i < count; ++i, from += step) {
        std::memcpy(to + i * Bytes, from, Bytes);
    }
}

/// Copies at least `Width` bytes by moves of so many, of which the last overlaps the one before.
template <std::size_t Width>
XGRAD_ALWAYS_INLINE void copy_bytes(std::byte const* from, std::byte* to, std::size_t bytes)
{
    for (std::size_t done = 0; done + Width < bytes; done += Width) {
        std::memcpy(to + done, from + done, Width);
    }
    std::memcpy(to + bytes - Width, from + bytes - Width, Width);
}

template <std::size_t Width>
void copy_rows_within(
    std::byte const* from,
    std::ptrdiff_t from_step,
    std::byte* to,
    std::ptrdiff_t to_step,
    std::size_t count,
    std::size_t bytes)
{
    for (std::size_t row = 0; row < count; ++row, from += from_step, to += to_step) {
        copy_bytes<Width>(from, to, bytes);
    }
}

/// Some rows of an array: distances are in elements.
struct strided_rows
{
    std::byte const* from;
    std::size_t count;
    std::ptrdiff_t row_stride;
    std::size_t length; // of each
    std::ptrdiff_t stride;
};

/// Rows whose neighbours along a column are closer to each other than those along a row: read in
/// bands of a few rows, so that a cache line is used as a whole.
template <std::size_t Bytes>
void copy_transposed(strided_rows const& rows, std::byte* to)
{
    auto const& [from, count, row_stride, length, stride] = rows;
    constexpr auto bytes = static_cast<std::ptrdiff_t>(Bytes);
    // Measured out of cache, with columns that are a page apart: a third less time than without
    // asking for the columns, and another third for asking for the lines that are written, too.
    constexpr std::ptrdiff_t ahead = 64;
    bool const share_lines = std::abs(stride) * bytes < ahead;
    for (std::size_t row = 0; row < count; row += transposed_rows) {
        auto const band = std::min(transposed_rows, count - row);
        auto const* column = from + static_cast<std::ptrdiff_t>(row) * row_stride * bytes;
        auto* const out = to + row * length * Bytes;
        if (share_lines) { // which come by themselves, and then stay for the other rows
            for (std::size_t i = 0; i < length; i += ahead, column += ahead * stride * bytes) {
                auto const some = std::min<std::size_t>(ahead, length - i);
                for (std::size_t r = 0; r < band; ++r) {
                    auto const* const first =
                        column + static_cast<std::ptrdiff_t>(r) * row_stride * bytes;
                    copy_run<Bytes>(first, stride, out + (r * length + i) * Bytes, some);
                }
            }
            continue;
        }
        for (std::size_t i = 0; i < length; ++i, column += stride * bytes) {
            XGRAD_PREFETCH(column + ahead * stride * bytes);
            XGRAD_PREFETCH_TO_WRITE(out + ((i % transposed_rows) * length + i + ahead) * Bytes);
            auto const* element = column;
            for (std::size_t r = 0; r < band; ++r, element += row_stride * bytes) {
                std::memcpy(out + (r * length + i) * Bytes, element, Bytes);
            }
        }
    }
}

/// Rows of at most this many bytes are short: a call for each would cost as much as its elements.
inline constexpr std::size_t short_row_bytes = 512;

/// Short rows of neighbours (`stride` 1) or of one element each (0), by moves of `Width` bytes:
/// what a row writes too much the next one writes again. Narrow moves are for rows of one move.
template <std::size_t Bytes, std::size_t Width>
void copy_rows_of_width(strided_rows const& rows, std::byte* to)
{
    auto [from, count, row_stride, length, stride] = rows;
    auto const bytes = length * Bytes;
    auto const moves = Width < widest_move ? 1 : (bytes + Width - 1) / Width;
    auto const width = moves * (Width / Bytes); // elements that are moved
    auto const step = row_stride * static_cast<std::ptrdiff_t>(Bytes);
    // Those behind which there are enough places, and elements to read.
    auto wide = count * length >= width ? (count * length - width) / length + 1 : 0;
    std::size_t first = 0;
    std::byte copy[short_row_bytes + widest_move];
    if (stride == 1 && row_stride == 0) {
        from = static_cast<std::byte const*>(std::memcpy(copy, from, bytes)); // behind it is room
    } else if (stride == 1 && row_stride > 0) {
        auto const reach = static_cast<std::ptrdiff_t>(count - 1) * row_stride +
            static_cast<std::ptrdiff_t>(length) - static_cast<std::ptrdiff_t>(width);
        wide = reach < 0 ? 0 : std::min(wide, static_cast<std::size_t>(reach / row_stride) + 1);
    } else if (stride == 1) { // behind the first row is nothing
        auto const apart = static_cast<std::size_t>(-row_stride);
        first = std::min((width - length + apart - 1) / apart, count);
    }
    std::size_t row = 0;
    for (; row < first; ++row, from += step, to += bytes) {
        copy_run<Bytes>(from, stride, to, length);
    }
    if (stride == 0) {
        for (; row < wide; ++row, from += step, to += bytes) {
            auto const all = repeated_element<Bytes, Width>(from);
            for (std::size_t i = 0; i < moves; ++i) {
                std::memcpy(to + i * Width, all.data(), Width);
            }
        }
    } else {
        for (; row < wide; ++row, from += step, to += bytes) {
            for (std::size_t i = 0; i < moves; ++i) {
                std::memcpy(to + i * Width, from + i * Width, Width);
            }
        }
    }
    for (; row < count; ++row, from += step, to += bytes) {
        copy_run<Bytes>(from, stride, to, length);
    }
}

/// Rows of so many elements (0: any number) that do not lie one after the other.
template <std::size_t Bytes, std::size_t Length>
void copy_rows_of_elements(strided_rows const& rows, std::byte* to)
{
    auto const length = Length > 0 ? Length : rows.length;
    auto const step = rows.stride * static_cast<std::ptrdiff_t>(Bytes);
    auto const row_step = rows.row_stride * static_cast<std::ptrdiff_t>(Bytes);
    auto const* from = rows.from;
    for (std::size_t row = 0; row < rows.count; ++row, from += row_step) {
        auto const* element = from;
        for (std::size_t i = 0; i < length; ++i, element += step, to += Bytes) {
            std::memcpy(to, element, Bytes);
        }
    }
}

template <std::size_t Bytes>
void copy_short_rows(strided_rows const& rows, std::byte* to)
{
    bool const apart = rows.stride != 0 && rows.stride != 1;
    auto const copy = apart && rows.length == 2 ? copy_rows_of_elements<Bytes, 2>
        : apart && rows.length == 3             ? copy_rows_of_elements<Bytes, 3>
        : apart && rows.length == 4             ? copy_rows_of_elements<Bytes, 4>
        : apart                                 ? copy_rows_of_elements<Bytes, 0>
        : rows.length * Bytes <= 16             ? copy_rows_of_width<Bytes, 16>
        : rows.length * Bytes <= 32             ? copy_rows_of_width<Bytes, 32>
                                                : copy_rows_of_width<Bytes, widest_move>;
    copy(rows, to);
}

template <std::size_t Bytes>
bool are_short_rows(shape_type const& axes) noexcept
{
    return axes.size() > 1 && axes.back() * Bytes <= short_row_bytes;
}
} // namespace detail
} // namespace xgrad
