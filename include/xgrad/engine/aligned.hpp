#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/compute.hpp>
#include <xgrad/engine/large_array.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

// Statements over aligned operands: dense, of the compute type, all of one shape or (a few) a
// single element. Most statements are such, and nothing has to be planned for them.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// Operands of a single element that an aligned statement may have.
inline constexpr std::size_t most_single_operands = 4;

/// All are dense, of the compute type and of one shape, and have elements.
inline bool are_alike(std::span<tensor_body* const> operands, element_type compute) noexcept
{
    if (operands.empty()) {
        return false;
    }
    auto const& first = *operands[0];
    bool alike = first.layout != no_layout && first.type == compute && first.size != 0;
    for (auto const* const operand : operands) {
        alike = alike && operand->layout == first.layout;
    }
    return alike;
}

/// The operand that has the shape of the whole statement, where nothing has to be planned: all
/// are dense, of the compute type, and of one shape or (a few) a single element. Else null.
inline tensor_body*
aligned_operand(std::span<tensor_body* const> operands, element_type compute) noexcept
{
    if (are_alike(operands, compute)) {
        return operands[0];
    }
    tensor_body* whole = nullptr;
    bool dense = true;
    for (auto* const operand : operands) {
        dense = dense && operand->dense(compute);
        // Of single elements the one with the most axes.
        if (whole == nullptr ||
            (whole->size == 1 &&
             (operand->size != 1 || operand->shape.size() > whole->shape.size()))) {
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
            count += operands_[i]->size != size_ ? 1u : 0u;
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
        bool const in_bursts = comes_in_bursts(out.size * sizeof(T), kernels.cost);
        auto const step = in_bursts ? piece_length<T>
            : blocks.streams()      ? block_length<T>
                                    : reader.longest();
        for (; begin < end; begin += step) {
            auto const count = std::min(step, end - begin);
            auto* const to = out.elements<T>() + begin;
            if (in_bursts) {
                prefetch_piece_to_write(to);
            }
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

/// Operands of one shape, dense and of type T, with a few blocks of elements. Most statements over
/// small arrays have such: looked at once, by their keys, they are ready for the kernel.
template <class T>
class few_alike
{
public:
    explicit few_alike(std::span<tensor_body* const> operands) noexcept : pointers_(operands.size())
    {
        if (operands.empty()) {
            return;
        }
        auto const& first = *operands[0];
        bool alike = first.layout != no_layout && first.type == type_of<T> && first.size != 0 &&
            first.size <= few_blocks<T>;
        auto* const pointers = pointers_.get().data();
        for (std::size_t i = 0; i < operands.size(); ++i) {
            alike = alike && operands[i]->layout == first.layout;
            pointers[i] = operands[i]->data;
        }
        first_ = alike ? &first : nullptr;
    }

    /// One of them; null where they are not so.
    tensor_body const* any() const noexcept { return first_; }

    /// Where the elements of each lie; null where they are not so.
    void const* const* pointers() noexcept
    {
        return first_ != nullptr ? pointers_.get().data() : nullptr;
    }

    void compute(block_kernels const& kernels, T const* scalars, tensor_body& out)
    {
        kernels.values(
            {.operands = pointers_.get().data(),
             .scalars = scalars,
             .values = out.data,
             .count = out.size,
             .program = kernels.program});
    }

private:
    tensor_body const* first_ = nullptr;
    short_list<void const*> pointers_;
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
