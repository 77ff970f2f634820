#pragma once

#include <xgrad/engine/aligned_reduction.hpp>
#include <xgrad/engine/large_array.hpp>
#include <xgrad/engine/parts_of_sum.hpp>
#include <xgrad/engine/scale.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Statements over one shape that end in one number, together with their way back: for each tile of
// elements first all values, then all adjoints, so that neither is ever an array.

namespace xgrad {
struct chain_step
{
    block_kernels const* kernels;
    void const* scalars;
    std::size_t first; // of its arguments: operands, their adjoints, result, seed
};

/// What becomes of the last statement's values.
enum class chain_end : std::uint8_t
{
    number,         // there is only one
    sum,            // they are summed
    sum_in_one_pass // and their adjoints are computed with them
};

/// A chain, ready to run over arrays from outside, which it knows by number.
struct tile_chain
{
    struct array
    {
        std::size_t argument;
        std::uint32_t from;
    };

    /// A tile filled with the one element of an array.
    struct single
    {
        std::uint32_t tile;
        std::uint32_t from;
    };

    /// A tile filled with an adjoint that is one number.
    struct seed
    {
        std::uint32_t tile;
        double number;
    };

    /// The adjoint of an operand of a single element: the sum of what a kernel leaves in a tile.
    struct total
    {
        std::size_t argument;
        std::uint32_t into;
        bool accumulate;
    };

    std::size_t size = 0; // of the arrays
    std::vector<chain_step> forward;
    std::vector<chain_step> backward;
    std::vector<std::uint32_t> tile_of; // every argument
    std::vector<char> accumulate;       // in every argument that is an adjoint
    std::uint32_t tiles = 0;
    std::vector<array> arrays;         // arguments that move on from tile to tile
    std::vector<std::size_t> summands; // arguments whose tiles are one block, to be summed
    std::vector<single> singles;
    std::vector<seed> seeds;
    std::vector<total> totals;
    chain_end end = chain_end::number;
    chain_step last{};     // a summed expression; kernels null where a tensor is summed
    std::size_t value = 0; // the argument that holds the number
    bool divides_by_count = false;
    std::vector<std::size_t> scaled; // in one pass: arguments that are to be divided, too
    float cost = 0;                  // of one element, forward and backward, in nanoseconds

    /// Elements that are summed before what others have summed is added: those of the sum as a
    /// statement of its own.
    std::size_t chunk_length() const noexcept
    {
        return accumulation_chunk(size, 1, last.kernels != nullptr ? last.kernels->cost : 0.1f);
    }
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// One chunk of a chain's elements, on one thread.
template <class T>
class chain_chunk
{
public:
    chain_chunk(tile_chain const& chain, std::span<void* const> outside, std::size_t begin)
        : chain_(chain),
          length_(tile_length(chain)),
          memory_((chain.tiles * length_ + block_length<T>)*sizeof(T)),
          table_(chain.tile_of.size() * sizeof(void*)),
          at_(table_.template as<void*>()),
          totals_(chain.totals.size() * sizeof(T))
    {
        std::fill_n(totals_.template as<T>(), chain.totals.size(), T(0));
        for (std::size_t k = 0; k < chain.tile_of.size(); ++k) {
            at_[k] = tile(chain.tile_of[k]);
        }
        for (auto const& array : chain.arrays) {
            at_[array.argument] = static_cast<T*>(outside[array.from]) + begin;
        }
        for (auto const& single : chain.singles) {
            auto const element = *static_cast<T const*>(outside[single.from]);
            xgrad::detail::fill_run(element, tile(single.tile), length_);
        }
    }

    /// The tiles of at most one block; `backward`: adjoints too.
    void run(std::size_t count, bool backward)
    {
        for (std::size_t done = 0; done < count; done += length_) {
            for (auto const argument : chain_.summands) {
                at_[argument] = block() + done;
            }
            run_tile(std::min(length_, count - done), backward);
            for (auto const& array : chain_.arrays) {
                at_[array.argument] = static_cast<T*>(at_[array.argument]) + length_;
            }
        }
    }

    /// The summands of the block that has just run.
    T* block() const noexcept { return memory_.template as<T>() + chain_.tiles * length_; }

    T value() const noexcept { return *static_cast<T const*>(at_[chain_.value]); }

    std::span<T const> totals() const noexcept
    {
        return {totals_.template as<T const>(), chain_.totals.size()};
    }

private:
    /// Sums of tiles are those of blocks only where a tile is one; else tiles stay in the fastest
    /// cache, where large arrays pass through it, too. (Measured with bench's (g) on a Zen 5: half
    /// a tile costs 5 % at 10⁵ and gains 5 % at 10⁶, 16 % at 3·10⁶.)
    static std::size_t tile_length(tile_chain const& chain)
    {
        constexpr std::size_t cache = std::size_t{24} << 10;
        if (!chain.totals.empty() || chain.tiles * block_length<T> * sizeof(T) <= cache) {
            return within(block_length<T>, chain);
        }
        bool const is_large = is_large_array(chain.size * sizeof(T));
        return within(is_large ? piece_length<T> : block_length<T> / 2, chain);
    }

    static std::size_t within(std::size_t length, tile_chain const& chain)
    {
        return std::min(length, padded_bytes(chain.size * sizeof(T)) / sizeof(T));
    }

    T* tile(std::uint32_t i) const noexcept { return memory_.template as<T>() + i * length_; }

    void run_tile(std::size_t count, bool backward)
    {
        for (auto const& step : chain_.forward) {
            run_values(step, count);
        }
        if (chain_.last.kernels != nullptr) {
            if (backward && chain_.end == chain_end::sum_in_one_pass) {
                run_adjoints(chain_.last, chain_.last.kernels->values_and_adjoints, count);
                scale(count);
            } else {
                run_values(chain_.last, count);
            }
        }
        if (!backward) {
            return;
        }
        for (auto const& seed : chain_.seeds) {
            xgrad::detail::fill_run(static_cast<T>(seed.number), tile(seed.tile), length_);
        }
        for (auto const& step : chain_.backward) {
            run_adjoints(step, step.kernels->adjoints, count);
        }
        for (std::size_t k = 0; k < chain_.totals.size(); ++k) {
            auto const* const part = static_cast<T const*>(at_[chain_.totals[k].argument]);
            totals_.template as<T>()[k] += fold(part, count, T(0), add{});
        }
    }

    void run_values(chain_step const& step, std::size_t count) const
    {
        auto const& kernels = *step.kernels;
        kernels.values(
            {.operands = at_ + step.first,
             .scalars = step.scalars,
             .values = at_[step.first + 2 * kernels.leaves.size()],
             .count = count,
             .program = kernels.program});
    }

    void run_adjoints(
        chain_step const& step, void (*kernel)(adjoint_block const&), std::size_t count) const
    {
        auto const leaves = step.kernels->leaves.size();
        auto* const result = at_[step.first + 2 * leaves];
        kernel(
            {.operands = at_ + step.first,
             .scalars = step.scalars,
             .result = result,
             .seed = at_[step.first + 2 * leaves + 1],
             .adjoints = at_ + step.first + leaves,
             .accumulate =
                 reinterpret_cast<bool const*>(chain_.accumulate.data()) + step.first + leaves,
             .count = count,
             .values = result,
             .program = step.kernels->program});
    }

    // A mean's adjoints are those of the sum, times 1/n.
    void scale(std::size_t count) const
    {
        auto const share = T(1) / static_cast<T>(chain_.size);
        for (auto const argument : chain_.scaled) {
            auto* const to = static_cast<T*>(at_[argument]);
            vectorized::scale(to, to, count, share, false);
        }
    }

    tile_chain const& chain_;
    std::size_t length_;
    scratch_memory memory_;
    scratch_memory table_;
    void** at_; // the arguments
    scratch_memory totals_;
};
} // namespace vectorized

/// Runs a chain over what comes from outside; returns its value. With `backward` the adjoints go
/// to their places, too. Every bit is as if the statements ran one after another.
template <class T>
T run_chain(tile_chain const& chain, std::span<void* const> outside, bool backward)
{
    using vectorized::chain_chunk;
    if (chain.end == chain_end::number) {
        chain_chunk<T> all(chain, outside, 0);
        all.run(1, backward);
        return all.value();
    }
    auto const& accumulator = sum_accumulator<T>;
    constexpr auto block = block_length<T>;
    auto const blocks = vectorized::chunks_in(chain.size, block);
    scratch_memory block_sums(blocks * sizeof(T));
    // A sum takes in long chunks, of statements that cost more each thread has a few blocks. The
    // adjoint of a single element is summed from tile to tile.
    auto const part = chain.totals.empty() ? vectorized::chunk_length(chain.cost) / block
                                           : std::max<std::size_t>(1, blocks);
    auto const work = static_cast<double>(chain.size) * static_cast<double>(chain.cost);
    for_each_chunk(vectorized::chunks_in(blocks, part), work, [&](std::size_t which) {
        auto const first = which * part;
        chain_chunk<T> some(chain, outside, first * block);
        for (auto k = first; k < std::min(blocks, first + part); ++k) {
            auto const count = std::min(block, chain.size - k * block);
            some.run(count, backward);
            accumulator.first_run({block_sums.as<T>() + k}, some.block(), count);
        }
        for (std::size_t k = 0; k < some.totals().size() && backward; ++k) {
            auto const& total = chain.totals[k]; // there is one part
            auto* const into = static_cast<T*>(outside[total.into]);
            *into = total.accumulate ? *into + some.totals()[k] : some.totals()[k];
        }
    });
    // Joined as by the sum that is a statement of its own.
    auto const length = chain.chunk_length() / block;
    auto const chunks = vectorized::chunks_in(blocks, length);
    scratch_memory partial(chunks * sizeof(T));
    auto* const sums = partial.as<T>();
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        accumulator.start({sums + chunk}, 1);
        vectorized::pairs_of_blocks<T, fold_accumulator<T, vectorized::add>> pairs(accumulator);
        for (auto k = chunk * length; k < std::min(blocks, (chunk + 1) * length); ++k) {
            pairs.add_block({block_sums.as<T>() + k});
        }
        pairs.merge_into({sums + chunk});
    }
    merge_parts(sums, chunks, 1);
    return chain.divides_by_count ? sums[0] / static_cast<T>(chain.size) : sums[0];
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
