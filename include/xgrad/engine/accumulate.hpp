#pragma once

#include <xgrad/engine/columns.hpp>
#include <xgrad/engine/runs.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <limits>

// How many elements become one. An accumulator holds one or two state arrays, one place for every
// result, and takes in runs of elements that all go to one place (`run`), to neighbouring places
// (`each`), or, several rows of them, to the same neighbouring places (`columns`).

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
        auto const take_in = [&](auto const& folded) {
            for (std::size_t row = 0; row < count; ++row, x += length) {
                state[0][row] = Join{}(state[0][row], folded(x));
            }
        };
        if constexpr (vectorized::is_extreme<Join>) {
            take_in([&](T const* x) { return vectorized::extreme(x, length, identity, Join{}); });
        } else if (length == block_length<T>) {
            take_in([&](T const* x) { return vectorized::fold_block(x, identity, Join{}); });
        } else {
            take_in(
                [&](T const* x) { return vectorized::fold_short(x, length, identity, Join{}); });
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

/// A run may be as long as it likes: the order does not change the result.
template <class Accumulator>
concept takes_all_at_once = requires { requires Accumulator::takes_all_at_once; };

/// One of the states ends as the result: it may lie where that goes from the beginning.
template <class Accumulator>
concept accumulates_in_place = requires { Accumulator::result_state; };

/// Whole rows can be taken in together.
template <class Accumulator>
concept takes_rows = requires { &Accumulator::rows; };

/// Columns need not be started before they take in rows.
template <class Accumulator>
concept starts_by_itself = requires { &Accumulator::first_columns; };

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

/// Takes `count` consecutive elements of an index space into an accumulator whose places have
/// the given strides in that space (0 along the axes that are reduced). `is_first`: they are whole
/// rows, of columns that nothing has started.
template <class Accumulator, class T, std::size_t States>
void accumulate(
    Accumulator const& accumulator,
    std::array<T*, States> state,
    shape_type const& axes,
    strides_type const& strides,
    std::size_t begin,
    std::size_t count,
    T const* x,
    bool is_first = false)
{
    if (count == 0) {
        return; // of no elements, an axis may have none
    }
    auto const at = [&](std::size_t place) {
        auto moved = state;
        for (auto& s : moved) {
            s += place;
        }
        return moved;
    };
    if (axes.size() == 2 && strides[0] == 1 && strides[1] == 0) {
        constexpr auto longest = block_length<T>;
        static_assert(std::has_single_bit(longest));
        auto row = begin / axes[1];
        auto inside = begin % axes[1];
        if constexpr (takes_rows<Accumulator>) {
            // Rows of which none reaches into another block go together.
            bool const divides = axes[1] <= longest && std::has_single_bit(axes[1]);
            if (divides && inside == 0 && count % axes[1] == 0) {
                accumulator.rows(at(row), x, axes[1], count / axes[1]);
                return;
            }
        }
        for (std::size_t position = 0; position < count;) {
            auto most = count - position;
            if constexpr (!takes_all_at_once<Accumulator>) {
                // as if each block were taken in by a call of its own
                most = std::min(most, longest - position % longest);
            }
            if constexpr (takes_rows<Accumulator>) {
                if (auto const some = most / axes[1]; inside == 0 && some > 0) {
                    accumulator.rows(at(row), x + position, axes[1], some);
                    position += some * axes[1];
                    row += some;
                    continue;
                }
            }
            auto const length = std::min(most, axes[1] - inside);
            accumulator.run(at(row), x + position, length);
            position += length;
            inside += length;
            if (inside == axes[1]) {
                ++row;
                inside = 0;
            }
        }
        return;
    }
    if (axes.size() == 2 && strides[0] == 0 && strides[1] == 1) {
        auto const width = axes[1];
        auto const first = begin % width;
        auto const head = std::min(count, first == 0 ? 0 : width - first);
        auto const rows = (count - head) / width;
        if (head > 0) {
            accumulator.each(at(first), x, head);
        }
        if (is_first) {
            if constexpr (starts_by_itself<Accumulator>) {
                accumulator.first_columns(state, x, width, rows);
            }
        } else if (rows > 0) {
            accumulator.columns(state, x + head, width, rows);
        }
        if (auto const rest = count - head - rows * width; rest > 0) {
            accumulator.each(state, x + head + rows * width, rest);
        }
        return;
    }
    for_each_run(
        axes, strides, begin, count, [&](auto position, auto offset, auto length, auto stride) {
            auto at = state;
            for (auto& s : at) {
                s += offset;
            }
            if (stride == 0) {
                accumulator.run(at, x + position, length);
            } else {
                accumulator.each(at, x + position, length);
            }
        });
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
