#pragma once

#include <xgrad/engine/block_reader.hpp>
#include <xgrad/tape/adjoints.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
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
    };

    std::vector<step> steps;
    std::vector<sum> sums;
    std::vector<argument> arguments;
    std::vector<char> accumulate;          // one for each argument
    std::vector<std::uint32_t> tiles;      // per variable of the run: its tile + 1; 0: none
    std::vector<std::uint32_t> idle_tiles; // tiles whose adjoint has been used up
    std::vector<std::uint32_t> step_tiles; // tiles for the time of one step
    std::vector<body_pointer> released;    // adjoints that nothing reads after the run
};

/// The shape over which an aligned statement runs, as its place in the tape's list: its result's,
/// and that of its largest operand where it is reduced.
inline std::uint32_t whole_shape(recording const& r, statement const& s) noexcept
{
    if (s.reduced == nullptr) {
        return r.variables()[s.result].shape;
    }
    auto const extent = [&](std::uint32_t shape) {
        return std::pair(r.variables().size_at(shape), r.variables().shape_at(shape).size());
    };
    auto whole = r.variables()[s.operands()[0].variable].shape;
    for (auto const& operand : s.operands()) {
        auto const shape = r.variables()[operand.variable].shape;
        whole = extent(shape) > extent(whole) ? shape : whole;
    }
    return whole;
}

/// Some statement in [first, end) has this operand.
inline bool
is_read(recording const& r, std::uint32_t variable, std::size_t first, std::size_t end) noexcept
{
    for (auto i = first; i < end; ++i) {
        for (auto const& operand : r.statements()[i].operands()) {
            if (operand.variable == variable) {
                return true;
            }
        }
    }
    return false;
}

/// The first of the statements before `end`, and not before `begin`, that can be swept together
/// with the last of them.
inline std::size_t first_of_run(recording const& r, std::size_t begin, std::size_t end) noexcept
{
    constexpr std::size_t longest = 256; // so that the lists of a run stay short
    auto const& statements = r.statements();
    auto const& last = statements[end - 1];
    auto const shape = whole_shape(r, last);
    auto first = end - 1;
    while (first > begin && end - first < longest) {
        auto const& s = statements[first - 1];
        if (s.aligned != operand_alignment::same || s.few != 0 ||
            s.kernels->compute != last.kernels->compute || whole_shape(r, s) != shape) {
            break;
        }
        // A reduction's adjoint is complete only after all tiles of those that read its result.
        if (s.reduced != nullptr && is_read(r, s.result, first, end)) {
            break;
        }
        --first;
    }
    return first;
}
} // namespace xgrad
