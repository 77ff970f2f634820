#pragma once

#include <xgrad/engine/parts_of_sum.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

// Statements over one index space that end in one number, together with their way back: for each
// tile of elements first all values, then all adjoints, so that neither is ever an array.

namespace xgrad {
struct chain_step
{
    block_kernels const* kernels;
    void const* scalars;
    std::size_t first; // of its arguments: operands, their adjoints, result, seed
};

/// What becomes of the last statement's values.
enum class chain_end : std::uint8_t
{
    number,         // there is only one
    sum,            // they are summed
    sum_in_one_pass // and their adjoints are computed with them
};

/// A chain, ready to run over arrays from outside, which it knows by number.
struct tile_chain
{
    struct array
    {
        std::size_t argument;
        std::uint32_t from;
    };

    /// A tile filled with the one element of an array.
    struct single
    {
        std::uint32_t tile;
        std::uint32_t from;
    };

    /// The adjoint of an operand that broadcasts: sums of what a kernel leaves in a tile.
    struct sum
    {
        std::size_t argument;
        std::uint32_t into;
        bool accumulate;
        summed_places places;
    };

    std::size_t size = 0;                 // of the index space
    std::vector<std::uint32_t> gradients; // inputs whose adjoints it leaves
    std::vector<chain_step> forward;
    std::vector<chain_step> backward;
    std::vector<std::uint32_t> tile_of; // every argument
    std::vector<char> accumulate;       // in every argument that is an adjoint
    std::uint32_t tiles = 0;
    std::vector<array> arrays;         // arguments that move on from tile to tile
    std::vector<array> gathered;       // arguments that do not lie in a row, or that broadcast
    std::vector<std::size_t> summands; // arguments whose tiles are one block, to be summed
    std::vector<single> singles;
    std::vector<std::uint32_t> seeds; // tiles filled with the adjoint that the way back starts from
    std::vector<sum> sums;
    std::size_t places = 0; // of the sums of all parts of all operands
    chain_end end = chain_end::number;
    chain_step last{};     // a summed expression; kernels null where a tensor is summed
    std::size_t value = 0; // the argument that holds the number
    bool divides_by_count = false;
    std::vector<std::size_t> scaled; // in one pass: arguments that are for a seed of one
    float cost = 0;                  // of one element, forward and backward, in nanoseconds

    /// Elements that are summed before what others have summed is added: those of the sum as a
    /// statement of its own.
    std::size_t sum_length() const noexcept
    {
        return accumulation_chunk(size, 1, last.kernels != nullptr ? last.kernels->cost : 0.1f);
    }

    /// Elements that one thread takes: a sum takes in long chunks, of statements that cost more
    /// each thread has a few blocks; and whole parts of sums.
    std::size_t chunk_length() const noexcept
    {
        std::size_t longest = 0;
        for (auto const& one : sums) {
            longest = std::max(longest, one.places.part);
        }
        return longest > 0 ? longest : vectorized::chunk_length(cost);
    }
};
} // namespace xgrad
