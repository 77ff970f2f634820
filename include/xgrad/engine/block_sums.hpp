#pragma once

#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/engine/fold.hpp>

#include <array>
#include <cstddef>

// What the blocks of a long run leave behind, until it is one result.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
template <class T, std::size_t States>
std::array<T*, States> states_at(T* first, std::size_t places)
{
    std::array<T*, States> state;
    for (std::size_t k = 0; k < States; ++k) {
        state[k] = first + k * places;
    }
    return state;
}

/// What blocks leave behind, joined in pairs as soon as there are two of one size: a counter in
/// binary. The error of a sum grows with the logarithm of their number.
template <class T, class Accumulator>
class pairs_of_blocks
{
    static constexpr std::size_t states = Accumulator::states;

public:
    explicit pairs_of_blocks(Accumulator const& accumulator) : accumulator_(accumulator) {}

    /// Any number of blocks, of which the last may be shorter.
    void run(T const* x, std::size_t count)
    {
        for (; count > block_length<T>; x += block_length<T>, count -= block_length<T>) {
            run_block(x, block_length<T>);
        }
        run_block(x, count);
    }

    /// A block that has been taken in already, by `first_run`.
    void add_block(std::array<T*, states> const& block)
    {
        auto const to = total(depth_);
        for (std::size_t k = 0; k < states; ++k) {
            *to[k] = *block[k];
        }
        join_pairs();
    }

    void merge_into(std::array<T*, states> state)
    {
        while (depth_ > 1) {
            join_last();
        }
        if (depth_ == 1) {
            accumulator_.merge(state, total(0), 1);
        }
    }

private:
    void run_block(T const* x, std::size_t count)
    {
        accumulator_.first_run(total(depth_), x, count);
        join_pairs();
    }

    // There is one block more.
    void join_pairs()
    {
        ++depth_;
        for (auto n = ++blocks_; n % 2 == 0; n /= 2) {
            join_last();
        }
    }

    std::array<T*, states> total(std::size_t i) { return states_at<T, states>(totals_[i], 1); }

    void join_last()
    {
        --depth_;
        accumulator_.merge(total(depth_ - 1), total(depth_), 1);
    }

    Accumulator const& accumulator_;
    std::size_t blocks_ = 0;
    std::size_t depth_ = 0;
    T totals_[64][states];
};

/// The sum of one whole block, in the first of the values.
template <class T>
T* sum_of_block(
    block_kernels const& kernels, void const* const* operands, T const* scalars, T* values)
{
    value_block const block{
        .operands = operands,
        .scalars = scalars,
        .values = values,
        .count = block_length<T>,
        .program = kernels.program};
    kernels.sum(block);
    if (*values != *values) {
        // Which of two NaN a sum is depends on their order, and that is the compiler's choice: it
        // is that of stored values everywhere.
        kernels.values(block);
        *values = fold_block(values, T(0), add{});
    }
    return values;
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
