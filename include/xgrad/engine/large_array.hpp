#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/base/pool.hpp>
#include <xgrad/engine/block_length.hpp>

#include <cstddef>

// Arrays that no cache keeps from one use to the next, of which several loops read a piece in turn.

namespace xgrad {
inline constexpr bool is_large_array(std::size_t bytes) noexcept
{
    return bytes >= std::size_t{6} << 20;
}

/// Elements that loops over large arrays take in turn. A processor asks ahead for what one loop
/// reads, but within a page only; the pieces are so short that the loops' reads overlap. (Measured
/// with bench's (g) at 10⁶ on a Zen 5: value and gradient 10.7 ms; in such pieces 10.7, asked for
/// ahead 9.0. In cache such pieces cost 4 to 10 %.)
template <class T>
inline constexpr std::size_t piece_length = block_length<T> / 4;

/// Asks for what the loops read some pieces after this one. (Always inlined, and not to be called
/// by a function that does nothing else: GCC 12 leaves out calls of such a function, for it sees no
/// effect.)
template <class T>
XGRAD_ALWAYS_INLINE void prefetch_piece(T const* x) noexcept
{
    constexpr std::size_t pieces_ahead = 4;
    constexpr auto line = block_alignment / sizeof(T);
    for (std::size_t i = 0; i < piece_length<T>; i += line) {
        XGRAD_PREFETCH(x + pieces_ahead * piece_length<T> + i);
    }
}

/// Where several expensive functions (that cost 1 each) take turns over a few elements, results
/// come in bursts, and wait for the lines that they go to: these are asked for ahead. (Measured
/// with bench's (b) on a Zen 4, ns an element: at 3·10⁶ 2.92, asked for ahead 2.59; with AVX2 3.88
/// and 3.42. Behind one function alone nothing waits, and the adjoints of (c), several arrays at
/// once, take a seventh more.)
inline constexpr bool comes_in_bursts(std::size_t bytes, float cost) noexcept
{
    return cost >= 2 && is_large_array(bytes);
}

/// Asks for what is written some pieces after this one. (See prefetch_piece.)
template <class T>
XGRAD_ALWAYS_INLINE void prefetch_piece_to_write(T* x) noexcept
{
    constexpr std::size_t pieces_ahead = 2;
    constexpr auto line = block_alignment / sizeof(T);
    for (std::size_t i = 0; i < piece_length<T>; i += line) {
        XGRAD_PREFETCH_TO_WRITE(x + pieces_ahead * piece_length<T> + i);
    }
}
} // namespace xgrad
