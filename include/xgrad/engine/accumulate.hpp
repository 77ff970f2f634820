#pragma once

#include <xgrad/engine/fold_accumulator.hpp>
#include <xgrad/engine/runs.hpp>

#include <array>
#include <bit>
#include <cstddef>

// How many elements become one. An accumulator holds one or two state arrays, one place for every
// result, and takes in runs of elements that all go to one place (`run`), to neighbouring places
// (`each`), or, several rows of them, to the same neighbouring places (`columns`).

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// A run may be as long as it likes: the order does not change the result.
template <class Accumulator>
concept takes_all_at_once = requires { requires Accumulator::takes_all_at_once; };

/// It adds, as the kernels that have a block's sum without its values.
template <class Accumulator>
concept sums_blocks = requires { requires Accumulator::sums; };

/// To join an element to a place costs next to nothing.
template <class Accumulator>
concept joins_cheaply = requires { requires Accumulator::joins_cheaply; };

/// One of the states ends as the result: it may lie where that goes from the beginning.
template <class Accumulator>
concept accumulates_in_place = requires { Accumulator::result_state; };

/// Whole rows can be taken in together.
template <class Accumulator>
concept takes_rows = requires { &Accumulator::rows; };

/// Columns need not be started before they take in rows.
template <class Accumulator>
concept starts_by_itself = requires { &Accumulator::first_columns; };

namespace vectorized {
/// Panels of the last two axes of three or more, where one of the two is reduced and the other is
/// that of neighbouring places: rows or columns. Those that are whole are taken in together.
struct panels_of_places
{
    std::size_t size = 0; // of one; 0: there are none
    bool of_columns = false;

    template <class Accumulator>
    static panels_of_places of(shape_type const& axes, strides_type const& strides)
    {
        auto const rank = axes.size();
        if (rank < 3) {
            return {};
        }
        bool const of_columns = strides[rank - 2] == 0 && strides[rank - 1] == 1;
        bool const of_rows =
            takes_rows<Accumulator> && strides[rank - 2] == 1 && strides[rank - 1] == 0;
        return {of_columns || of_rows ? axes[rank - 2] * axes[rank - 1] : 0, of_columns};
    }

    template <class Accumulator, class T, std::size_t States>
    void take_whole(
        Accumulator const& accumulator,
        std::array<T*, States> state,
        T const* x,
        shape_type const& shape) const
    {
        auto const rows = shape[shape.size() - 2];
        if (of_columns) {
            accumulator.columns(state, x, shape.back(), rows);
        } else if constexpr (takes_rows<Accumulator>) {
            accumulator.rows(state, x, shape.back(), rows);
        }
    }
};
} // namespace vectorized

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
    auto const at = [&](auto place) {
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
    auto const panels = vectorized::panels_of_places::of<Accumulator>(axes, strides);
    if (panels.size == 0) {
        for_each_run(
            axes, strides, begin, count, [&](auto position, auto offset, auto length, auto stride) {
                stride == 0 ? accumulator.run(at(offset), x + position, length)
                            : accumulator.each(at(offset), x + position, length);
            });
        return;
    }
    auto const inner = axes.size() - 2;
    auto const end = begin + count;
    auto const first = begin / panels.size;
    for_each_run(
        shape_type(axes.begin(), axes.begin() + inner),
        strides_type(strides.begin(), strides.begin() + inner),
        first,
        (end - 1) / panels.size - first + 1,
        [&](auto position, auto offset, auto number, auto stride) {
            auto place = (first + position) * panels.size;
            for (std::size_t i = 0; i < number; ++i, offset += stride, place += panels.size) {
                auto const from = std::max(begin, place);
                auto const to = std::min(end, place + panels.size);
                if (to - from == panels.size) {
                    panels.take_whole(accumulator, at(offset), x + (from - begin), axes);
                } else {
                    accumulate(
                        accumulator,
                        at(offset),
                        shape_type(axes.begin() + inner, axes.end()),
                        strides_type(strides.begin() + inner, strides.end()),
                        from - place,
                        to - from,
                        x + (from - begin));
                }
            }
        });
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
