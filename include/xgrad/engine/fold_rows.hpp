#pragma once

#include <xgrad/engine/fold.hpp>
#include <xgrad/simd/interleave.hpp>

#include <array>
#include <cstddef>
#include <utility>

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

/// Joins each of such rows to one register.
template <class Join, class T, class V, std::size_t Rows>
XGRAD_ALWAYS_INLINE void
fold_to_registers(std::array<V, Rows>& rows, T const* x, std::size_t length, T identity, Join join)
{
    for (auto& joined : rows) {
        joined = joined_register(x, length, identity, join);
        x += length;
    }
}

/// Their extremes: as in `extreme`, the sums say whether an element may be NaN.
template <class Join, class T, class V, std::size_t Rows>
    requires(std::floating_point<T> && is_extreme<Join>)
XGRAD_ALWAYS_INLINE void
fold_to_registers(std::array<V, Rows>& rows, T const* x, std::size_t length, T identity, Join join)
{
    V sum(0);
    auto const last = length - V::size; // some elements once more: an extreme does not mind
    for (std::size_t k = 0; k < Rows; ++k) {
        auto const* const row = x + k * length;
        auto most = V::load_once(row + last);
        sum = sum + most;
        for (std::size_t i = 0; i < last; i += V::size) {
            auto const element = V::load_once(row + i);
            most = number_of<Join>{}(most, element);
            sum = sum + element;
        }
        rows[k] = most;
    }
    if (!all(sum == sum)) {
        for (auto& joined : rows) {
            joined = joined_register(x, length, identity, join);
            x += length;
        }
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
        fold_to_registers(rows, x, length, identity, join);
        fold_lanes_of_each<V::size>(rows, join);
        x += V::size * length;
        join(V::load(into + row), rows[0]).store(into + row);
    }
    return row;
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
