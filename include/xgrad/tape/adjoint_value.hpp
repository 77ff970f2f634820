#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/block_reader.hpp>
#include <xgrad/engine/parallel.hpp>
#include <xgrad/engine/scale.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

// The adjoint of one variable, and the arithmetic of adjoints that are arrays.

namespace xgrad {
/// An adjoint: an array, or (of a seed of ones, below a sum) one number for all elements, or an
/// array that the tape keeps times a number.
struct adjoint_value
{
    // Of an array that nobody but the sweep has seen: its elements, which may be overwritten. They
    // are the body's, or (without one) a few in the block.
    void* elements = nullptr;
    body_pointer body;
    double number = 0;
    bool is_uniform = false;       // no array: the number
    bool is_scaled = false;        // the body times the number, not yet multiplied
    void* block = nullptr;         // for a few elements, once that has been needed
    adjoint_value* next = nullptr; // see adjoint_table

    bool is_few() const noexcept { return elements != nullptr && !body; }

    void empty() noexcept
    {
        elements = nullptr;
        body = {};
        number = 0;
        is_uniform = false;
        is_scaled = false;
    }
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Calls f(begin, count) for parts of so many elements, on all cores.
template <class F>
void for_each_part(std::size_t size, F&& f)
{
    constexpr auto length = 16 * any_block_length;
    for_each_chunk((size + length - 1) / length, 0.2 * static_cast<double>(size), [&](auto chunk) {
        auto const begin = chunk * length;
        f(begin, std::min(length, size - begin));
    });
}

/// into += from, of dense bodies of one type, on all cores.
template <class T>
void add_to(tensor_body& into, tensor_body const& from)
{
    for_each_part(into.size, [&](std::size_t begin, std::size_t count) {
        join_each(into.elements<T>() + begin, from.elements<T const>() + begin, count, add{});
    });
}

/// into = g * unit, or into += it, of dense bodies, on all cores.
template <class T>
void scale(tensor_body& into, tensor_body const& unit, T g, bool accumulate)
{
    for_each_part(into.size, [&](std::size_t begin, std::size_t count) {
        scale(into.elements<T>() + begin, unit.elements<T const>() + begin, count, g, accumulate);
    });
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
