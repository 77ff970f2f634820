#pragma once

#include <xgrad/engine/compute.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

// Several statements over one shape, together: each for a tile of elements before the next tile,
// so that what one computes and only the others read stays in cache, and is never an array.

namespace xgrad {
/// Where an operand or a result of such a statement lies.
struct tile_argument
{
    enum class kind : std::uint8_t
    {
        array, // moves on from tile to tile
        tile,  // the same memory for every tile
        single // a tile filled with one element
    };

    kind what;
    void* elements = nullptr; // not of a tile
    std::uint32_t tile = 0;   // not of an array
};

struct tile_step
{
    block_kernels const* kernels;
    void const* scalars;
    std::size_t first; // of its arguments: the operands, then the result
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
template <class T>
void run_tiles_of_chunk(
    std::span<tile_step const> steps,
    std::span<tile_argument const> arguments,
    std::uint32_t tiles,
    std::size_t begin,
    std::size_t end)
{
    scratch_memory memory(tiles * block_length<T> * sizeof(T));
    scratch_memory table(arguments.size() * sizeof(void*));
    auto* const at = table.as<void*>();
    for (std::size_t k = 0; k < arguments.size(); ++k) {
        auto const& a = arguments[k];
        if (a.what == tile_argument::kind::array) {
            at[k] = static_cast<T*>(a.elements) + begin;
            continue;
        }
        auto* const tile = memory.as<T>() + a.tile * block_length<T>;
        at[k] = tile;
        if (a.what == tile_argument::kind::single) {
            xgrad::detail::fill_run(*static_cast<T const*>(a.elements), tile, block_length<T>);
        }
    }
    for (; begin < end; begin += block_length<T>) {
        for (auto const& step : steps) {
            step.kernels->values(
                {.operands = at + step.first,
                 .scalars = step.scalars,
                 .values = at[step.first + step.kernels->leaves.size()],
                 .count = std::min(block_length<T>, end - begin),
                 .program = step.kernels->program});
        }
        for (std::size_t k = 0; k < arguments.size(); ++k) {
            if (arguments[k].what == tile_argument::kind::array) {
                at[k] = static_cast<T*>(at[k]) + block_length<T>;
            }
        }
    }
}
} // namespace vectorized

/// Runs the steps, in order, over `size` elements. Every value is bitwise what it is statement by
/// statement, for kernels give an element one value wherever it lies.
template <class T>
void run_tiles(
    std::span<tile_step const> steps,
    std::span<tile_argument const> arguments,
    std::uint32_t tiles,
    std::size_t size)
{
    float cost = 0;
    for (auto const& step : steps) {
        cost += step.kernels->cost;
    }
    auto const length = vectorized::chunk_length(cost);
    for_each_chunk(
        vectorized::chunks_in(size, length),
        static_cast<double>(size) * cost,
        [&](std::size_t chunk) {
            vectorized::run_tiles_of_chunk<T>(
                steps, arguments, tiles, chunk * length, std::min(size, (chunk + 1) * length));
        });
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
