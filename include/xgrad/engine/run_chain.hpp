#pragma once

#include <xgrad/engine/chain_chunk.hpp>

#include <span>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The sum of the sums of all blocks, joined as by the sum that is a statement of its own.
template <class T>
T join_blocks(tile_chain const& chain, T* block_sums)
{
    auto const& accumulator = sum_accumulator<T>;
    constexpr auto block = block_length<T>;
    auto const blocks = chunks_in(chain.size, block);
    auto const length = chain.sum_length() / block;
    auto const chunks = chunks_in(blocks, length);
    scratch_memory partial(chunks * sizeof(T));
    auto* const sums = partial.as<T>();
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        accumulator.start({sums + chunk}, 1);
        pairs_of_blocks<T, fold_accumulator<T, add>> pairs(accumulator);
        for (auto k = chunk * length; k < std::min(blocks, (chunk + 1) * length); ++k) {
            pairs.add_block({block_sums + k});
        }
        pairs.merge_into({sums + chunk});
    }
    merge_parts(sums, chunks, 1);
    return sums[0];
}
} // namespace vectorized

/// Runs a chain over what comes from outside; returns its value. With `backward` the adjoints go
/// to their places, too, for an adjoint `g` of the value. `gathered`: how to get at the chain's
/// gathered arguments, in their order. Every bit is as if the statements ran one after another.
template <class T>
T run_chain(
    tile_chain const& chain,
    std::span<void* const> outside,
    bool backward,
    T g = T(1),
    loop_plan const* gathered = nullptr)
{
    using vectorized::chain_chunk;
    scratch_memory memory(chain.places * sizeof(T));
    auto* const sums = memory.as<T>();
    std::fill_n(sums, chain.places, T(0));
    auto const count = static_cast<T>(chain.size);
    chain_arrays<T> const arrays{outside, gathered, chain.divides_by_count ? g / count : g, sums};
    if (chain.end == chain_end::number) {
        chain_chunk<T> all(chain, arrays, 0);
        all.run(1, backward);
        return all.value();
    }
    constexpr auto block = block_length<T>;
    auto const blocks = vectorized::chunks_in(chain.size, block);
    scratch_memory block_memory(blocks * sizeof(T));
    auto* const block_sums = block_memory.as<T>();
    auto const length = chain.chunk_length() / block;
    auto const work = static_cast<double>(chain.size) * static_cast<double>(chain.cost);
    for_each_chunk(vectorized::chunks_in(blocks, length), work, [&](std::size_t which) {
        auto const first = which * length;
        chain_chunk<T> some(chain, arrays, first * block);
        for (auto k = first; k < std::min(blocks, first + length); ++k) {
            auto const elements = std::min(block, chain.size - k * block);
            some.run(elements, backward);
            sum_accumulator<T>.first_run({block_sums + k}, some.block(), elements);
        }
    });
    auto const wanted_sums = backward ? chain.sums.size() : 0;
    for (std::size_t k = 0; k < wanted_sums; ++k) {
        auto const& sum = chain.sums[k];
        auto* const into = static_cast<T*>(outside[sum.into]);
        store_sums(
            merge_parts(sum.places, sums, chain.size), sum.places.count, into, sum.accumulate);
    }
    auto const value = vectorized::join_blocks(chain, block_sums);
    return chain.divides_by_count ? value / count : value;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
