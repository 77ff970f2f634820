#pragma once

#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/engine/block_reader.hpp>
#include <xgrad/engine/parallel.hpp>
#include <xgrad/engine/streaming.hpp>

#include <bit>
#include <cstddef>

// The forward half of a statement: plain run-time code, compiled once for each compute type.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Elements of a chunk of work: whole blocks, about two microseconds, and (so that results
/// do not depend on the number of threads) a function of the statement alone.
inline std::size_t chunk_length(float cost) noexcept
{
    constexpr std::size_t longest = 32 * any_block_length;
    auto const elements = static_cast<std::size_t>(2000.0f / (cost + 0.05f));
    return std::min(longest, (elements / any_block_length + 1) * any_block_length);
}

inline std::size_t chunks_in(std::size_t size, std::size_t length) noexcept
{
    return (size + length - 1) / length;
}

inline constexpr std::size_t widest_register = 16; // elements

/// The fewest rows of a length that end where a register does. (Kernels read and write whole ones
/// from where a block begins.)
inline std::size_t rows_to_a_register(std::size_t length) noexcept
{
    return widest_register >> std::countr_zero(length | widest_register);
}
} // namespace vectorized

/// The values of an expression, into the dense body `out` of any element type.
template <class T>
void compute_values(
    block_kernels const& kernels, loop_plan const& p, T const* scalars, tensor_body& out)
{
    bool const converts = out.type != type_of<T>;
    auto const length = vectorized::chunk_length(kernels.cost);
    for_each_chunk(
        vectorized::chunks_in(p.size, length),
        static_cast<double>(p.size) * kernels.cost,
        [&](std::size_t chunk) {
            block_reader<T> reader(p);
            scratch_memory converted(converts ? block_length<T> * sizeof(T) : 0);
            result_blocks<T> const blocks(converts ? 0 : p.size, kernels.cost);
            auto const end = std::min(p.size, (chunk + 1) * length);
            bool const in_place = !converts && !blocks.streams();
            auto const row = in_place ? reader.row() : 0;
            auto const step = row > 0 ? block_length<T> - 2 * vectorized::widest_register
                : in_place            ? reader.longest()
                                      : block_length<T>;
            for (std::size_t begin = chunk * length, count = 0; begin < end; begin += count) {
                count = std::min(step, end - begin);
                if (row > 0) {
                    // What is written behind a row the next one writes again; behind the last one,
                    // a register ends where the chunk does.
                    count = std::min(count, row - begin % row);
                    if (begin + padded_bytes(count * sizeof(T)) / sizeof(T) > end) {
                        begin -= begin % vectorized::widest_register;
                        count = end - begin;
                    }
                }
                auto* const to = converts ? converted.as<T>() : out.elements<T>() + begin;
                auto* const values = converts ? to : blocks.place_of(to);
                kernels.values(
                    {.operands = reinterpret_cast<void const* const*>(reader.read(begin, count)),
                     .scalars = scalars,
                     .values = values,
                     .count = count,
                     .program = kernels.program});
                if (converts) {
                    unpack(to, count, out.type, out.data, begin);
                } else {
                    blocks.finish(to, count);
                }
            }
        });
}
} // namespace XGRAD_ARCHITECTURE

#if defined(XGRAD_COMPILED)
inline namespace XGRAD_ARCHITECTURE {
XGRAD_EXTERN template void
compute_values(block_kernels const&, loop_plan const&, double const*, tensor_body&);
XGRAD_EXTERN template void
compute_values(block_kernels const&, loop_plan const&, float const*, tensor_body&);
} // namespace XGRAD_ARCHITECTURE
#endif
} // namespace xgrad
