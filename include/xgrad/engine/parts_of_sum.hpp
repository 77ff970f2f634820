#pragma once

#include <xgrad/engine/compute_reduction.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>

// The adjoint of an operand that was broadcast is a sum. Each part of the index space has a sum of
// its own; they are merged in pairs.

namespace xgrad {
/// Nanoseconds for the adjoints of an element, about.
inline float cost_of_adjoints(block_kernels const& kernels) noexcept
{
    return 2 * kernels.cost + 0.1f;
}

/// The elements of a part, of an operand that has so many places. They depend on the statement
/// alone, not on threads or on those with which it runs, and so does each bit of the sum. A power
/// of two: several statements' parts lie in the longest of them.
inline std::size_t
part_of_sum(std::size_t size, std::size_t places, block_kernels const& kernels) noexcept
{
    return std::bit_ceil(accumulation_chunk(size, places, cost_of_adjoints(kernels)));
}

/// How many parts there are.
inline std::size_t parts_in(std::size_t size, std::size_t part) noexcept
{
    return std::max<std::size_t>(1, vectorized::chunks_in(size, part));
}

inline namespace XGRAD_ARCHITECTURE {
/// Merges the sums of all parts into the first part's.
template <class T>
void merge_parts(T* parts, std::size_t count, std::size_t places)
{
    for (std::size_t step = 1; step < count; step *= 2) {
        for (std::size_t part = 0; part + step < count; part += 2 * step) {
            sum_accumulator<T>.merge(
                {parts + part * places}, {parts + (part + step) * places}, places);
        }
    }
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
