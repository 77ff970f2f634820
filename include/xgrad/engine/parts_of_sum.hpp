#pragma once

#include <xgrad/engine/compute_reduction.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <utility>

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

/// To which place of an operand each element of the index space belongs, and where the sums of its
/// parts are.
struct summed_places
{
    shape_type axes{}; // of the index space
    strides_type strides{};
    std::size_t count = 0;     // places
    std::size_t part = 0;      // elements that have a sum of their own
    std::size_t first_sum = 0; // of the first part, among those of all operands
};

/// Those of an operand of one shape, which is broadcast over another.
inline summed_places
places_of_sum(shape_type const& operand, shape_type const& space, block_kernels const& kernels)
{
    summed_places places;
    auto joined = joined_axes(operand, space);
    places.axes = std::move(joined.axes);
    places.strides = std::move(joined.strides);
    places.count = element_count(operand);
    places.part = part_of_sum(element_count(space), places.count, kernels);
    return places;
}

inline namespace XGRAD_ARCHITECTURE {
/// Adds elements [begin, begin + count), of one part, to its sums.
template <class T>
void add_to_parts(
    summed_places const& s, T* all, std::size_t begin, std::size_t count, T const* elements)
{
    auto* const sums = all + s.first_sum + begin / s.part * s.count;
    accumulate(
        sum_accumulator<T>, std::array<T*, 1>{sums}, s.axes, s.strides, begin, count, elements);
}

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

/// Merges the sums of all parts, of so many elements in all; returns them.
template <class T>
T* merge_parts(summed_places const& s, T* all, std::size_t size)
{
    auto* const sums = all + s.first_sum;
    merge_parts(sums, parts_in(size, s.part), s.count);
    return sums;
}

/// The sums of so many elements that lie there, block by block; `all` has room for those of all
/// parts.
template <class T>
T const* sums_of_places(summed_places const& s, T* all, std::size_t size, T const* elements)
{
    std::fill_n(all, parts_in(size, s.part) * s.count, T(0));
    for (std::size_t begin = 0; begin < size; begin += block_length<T>) {
        auto const some = std::min(block_length<T>, size - begin);
        add_to_parts(s, all, begin, some, elements + begin);
    }
    return merge_parts(s, all, size);
}

/// Stores sums, or adds them to what is there.
template <class T>
void store_sums(T const* sums, std::size_t count, T* to, bool accumulate)
{
    if (accumulate) {
        vectorized::join_each(to, sums, count, vectorized::add{});
    } else {
        std::copy_n(sums, count, to);
    }
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
