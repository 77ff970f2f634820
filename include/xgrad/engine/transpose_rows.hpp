#pragma once

#include <xgrad/engine/fold.hpp>
#include <xgrad/simd/interleave.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

// Short rows as columns.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// As many registers as one has lanes, as columns. An index in all their elements together has as
/// many bits for the register as for the lane, and each round of a perfect shuffle turns them by
/// one place: after half of them, the two have changed places.
template <std::size_t Left, class V, std::size_t Size>
XGRAD_ALWAYS_INLINE void transpose(std::array<V, Size>& registers)
{
    static_assert(Size == V::size);
    if constexpr (Left > 1) {
        auto const before = registers;
        unrolled<Size / 2>([&](auto k) {
            registers[2 * k] = first_halves(before[k], before[k + Size / 2]);
            registers[2 * k + 1] = second_halves(before[k], before[k + Size / 2]);
        });
        transpose<Left / 2>(registers);
    }
}

/// Rows of so many elements, which begin so far apart.
template <class T>
struct rows_at
{
    T* first;
    std::size_t stride;
};

/// Element i of row r goes to element r of column i; `readable` elements lie behind the first one
/// of the rows. (Measured with `logsumexp` of 1,000 rows of 10 floats on a Zen 4, µs: element by
/// element 10.1, in registers 6.7. Of rows of two or three elements, most of a register is for
/// nothing.)
template <class T>
XGRAD_NOINLINE void transpose_rows(
    rows_at<T const> from,
    std::size_t rows,
    std::size_t length,
    std::size_t readable,
    rows_at<T> columns)
{
    using V = simd::batch<T>;
    constexpr auto width = V::size;
    std::size_t row = 0;
    // Of the last rows, a register that is longer would reach behind them all.
    for (; length > 3 && row + width <= rows && (row + width - 1) * from.stride + width <= readable;
         row += width) {
        for (std::size_t i = 0; i < length; i += width) {
            // What is left of long ones is taken with elements that have been moved already.
            auto const first = length < width ? 0 : std::min(i, length - width);
            auto const* const x = from.first + row * from.stride + first;
            std::array<V, width> tile;
            unrolled<width>([&](auto k) { tile[k] = V::load(x + k * from.stride); });
            transpose<width>(tile);
            auto* const to = columns.first + first * columns.stride + row;
            unrolled<width>([&](auto k) {
                if (first + k < length) {
                    tile[k].store(to + k * columns.stride);
                }
            });
        }
    }
    for (; row < rows; ++row) {
        for (std::size_t i = 0; i < length; ++i) {
            columns.first[i * columns.stride + row] = from.first[row * from.stride + i];
        }
    }
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
