#pragma once

#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/block_sums.hpp>
#include <xgrad/engine/compute.hpp>
#include <xgrad/engine/large_array.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

// An expression's values, block by block into an accumulator.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// The elements of a chunk when `places` results are accumulated: enough that the states of
/// all chunks take no more memory than a quarter of the operands, and (where there is work for
/// sixteen threads, or for one only) that joining them takes no more than a few percent of the
/// time.
inline std::size_t accumulation_chunk(std::size_t size, std::size_t places, float cost) noexcept
{
    constexpr std::size_t rows_of_one_thread = 64 * any_block_length;
    auto const least = std::max(vectorized::chunk_length(cost), (size + 255) / 256);
    auto const cheap = std::min(256 * places, std::max(size / 16, rows_of_one_thread));
    auto const wanted = std::max({least, 4 * places, places > 1 ? cheap : 0});
    return (wanted + any_block_length - 1) / any_block_length * any_block_length;
}

namespace vectorized {
/// What a reduction runs over, and where its results go: places with these strides in the index
/// space (0 along the reduced axes).
template <class T>
struct reduction_space
{
    block_kernels const* kernels; // null: the operand itself
    loop_plan const& reading;
    T const* scalars;
    shape_type const& axes;
    strides_type const& strides;

    /// Takes in the elements from `begin` to `end`, block by block. Places that are `empty` have
    /// not been started; whoever takes in whole rows of columns does without.
    template <class Accumulator, std::size_t States>
    void take_in(
        Accumulator const& accumulator,
        std::array<T*, States> state,
        std::size_t begin,
        std::size_t end,
        std::size_t empty = 0) const
    {
        auto const* const in_place = elements_in_place();
        if (in_place != nullptr &&
            (is_columns() || is_rows() ||
             panels_of_places::of<Accumulator>(axes, strides).size > 0)) {
            auto const count = end - begin;
            bool const is_first = start(accumulator, state, begin, count, empty);
            accumulate(accumulator, state, axes, strides, begin, count, in_place + begin, is_first);
            return;
        }
        block_reader<T> reader(reading);
        auto const step = is_columns()
            ? std::min(reader.longest(), longest_of_columns<Accumulator>())
            : block_length<T>;
        scratch_memory values(
            kernels != nullptr ? padded_bytes(std::min(step, reading.size) * sizeof(T)) : 0);
        pairs_of_blocks<T, Accumulator> pairs(accumulator);
        bool is_first = start(accumulator, state, begin, std::min(step, end - begin), empty);
        bool const single = is_single();
        bool const sums = single && kernels != nullptr && kernels->sum != nullptr;
        for (; begin < end; begin += step) {
            auto const count = std::min(step, end - begin);
            auto const* const operands = reader.read(begin, count);
            if constexpr (sums_blocks<Accumulator>) {
                if (sums && count == block_length<T>) {
                    auto const* const all = reinterpret_cast<void const* const*>(operands);
                    pairs.add_block({sum_of_block(*kernels, all, scalars, values.as<T>())});
                    continue;
                }
            }
            auto const* x = operands[0];
            if (kernels != nullptr) {
                x = values.as<T>();
                kernels->values(
                    {.operands = reinterpret_cast<void const* const*>(operands),
                     .scalars = scalars,
                     .values = values.as<T>(),
                     .count = count,
                     .program = kernels->program});
            }
            if constexpr (Accumulator::joins_in_pairs) {
                if (single) {
                    pairs.run(x, count);
                    continue;
                }
            }
            accumulate(accumulator, state, axes, strides, begin, count, x, is_first);
            is_first = false;
        }
        if constexpr (Accumulator::joins_in_pairs) {
            pairs.merge_into(state);
        }
    }

    /// Starts the `empty` places that have not been started; whether columns that can do without
    /// take in whole rows first.
    template <class Accumulator, std::size_t States>
    bool start(
        Accumulator const& accumulator,
        std::array<T*, States> const& state,
        std::size_t begin,
        std::size_t count,
        std::size_t empty) const
    {
        bool const by_itself = starts_by_itself<Accumulator> && empty > 0 && count > 0 &&
            is_columns() && begin % axes[1] == 0 && count >= axes[1];
        if (empty > 0 && !by_itself) {
            accumulator.start(state, empty);
        }
        return by_itself;
    }

    /// Elements of columns to take in at once: many rows, which are joined to one another; where to
    /// join them costs next to nothing, as many as the fastest cache holds. (Measured with sums of
    /// products of two arrays and of exponentials on a Zen 4, ns an element, many and few: of
    /// {1000, 64} 0.32 and 0.23, of {2000, 500} 0.40 and 0.33, 0.69 and 0.71; of {4000, 1000},
    /// which come from memory, 0.82 and 1.00, 1.07 and 0.80.)
    template <class Accumulator>
    std::size_t longest_of_columns() const noexcept
    {
        bool const is_cheap = kernels == nullptr || kernels->cost < 1;
        bool const is_large = is_large_array(reading.size * sizeof(T));
        return joins_cheaply<Accumulator> && is_cheap != is_large ? 2 * block_length<T>
                                                                  : reading.size;
    }

    /// The elements of an operand itself, where whole registers can be read of them.
    T const* elements_in_place() const noexcept
    {
        auto const& first = reading.operands[0];
        bool const some = kernels == nullptr && first.how == access_kind::direct && first.padded;
        return some ? static_cast<T const*>(first.data) : nullptr;
    }

    /// The places are those of a row.
    bool is_columns() const noexcept
    {
        return axes.size() == 2 && strides[0] == 0 && strides[1] == 1;
    }

    /// The places are those of a column.
    bool is_rows() const noexcept { return axes.size() == 2 && strides[0] == 1 && strides[1] == 0; }

    /// All elements go to one place.
    bool is_single() const noexcept
    {
        return std::all_of(strides.begin(), strides.end(), [](auto s) { return s == 0; });
    }

    /// Where the reduced axes come last: the fewest rows that end where a register does. 0 where a
    /// chunk of work cannot hold them.
    std::size_t fewest_rows(std::size_t chunk) const noexcept
    {
        if (!is_rows() || axes[1] == 0) {
            return 0;
        }
        auto const rows = rows_to_a_register(axes[1]);
        return rows * axes[1] <= chunk ? rows : 0;
    }
};

/// A few rows, all that there are, need no states for their columns.
template <class Accumulator>
concept takes_few_rows = requires { &Accumulator::few_rows; };

/// Rows: every chunk has its own, so that there is nothing to merge.
template <class T, class Accumulator>
void reduce_rows(
    reduction_space<T> const& space,
    Accumulator const& accumulator,
    std::size_t fewest,
    std::size_t chunk,
    double nanoseconds,
    T* out)
{
    constexpr auto states = Accumulator::states;
    auto const rows = space.axes[0];
    auto const length = space.axes[1];
    // What is not worth a second thread is one chunk.
    auto const some = nanoseconds > parallel_threshold ? chunk / (fewest * length) * fewest
                                                       : std::max<std::size_t>(1, rows);
    scratch_memory partial(states * rows * sizeof(T));
    auto state = states_at<T, states>(partial.template as<T>(), rows);
    if constexpr (accumulates_in_place<Accumulator>) {
        state[Accumulator::result_state] = out;
    }
    for_each_chunk(chunks_in(rows, some), nanoseconds, [&](std::size_t part) {
        auto const first = part * some;
        auto const last = std::min(rows, first + some);
        auto own = state;
        for (auto& s : own) {
            s += first;
        }
        accumulator.start(own, last - first);
        space.take_in(accumulator, state, first * length, last * length);
        accumulator.finish(own, out + first, last - first);
    });
}
} // namespace vectorized

/// Reduces the values of an expression into the `places` elements of `out`, which has the given
/// strides in the plan's shape (0 along the reduced axes). The order is fixed: chunks that
/// depend on the shapes alone, merged in pairs.
template <class T, class Accumulator>
void compute_reduction(
    block_kernels const* kernels,
    loop_plan const& p,
    T const* scalars,
    Accumulator const& accumulator,
    shape_type const& axes,
    strides_type const& strides,
    std::size_t places,
    T* out)
{
    constexpr auto states = Accumulator::states;
    auto const cost = kernels != nullptr ? kernels->cost : 0.1f;
    auto const work = static_cast<double>(p.size) * cost;
    vectorized::reduction_space<T> const space{kernels, p, scalars, axes, strides};
    auto const chunk = vectorized::chunk_length(cost);
    if (auto const fewest = space.fewest_rows(chunk); fewest != 0) {
        vectorized::reduce_rows(space, accumulator, fewest, chunk, work, out);
        return;
    }
    auto const length = accumulation_chunk(p.size, places, cost);
    auto const chunks = std::max<std::size_t>(1, vectorized::chunks_in(p.size, length));
    if constexpr (vectorized::takes_few_rows<Accumulator>) {
        auto const* const x = space.elements_in_place();
        if (x != nullptr && space.is_columns() && p.size > 0 && chunks == 1 &&
            axes[0] <= vectorized::rows_at_once) {
            accumulator.few_rows(x, axes[1], axes[0], out);
            return;
        }
    }
    scratch_memory partial(chunks * states * places * sizeof(T));
    auto const state = [&](std::size_t which) {
        auto own = vectorized::states_at<T, states>(
            partial.template as<T>() + which * states * places, places);
        if constexpr (accumulates_in_place<Accumulator>) {
            if (which == 0) {
                own[Accumulator::result_state] = out;
            }
        }
        return own;
    };
    for_each_chunk(chunks, work, [&](std::size_t which) {
        auto const begin = which * length;
        auto const end = std::min(p.size, begin + length);
        space.take_in(accumulator, state(which), begin, end, places);
    });
    for (std::size_t step = 1; step < chunks; step *= 2) {
        for (std::size_t left = 0; left + step < chunks; left += 2 * step) {
            accumulator.merge(state(left), state(left + step), places);
        }
    }
    accumulator.finish(state(0), out, places);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
