#pragma once

#include <xgrad/engine/columns.hpp>
#include <xgrad/engine/fold_rows.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

// Accumulators that fold their elements: sums, and the largest and smallest elements.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Results that a state has; it may be where they go.
template <class T>
void copy_results(T const* from, std::size_t count, T* out)
{
    if (from != out) {
        std::copy_n(from, count, out);
    }
}
} // namespace vectorized

/// Folds with an associative operation; one state.
template <class T, class Join>
struct fold_accumulator
{
    static constexpr std::size_t states = 1;
    static constexpr std::size_t result_state = 0;
    static constexpr bool joins_in_pairs = !vectorized::is_extreme<Join>; // exact in any order
    static constexpr bool takes_all_at_once = vectorized::is_extreme<Join>;
    static constexpr bool joins_cheaply = true;
    static constexpr bool sums = std::same_as<Join, vectorized::add>;
    T identity;

    void start(std::array<T*, 1> state, std::size_t count) const
    {
        vectorized::fill_places(state[0], count, identity);
    }

    void run(std::array<T*, 1> state, T const* x, std::size_t count) const
    {
        if constexpr (vectorized::is_extreme<Join>) {
            *state[0] = Join{}(*state[0], vectorized::extreme(x, count, identity, Join{}));
        } else {
            *state[0] = Join{}(*state[0], folded(x, count));
        }
    }

    void first_run(std::array<T*, 1> state, T const* x, std::size_t count) const
    {
        *state[0] = folded(x, count);
    }

    /// A run to each of neighbouring places, short where longer ones are folded in halves.
    void rows(std::array<T*, 1> state, T const* x, std::size_t length, std::size_t count) const
    {
        if constexpr (vectorized::exact_join<Join>) {
            if (length < simd::batch<T>::size) {
                vectorized::for_short_rows(
                    x, length, count, [&](T const* part, std::size_t first, std::size_t some) {
                        columns({state[0] + first}, part, some, length);
                    });
                return;
            }
        }
        std::size_t row = 0;
        if (vectorized::are_folded_together<T>(length)) {
            row = vectorized::fold_together(state[0], x, length, count, identity, Join{});
            x += row * length;
        }
        auto const take_in = [&](auto const& folded) {
            for (; row < count; ++row, x += length) {
                state[0][row] = Join{}(state[0][row], folded(x));
            }
        };
        if constexpr (vectorized::is_extreme<Join>) {
            take_in(
                [&](T const* each) { return vectorized::extreme(each, length, identity, Join{}); });
        } else if (length == block_length<T>) {
            take_in([&](T const* each) { return vectorized::fold_block(each, identity, Join{}); });
        } else {
            take_in([&](T const* each) {
                return vectorized::fold_short(each, length, identity, Join{});
            });
        }
    }

    void each(std::array<T*, 1> state, T const* x, std::size_t count) const
    {
        vectorized::join_each(state[0], x, count, Join{});
    }

    void columns(std::array<T*, 1> state, T const* x, std::size_t width, std::size_t rows) const
    {
        vectorized::join_columns(state[0], x, width, rows, Join{});
    }

    void
    first_columns(std::array<T*, 1> state, T const* x, std::size_t width, std::size_t rows) const
    {
        auto const joined = vectorized::first_columns(state[0], x, width, rows, Join{});
        vectorized::join_columns(state[0], x + joined * width, width, rows - joined, Join{});
    }

    void merge(std::array<T*, 1> state, std::array<T*, 1> other, std::size_t count) const
    {
        if (count == 1) {
            *state[0] = Join{}(*state[0], *other[0]);
        } else {
            vectorized::join_each(state[0], other[0], count, Join{});
        }
    }

    void finish(std::array<T*, 1> state, T* out, std::size_t count) const
    {
        vectorized::copy_results(state[0], count, out);
    }

private:
    XGRAD_ALWAYS_INLINE T folded(T const* x, std::size_t count) const
    {
        return count == block_length<T> ? vectorized::fold_block(x, identity, Join{})
                                        : vectorized::fold(x, count, identity, Join{});
    }
};

template <class T>
inline constexpr fold_accumulator<T, vectorized::add> sum_accumulator{T(0)};
template <class T>
inline constexpr fold_accumulator<T, vectorized::larger> maximum_accumulator{
    std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                         : std::numeric_limits<T>::lowest()};
template <class T>
inline constexpr fold_accumulator<T, vectorized::smaller> minimum_accumulator{
    std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                         : std::numeric_limits<T>::max()};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
