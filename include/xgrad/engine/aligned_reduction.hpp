#pragma once

#include <xgrad/engine/aligned.hpp>
#include <xgrad/engine/compute_reduction.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

// All values of an expression over aligned operands to one, and the derivatives of its elements
// with them where somebody wants them.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// Where the derivative of every value by each operand goes; empty where nobody wants it.
struct unit_adjoint_targets
{
    std::span<void* const> arrays{};    // null where an operand carries none
    std::span<bool const> accumulate{}; // add to what an earlier operand has stored
};

/// One block, from `begin` on, of operands that lie there: its values, and the derivatives where
/// they are wanted, into `values`; without kernels the only operand is the value. Returns where the
/// values lie.
template <class T>
T const* compute_block(
    block_kernels const* kernels,
    void const* const* operands,
    T const* scalars,
    unit_adjoint_targets const& unit,
    std::size_t begin,
    std::size_t count,
    T* values)
{
    if (kernels == nullptr) {
        return static_cast<T const*>(operands[0]);
    }
    if (unit.arrays.empty()) {
        kernels->values(
            {.operands = operands,
             .scalars = scalars,
             .values = values,
             .count = count,
             .program = kernels->program});
        return values;
    }
    short_list<void*> moved(begin == 0 ? 0 : unit.arrays.size());
    for (std::size_t i = 0; i < moved.get().size(); ++i) {
        moved[i] = static_cast<T*>(unit.arrays[i]) + begin; // those of null are never touched
    }
    kernels->values_and_adjoints(
        {.operands = operands,
         .scalars = scalars,
         .result = nullptr,
         .seed = nullptr,
         .adjoints = begin == 0 ? unit.arrays.data() : moved.get().data(),
         .accumulate = unit.accumulate.data(),
         .count = count,
         .values = values,
         .program = kernels->program});
    return values;
}

/// The reduction of all values of an expression over aligned operands to one. In the order of
/// compute_reduction: the result is bitwise the same.
template <class T, class Accumulator>
struct aligned_reduction
{
    block_kernels const* kernels; // null: the only operand is the value
    std::span<tensor_body* const> operands;
    T const* scalars;
    Accumulator const& accumulator;
    unit_adjoint_targets const& unit;
    std::size_t size;
    void const* const* few = nullptr; // the operands' elements, where they are a block at most

    void run(T* out) const { size <= few_blocks<T> ? run_few_blocks(out) : run_chunks(out); }

private:
    using states = std::array<T*, Accumulator::states>;

    void run_few_blocks(T* out) const
    {
        alignas(block_alignment) T values[block_length<T>];
        T partial[Accumulator::states];
        auto const state = vectorized::states_at<T, Accumulator::states>(partial, 1);
        if (few != nullptr) {
            take_in_block(few, state, values);
        } else if (aligned_reader<T> reader(operands, size); size <= block_length<T>) {
            take_in_block(reader.read(0), state, values);
        } else {
            take_in(reader, state, 0, size, values);
        }
        accumulator.finish(state, out, 1);
    }

    void run_chunks(T* out) const
    {
        auto const cost = kernels != nullptr ? kernels->cost : 0.1f;
        auto const length = accumulation_chunk(size, 1, cost);
        auto const chunks = vectorized::chunks_in(size, length);
        scratch_memory partial(chunks * Accumulator::states * sizeof(T));
        auto const state = [&](std::size_t chunk) {
            return vectorized::states_at<T, Accumulator::states>(
                partial.as<T>() + chunk * Accumulator::states, 1);
        };
        for_each_chunk(chunks, static_cast<double>(size) * cost, [&](std::size_t chunk) {
            aligned_reader<T> reader(operands, size);
            scratch_memory values(kernels != nullptr ? block_length<T> * sizeof(T) : 0);
            auto const begin = chunk * length;
            auto const end = std::min(size, begin + length);
            take_in(reader, state(chunk), begin, end, values.as<T>());
        });
        for (std::size_t step = 1; step < chunks; step *= 2) {
            for (std::size_t chunk = 0; chunk + step < chunks; chunk += 2 * step) {
                accumulator.merge(state(chunk), state(chunk + step), 1);
            }
        }
        accumulator.finish(state(0), out, 1);
    }

    /// All values, of one block.
    void take_in_block(void const* const* block, states state, T* values) const
    {
        accumulator.start(state, 1);
        auto const* const x = compute_block<T>(kernels, block, scalars, unit, 0, size, values);
        accumulator.run(state, x, size);
    }

    /// The values from `begin` to `end`, block by block; `values` has room for a block.
    void
    take_in(aligned_reader<T>& reader, states state, std::size_t begin, std::size_t end, T* values)
        const
    {
        accumulator.start(state, 1);
        vectorized::pairs_of_blocks<T, Accumulator> pairs(accumulator);
        bool const sums = kernels != nullptr && kernels->sum != nullptr && unit.arrays.empty();
        bool const at_once =
            kernels == nullptr && (takes_all_at_once<Accumulator> || Accumulator::joins_in_pairs);
        auto const step = at_once ? end - begin : block_length<T>;
        for (; begin < end; begin += step) {
            auto const count = std::min(step, end - begin);
            if constexpr (sums_blocks<Accumulator>) {
                if (sums && count == block_length<T>) {
                    pairs.add_block(
                        {vectorized::sum_of_block(*kernels, reader.read(begin), scalars, values)});
                    continue;
                }
            }
            auto const* const x =
                compute_block<T>(kernels, reader.read(begin), scalars, unit, begin, count, values);
            if constexpr (Accumulator::joins_in_pairs) {
                pairs.run(x, count);
            } else {
                accumulator.run(state, x, count);
            }
        }
        if constexpr (Accumulator::joins_in_pairs) {
            pairs.merge_into(state);
        }
    }
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
