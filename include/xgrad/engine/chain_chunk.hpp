#pragma once

#include <xgrad/engine/large_array.hpp>
#include <xgrad/engine/scale.hpp>
#include <xgrad/engine/tile_chain.hpp>

#include <optional>
#include <span>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// What a chain runs over.
template <class T>
struct chain_arrays
{
    std::span<void* const> outside; // by their numbers
    loop_plan const* gathered;      // the chain's, in their order; null where there are none
    T seed;                         // the adjoint of every summand, or of the number
    T* sums;                        // of all parts, zero before
};

namespace vectorized {
/// One chunk of a chain's elements, on one thread.
template <class T>
class chain_chunk
{
public:
    chain_chunk(tile_chain const& chain, chain_arrays<T> const& arrays, std::size_t begin)
        : chain_(chain),
          arrays_(arrays),
          begin_(begin),
          length_(tile_length(chain)),
          asks_ahead_(is_large_array(chain.size * sizeof(T)) && chain.sums.empty()),
          memory_((chain.tiles * length_ + block_length<T>)*sizeof(T)),
          table_(chain.tile_of.size() * sizeof(void*)),
          at_(table_.template as<void*>())
    {
        if (!chain.gathered.empty()) {
            reader_.emplace(*arrays.gathered);
        }
        for (std::size_t k = 0; k < chain.tile_of.size(); ++k) {
            at_[k] = tile(chain.tile_of[k]);
        }
        for (auto const& array : chain.arrays) {
            at_[array.argument] = static_cast<T*>(arrays.outside[array.from]) + begin;
        }
        for (auto const& single : chain.singles) {
            auto const element = *static_cast<T const*>(arrays.outside[single.from]);
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
            auto const some = std::min(length_, count - done);
            // Measured with bench's (g): 9 % less at 10⁶, 12 % at 3·10⁶. Beside rows of sums, which
            // fill the cache, it costs as much. (Not in a function of its own: see prefetch_piece.)
            auto const asked_ahead = asks_ahead_ ? chain_.arrays.size() : 0;
            for (std::size_t k = 0; k < asked_ahead; ++k) {
                auto const* const array = static_cast<T const*>(at_[chain_.arrays[k].argument]);
                for (std::size_t i = 0; i < length_; i += piece_length<T>) {
                    prefetch_piece(array + i);
                }
            }
            gather(some);
            run_tile(some, backward);
            for (auto const& array : chain_.arrays) {
                at_[array.argument] = static_cast<T*>(at_[array.argument]) + length_;
            }
            begin_ += some;
        }
    }

    /// The summands of the block that has just run.
    T* block() const noexcept { return memory_.template as<T>() + chain_.tiles * length_; }

    T value() const noexcept { return *static_cast<T const*>(at_[chain_.value]); }

private:
    /// Sums of tiles are those of blocks only where a tile is one; else tiles stay in the fastest
    /// cache, where large arrays pass through it, too. (Measured with bench's (g) on a Zen 5: half
    /// a tile costs 5 % at 10⁵ and gains 5 % at 10⁶, 16 % at 3·10⁶.)
    static std::size_t tile_length(tile_chain const& chain)
    {
        constexpr std::size_t cache = std::size_t{24} << 10;
        if (!chain.sums.empty() || chain.tiles * block_length<T> * sizeof(T) <= cache) {
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

    void gather(std::size_t count)
    {
        if (reader_) {
            auto const* const elements = reader_->read(begin_, count);
            for (std::size_t k = 0; k < chain_.gathered.size(); ++k) {
                // Kernels only read their operands.
                at_[chain_.gathered[k].argument] = const_cast<T*>(elements[k]);
            }
        }
    }

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
        for (auto const seed : chain_.seeds) {
            xgrad::detail::fill_run(arrays_.seed, tile(seed), length_);
        }
        for (auto const& step : chain_.backward) {
            run_adjoints(step, step.kernels->adjoints, count);
        }
        for (auto const& sum : chain_.sums) {
            auto const* const adjoints = static_cast<T const*>(at_[sum.argument]);
            add_to_parts(sum.places, arrays_.sums, begin_, count, adjoints);
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

    void scale(std::size_t count) const
    {
        for (auto const argument : chain_.scaled) {
            auto* const to = static_cast<T*>(at_[argument]);
            if (arrays_.seed != T(1)) {
                vectorized::scale(to, to, count, arrays_.seed, false);
            }
        }
    }

    tile_chain const& chain_;
    chain_arrays<T> const& arrays_;
    std::size_t begin_; // of the next tile
    std::size_t length_;
    bool asks_ahead_; // for the arrays of the next tiles
    scratch_memory memory_;
    scratch_memory table_;
    void** at_; // the arguments
    std::optional<block_reader<T>> reader_;
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
