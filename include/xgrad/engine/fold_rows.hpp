#pragma once

#include <xgrad/engine/fold.hpp>
#include <xgrad/simd/interleave.hpp>

#include <array>
#include <concepts>
#include <cstddef>

// Neighbouring rows, each joined to one number.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Joins the lanes of as many registers as one has: lane r is what `fold_lanes` makes of register r
/// alone, in the same order, with a fraction of its instructions.
template <std::size_t N, class Join, class V, std::size_t Size>
XGRAD_ALWAYS_INLINE void fold_lanes_of_each(std::array<V, Size>& registers, Join join)
{
    if constexpr (N > 1) {
        unrolled<N / 2>([&](auto k) {
            auto const& a = registers[k];
            auto const& b = registers[k + N / 2];
            registers[k] = join(first_halves(a, b), second_halves(a, b));
        });
        fold_lanes_of_each<N / 2>(registers, join);
    }
}

/// Rows of so many elements fill a register, and are short enough for their ends to matter.
template <class T>
bool are_folded_together(std::size_t length) noexcept
{
    constexpr auto width = simd::batch<T>::size;
    return length >= width && length <= fold_flight * width;
}

/// The extremes of rows of numbers, each in a register. False where the sum of their elements,
/// which is NaN if one of them is, does not say that they are numbers.
template <class Number, class T, class V, std::size_t Rows>
XGRAD_ALWAYS_INLINE bool
extremes_of_numbers(std::array<V, Rows>& rows, T const* x, std::size_t length)
{
    V sum(0);
    auto const last = length - V::size; // some elements once more: an extreme does not mind
    for (auto& most : rows) {
        most = V::load_once(x + last);
        sum = sum + most;
        for (std::size_t i = 0; i < last; i += V::size) {
            auto const element = V::load_once(x + i);
            most = Number{}(most, element);
            sum = sum + element;
        }
        x += length;
    }
    return all(sum == sum);
}

/// Joins each of such rows to one register.
template <class Join, class T, class V, std::size_t Rows>
XGRAD_ALWAYS_INLINE void
join_to_registers(std::array<V, Rows>& rows, T const* x, std::size_t length, T identity, Join join)
{
    if constexpr (std::floating_point<T> && is_extreme<Join>) {
        if (extremes_of_numbers<number_of<Join>>(rows, x, length)) {
            return;
        }
    }
    for (auto& joined : rows) {
        joined = joined_register(x, length, identity, join);
        x += length;
    }
}

/// Folds such rows into the places of their results, as many at a time as a register has lanes;
/// returns how many. `fold_short` gives the same for each. (Measured on a Zen 4 with 1,000 rows of
/// 16 floats, µs: their sums one by one 5.0, together 1.7; products 11.7 and 1.7.)
template <class Join, class T>
XGRAD_NOINLINE std::size_t
fold_together(T* into, T const* x, std::size_t length, std::size_t count, T identity, Join join)
{
    using V = simd::batch<T>;
    std::size_t row = 0;
    for (; row + V::size <= count; row += V::size) {
        std::array<V, V::size> rows;
        join_to_registers(rows, x, length, identity, join);
        fold_lanes_of_each<V::size>(rows, join);
        x += V::size * length;
        join(V::load(into + row), rows[0]).store(into + row);
    }
    return row;
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
