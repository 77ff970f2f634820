#pragma once

#include <xgrad/engine/block_reader.hpp>
#include <xgrad/tape/adjoints.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

// What a sweep by tiles remembers: which kernels run over a tile, and where their arguments lie.

namespace xgrad {
/// Elements of a tile: with the tiles of a few adjoints and the operands' elements it stays in
/// cache.
template <class T>
inline constexpr std::size_t tile_length = block_length<T>;

/// The lists of a tile sweep, which keep their memory from one sweep to the next.
struct tile_lists
{
    // Where an array of a kernel's arguments lies.
    enum class place : std::uint8_t
    {
        nowhere,
        array,  // moves on from tile to tile
        tile,   // the same memory for every tile
        uniform // a tile filled with one number
    };

    struct argument
    {
        void* array = nullptr;
        double number = 0;
        std::uint32_t tile = 0;
        place where = place::nowhere;

        static argument in_array(void* data) noexcept
        {
            return {.array = data, .where = place::array};
        }

        static argument in_tile(std::uint32_t i) noexcept
        {
            return {.tile = i, .where = place::tile};
        }

        static argument all(double number, std::uint32_t i) noexcept
        {
            return {.number = number, .tile = i, .where = place::uniform};
        }
    };

    struct step
    {
        block_kernels const* kernels;
        void const* scalars;
        std::size_t first;     // of its arguments: operands, adjoints, result, seed
        std::size_t first_sum; // of those that follow its kernel
    };

    // The adjoint of an operand of a single element: the sum of what its kernel leaves in a tile.
    struct sum
    {
        std::size_t argument;
        void* into;
        bool accumulate;
        std::size_t part; // elements that are summed before parts are merged
    };

    std::vector<step> steps;
    std::vector<sum> sums;
    std::vector<argument> arguments;
    std::vector<char> accumulate;          // one for each argument
    std::vector<std::uint32_t> tiles;      // per variable of the run: see adjoint_tiles
    std::vector<std::uint32_t> idle_tiles; // tiles whose adjoint has been used up
    std::vector<std::uint32_t> step_tiles; // tiles for the time of one step
    std::vector<body_pointer> released;    // adjoints that nothing reads after the run
};
} // namespace xgrad
