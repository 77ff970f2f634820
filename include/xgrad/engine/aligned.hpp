#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/compute_reduction.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

// Statements over aligned operands: dense, of the compute type, all of one shape or (a few) a
// single element. Most statements are such, and nothing has to be planned for them.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// Operands of a single element that an aligned statement may have.
inline constexpr std::size_t most_single_operands = 4;

/// The operand that has the shape of the whole statement, where nothing has to be planned: all
/// are dense, of the compute type, and of one shape or (a few) a single element. Else null.
inline tensor_body*
aligned_operand(std::span<tensor_body* const> operands, element_type compute) noexcept
{
    tensor_body* whole = nullptr;
    bool dense = true;
    for (auto* const operand : operands) {
        dense = dense && operand->dense(compute);
        if (whole == nullptr || whole->size == 1) {
            whole = operand;
        }
    }
    // Kernels compute a register at least, for which empty arrays have no room.
    if (whole == nullptr || !dense || whole->size == 0) {
        return nullptr;
    }
    std::size_t single = 0;
    for (auto const* operand : operands) {
        if (operand != whole && !same_shape(operand->shape, whole->shape) &&
            (operand->size != 1 || operand->shape.size() > whole->shape.size() ||
             ++single > most_single_operands)) {
            return nullptr;
        }
    }
    return whole;
}

/// Pointers to the elements of aligned operands (dense, of type T, with `size` elements each or a
/// single one): those of a single element are spread over a block.
template <class T>
class aligned_reader
{
public:
    aligned_reader(std::span<tensor_body* const> operands, std::size_t size)
        : operands_(operands),
          pointers_(operands.size()),
          size_(size),
          length_(std::min(block_length<T>, padded_bytes(size * sizeof(T)) / sizeof(T))),
          blocks_(point_at_operands() * length_ * sizeof(T))
    {
        auto* block = blocks_.template as<T>();
        for (std::size_t i = 0; i < operands.size() && block != nullptr; ++i) {
            if (operands[i]->size != size) {
                detail::fill_run(*operands[i]->template elements<T const>(), block, length_);
                pointers_[i] = block;
                block += length_;
            }
        }
    }

    /// The longest block that one call may ask for.
    std::size_t longest() const noexcept
    {
        return blocks_.template as<T>() == nullptr ? size_ : block_length<T>;
    }

    void const* const* read(std::size_t begin)
    {
        if (begin != begin_) {
            begin_ = begin;
            for (std::size_t i = 0; i < operands_.size(); ++i) {
                if (operands_[i]->size == size_) {
                    pointers_[i] = operands_[i]->template elements<T const>() + begin;
                }
            }
        }
        return pointers_.get().data();
    }

private:
    // Returns how many of them are a single element among more.
    std::size_t point_at_operands() noexcept
    {
        std::size_t count = 0;
        for (std::size_t i = 0; i < operands_.size(); ++i) {
            pointers_[i] = operands_[i]->data;
            count += operands_[i]->size != size_ ? 1 : 0;
        }
        return count;
    }

    std::span<tensor_body* const> operands_;
    short_list<void const*> pointers_;
    std::size_t size_;
    std::size_t length_;
    scratch_memory blocks_;
    std::size_t begin_ = 0; // of the elements that the pointers point at
};

/// The values of an expression over aligned operands.
template <class T>
void compute_aligned(
    block_kernels const& kernels,
    std::span<tensor_body* const> operands,
    T const* scalars,
    tensor_body& out)
{
    auto const compute = [&](std::size_t begin, std::size_t end) {
        aligned_reader<T> reader(operands, out.size);
        result_blocks<T> const blocks(out.size, kernels.cost);
        auto const step = blocks.streams() ? block_length<T> : reader.longest();
        for (; begin < end; begin += step) {
            auto const count = std::min(step, end - begin);
            auto* const to = out.elements<T>() + begin;
            kernels.values(
                {.operands = reader.read(begin),
                 .scalars = scalars,
                 .values = blocks.place_of(to),
                 .count = count,
                 .program = kernels.program});
            blocks.finish(to, count);
        }
    };
    auto const nanoseconds = static_cast<double>(out.size) * kernels.cost;
    if (nanoseconds <= parallel_threshold) {
        compute(0, out.size);
        return;
    }
    auto const length = vectorized::chunk_length(kernels.cost);
    for_each_chunk(vectorized::chunks_in(out.size, length), nanoseconds, [&](std::size_t chunk) {
        compute(chunk * length, std::min(out.size, (chunk + 1) * length));
    });
}

/// The same of a few blocks, without any of the machinery.
template <class T>
void compute_few_blocks(
    block_kernels const& kernels,
    std::span<tensor_body* const> operands,
    T const* scalars,
    tensor_body& out)
{
    short_list<void const*> list(operands.size());
    auto* const pointers = list.get().data();
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (operands[i]->size != out.size) {
            compute_aligned<T>(kernels, operands, scalars, out); // it has to be spread
            return;
        }
        pointers[i] = operands[i]->data;
    }
    kernels.values(
        {.operands = pointers,
         .scalars = scalars,
         .values = out.data,
         .count = out.size,
         .program = kernels.program});
}

/// Where the derivative of every value by each operand goes; empty where nobody wants it.
struct unit_adjoint_targets
{
    std::span<void* const> arrays{};    // null where an operand carries none
    std::span<bool const> accumulate{}; // add to what an earlier operand has stored
};

/// One block of aligned operands: its values, and the derivatives where they are wanted, into
/// `values`; without kernels the only operand is the value. Returns where the values lie.
template <class T>
T const* compute_block(
    block_kernels const* kernels,
    aligned_reader<T>& reader,
    T const* scalars,
    unit_adjoint_targets const& unit,
    std::size_t begin,
    std::size_t count,
    T* values)
{
    auto const* const operands = reader.read(begin);
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
    short_list<void*> adjoints(unit.arrays.size());
    for (std::size_t i = 0; i < unit.arrays.size(); ++i) {
        adjoints[i] = static_cast<T*>(unit.arrays[i]) + begin; // those of null are never touched
    }
    kernels->values_and_adjoints(
        {.operands = operands,
         .scalars = scalars,
         .result = nullptr,
         .seed = nullptr,
         .adjoints = adjoints.get().data(),
         .accumulate = unit.accumulate.data(),
         .count = count,
         .values = values,
         .program = kernels->program});
    return values;
}

/// Takes the values of an expression over aligned operands, from `begin` to `end`, into a state,
/// block by block; `values` has room for a block. In the order of compute_reduction: the result is
/// bitwise the same.
template <class T, class Accumulator>
void take_in_aligned(
    block_kernels const* kernels,
    aligned_reader<T>& reader,
    T const* scalars,
    Accumulator const& accumulator,
    std::array<T*, Accumulator::states> state,
    unit_adjoint_targets const& unit,
    std::size_t begin,
    std::size_t end,
    T* values)
{
    accumulator.start(state, 1);
    vectorized::pairs_of_blocks<T, Accumulator> pairs(accumulator);
    bool const at_once =
        kernels == nullptr && (takes_all_at_once<Accumulator> || Accumulator::joins_in_pairs);
    auto const step = at_once ? end - begin : block_length<T>;
    for (; begin < end; begin += step) {
        auto const count = std::min(step, end - begin);
        auto const* const x =
            compute_block<T>(kernels, reader, scalars, unit, begin, count, values);
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

/// Reduces all values of an expression over aligned operands to one.
template <class T, class Accumulator>
void reduce_aligned(
    block_kernels const* kernels,
    std::span<tensor_body* const> operands,
    T const* scalars,
    Accumulator const& accumulator,
    unit_adjoint_targets const& unit,
    std::size_t size,
    T* out)
{
    constexpr auto states = Accumulator::states;
    auto const cost = kernels != nullptr ? kernels->cost : 0.1f;
    auto const length = accumulation_chunk(size, 1, cost);
    auto const chunks = std::max<std::size_t>(1, vectorized::chunks_in(size, length));
    scratch_memory partial(chunks * states * sizeof(T));
    auto const state = [&](std::size_t chunk) {
        return vectorized::states_at<T, states>(partial.template as<T>() + chunk * states, 1);
    };
    for_each_chunk(chunks, static_cast<double>(size) * cost, [&](std::size_t chunk) {
        aligned_reader<T> reader(operands, size);
        scratch_memory values(kernels != nullptr ? block_length<T> * sizeof(T) : 0);
        take_in_aligned<T>(
            kernels,
            reader,
            scalars,
            accumulator,
            state(chunk),
            unit,
            chunk * length,
            std::min(size, (chunk + 1) * length),
            values.template as<T>());
    });
    for (std::size_t step = 1; step < chunks; step *= 2) {
        for (std::size_t chunk = 0; chunk + step < chunks; chunk += 2 * step) {
            accumulator.merge(state(chunk), state(chunk + step), 1);
        }
    }
    accumulator.finish(state(0), out, 1);
}

/// The same of a few blocks, on this thread.
template <class T, class Accumulator>
void reduce_few_blocks(
    block_kernels const* kernels,
    std::span<tensor_body* const> operands,
    T const* scalars,
    Accumulator const& accumulator,
    unit_adjoint_targets const& unit,
    std::size_t size,
    T* out)
{
    alignas(block_alignment) T values[block_length<T>];
    T partial[Accumulator::states];
    auto const state = vectorized::states_at<T, Accumulator::states>(partial, 1);
    aligned_reader<T> reader(operands, size);
    if (size <= block_length<T>) {
        accumulator.start(state, 1);
        accumulator.run(
            state, compute_block<T>(kernels, reader, scalars, unit, 0, size, values), size);
    } else {
        take_in_aligned<T>(kernels, reader, scalars, accumulator, state, unit, 0, size, values);
    }
    accumulator.finish(state, out, 1);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
