#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/adjoint_target.hpp>
#include <xgrad/engine/parts_of_sum.hpp>

#include <algorithm>
#include <span>

// The reverse half of statements over one index space: a block of it after the other, so that what
// one of them leaves and only a later one reads stays in cache, and is never an array.

namespace xgrad {
/// The adjoint of a statement's values, a block at a time.
struct seed_source
{
    std::uint32_t tile = no_tile; // that holds the incoming adjoint, which is no operand then
    // Where the adjoint of an element is not the incoming one itself (amax, logsumexp): computes it
    // from the element's value, the result and the incoming adjoint. Null otherwise.
    void (*element)(
        void const* values,
        void const* result,
        void const* adjoint,
        void* seed,
        std::size_t count) = nullptr;
    bool reduced = false; // the statement's result is not the expression's value
};

/// The reverse half of one statement.
struct adjoint_step
{
    block_kernels const* kernels;
    void const* scalars;
    std::size_t first; // of its operands in the plan; behind them: incoming adjoint, result
    seed_source source;
    std::span<adjoint_target const> targets; // of its operands

    bool values_needed() const noexcept
    {
        return source.element != nullptr || (source.reduced && kernels->result_needed);
    }
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Steps that run together.
template <class T>
class adjoint_run
{
public:
    adjoint_run(std::span<adjoint_step const> steps, loop_plan const& p, std::uint32_t tiles)
        : steps_(steps), plan_(p), tiles_(tiles), room_(count_sums(steps))
    {
        std::size_t next = 0;
        for (auto const& step : steps) {
            leaves_ = std::max(leaves_, step.targets.size());
            cost_ += cost_of_adjoints(*step.kernels);
            whole_blocks_ = whole_blocks_ || steps.size() > 1 || step.values_needed();
            for (auto const& target : step.targets) {
                if (target.is(kind::part)) {
                    parts_.add(target);
                }
                if (target.is(kind::sum)) {
                    auto const count = target.body->size;
                    auto const part = part_of_sum(p.size, count, *step.kernels);
                    room_[next] = {&target, {target.axes, target.strides, count, part, places_}};
                    places_ += parts_in(p.size, part) * count;
                    ++next;
                }
            }
        }
        sums_ = room_.get();
        whole_blocks_ = whole_blocks_ || parts_.any || !sums_.empty();
    }

    void run() const
    {
        scratch_memory memory(places_ * sizeof(T));
        auto* const sums = memory.as<T>();
        std::fill_n(sums, places_, T(0));
        auto const length = chunk();
        auto const chunks = std::max<std::size_t>(1, chunks_in(plan_.size, length));
        auto const work = static_cast<double>(plan_.size) * cost_;
        // Where neighbours add to the same places, every other chunk goes, and then those between.
        auto const turns = !parts_.any ? 1 : parts_.separated_by(length) ? 2 : chunks;
        for (std::size_t turn = 0; turn < turns; ++turn) {
            auto const count = (chunks - turn + turns - 1) / turns;
            for_each_chunk(count, work / static_cast<double>(turns), [&](std::size_t i) {
                auto const begin = (turn + i * turns) * length;
                run_chunk(begin, std::min(plan_.size, begin + length), sums);
            });
        }
        for (auto const& sum : sums_) {
            finish(*sum.target, merge_parts(sum.places, sums, plan_.size));
        }
    }

private:
    using kind = adjoint_target::kind;

    struct summed_target
    {
        adjoint_target const* target;
        summed_places places;
    };

    /// One thread's memory: blocks of one length.
    struct workspace
    {
        T* unplaced; // for every leaf whose adjoint has no place of its own
        T* values;
        T* seeds;
        T* tiles;
        std::size_t length;
        void** adjoints;
        bool* accumulate;
    };

    static std::size_t count_sums(std::span<adjoint_step const> steps) noexcept
    {
        std::size_t count = 0;
        for (auto const& step : steps) {
            for (auto const& target : step.targets) {
                count += target.is(kind::sum) ? 1u : 0u;
            }
        }
        return count;
    }

    std::size_t chunk() const noexcept
    {
        std::size_t longest = 0;
        for (auto const& sum : sums_) {
            longest = std::max(longest, sum.places.part);
        }
        constexpr auto block = block_length<T>;
        return longest > 0 ? longest
                           : std::max(chunk_length(cost_), (parts_.reach / block + 1) * block);
    }

    void run_chunk(std::size_t begin, std::size_t end, T* sums) const
    {
        block_reader<T> reader(plan_);
        auto const step = whole_blocks_ ? block_length<T> : reader.longest();
        auto const length = std::min(step, padded_bytes(plan_.size * sizeof(T)) / sizeof(T));
        scratch_memory blocks((leaves_ + 2 + tiles_) * length * sizeof(T));
        scratch_memory tables(leaves_ * (sizeof(void*) + sizeof(bool)));
        auto* const first = blocks.as<T>();
        auto* const adjoints = tables.as<void*>();
        workspace const w{
            .unplaced = first,
            .values = first + leaves_ * length,
            .seeds = first + (leaves_ + 1) * length,
            .tiles = first + (leaves_ + 2) * length,
            .length = length,
            .adjoints = adjoints,
            .accumulate = reinterpret_cast<bool*>(adjoints + leaves_)};
        for (; begin < end; begin += step) {
            auto const count = std::min(step, end - begin);
            auto const* const operands = reader.read(begin, count);
            auto sum = sums_.begin();
            for (auto const& s : steps_) {
                run_step(s, operands + s.first, begin, count, w);
                for (std::size_t i = 0; i < s.targets.size(); ++i) {
                    auto const& target = s.targets[i];
                    auto const* const more = static_cast<T const*>(w.adjoints[i]);
                    if (target.is(kind::sum)) {
                        add_to_parts((sum++)->places, sums, begin, count, more);
                    } else if (target.is(kind::part)) {
                        add_to_part(target, begin, count, more);
                    }
                }
            }
        }
    }

    void run_step(
        adjoint_step const& s,
        T const* const* operands,
        std::size_t begin,
        std::size_t count,
        workspace const& w) const
    {
        auto const& kernels = *s.kernels;
        auto const leaves = s.targets.size();
        auto const* const result = operands[leaves + 1];
        auto const* seed =
            s.source.tile != no_tile ? w.tiles + s.source.tile * w.length : operands[leaves];
        auto const* values = operands[0]; // of an operand itself
        if (s.values_needed() && !kernels.is_tensor()) {
            kernels.values(
                {.operands = reinterpret_cast<void const* const*>(operands),
                 .scalars = s.scalars,
                 .values = w.values,
                 .count = count,
                 .program = kernels.program});
            values = w.values;
        }
        for (std::size_t i = 0; i < leaves; ++i) {
            w.adjoints[i] = place_of(s.targets[i], begin, w);
            w.accumulate[i] = s.targets[i].accumulate && !s.targets[i].is(kind::sum);
        }
        if (s.source.element != nullptr) {
            // Of an operand itself what its elements start from is their adjoint.
            bool const starts_in_place = kernels.is_tensor() && !w.accumulate[0];
            auto* const seeds = starts_in_place ? static_cast<T*>(w.adjoints[0]) : w.seeds;
            s.source.element(values, result, seed, seeds, count);
            if (starts_in_place) {
                return;
            }
            seed = seeds;
        }
        kernels.adjoints(
            {.operands = reinterpret_cast<void const* const*>(operands),
             .scalars = s.scalars,
             .result = s.source.reduced ? values : result,
             .seed = seed,
             .adjoints = w.adjoints,
             .accumulate = w.accumulate,
             .count = count,
             .program = kernels.program});
    }

    static void* place_of(adjoint_target const& target, std::size_t begin, workspace const& w)
    {
        if (target.tile != no_tile) {
            return w.tiles + target.tile * w.length;
        }
        return target.is(kind::array) ? target.body->template elements<T>() + begin
                                      : w.unplaced + target.leaf * w.length;
    }

    static void finish(adjoint_target const& target, T const* sums)
    {
        auto const places = target.body->size;
        if (target.body->type == type_of<T>) {
            store_sums(sums, places, target.body->template elements<T>(), target.accumulate);
            return;
        }
        with_element_type(target.body->type, [&]<class To>() {
            auto* const to = target.body->template elements<To>();
            for (std::size_t i = 0; i < places; ++i) {
                to[i] =
                    static_cast<To>(target.accumulate ? static_cast<T>(to[i]) + sums[i] : sums[i]);
            }
        });
    }

    std::span<adjoint_step const> steps_;
    loop_plan const& plan_;
    std::uint32_t tiles_;
    short_list<summed_target> room_;
    std::span<summed_target const> sums_; // in the order of the steps' targets
    std::size_t places_ = 0;              // of all parts of them
    overlapping_parts parts_;
    std::size_t leaves_ = 0; // of the longest step
    float cost_ = 0;
    bool whole_blocks_ = false; // a block of the reader's at a time
};
} // namespace vectorized

/// Adds the derivatives of expressions to the adjoints of their leaves, step by step in each block.
/// Tiles lie in cache between a step and a later one.
template <class T>
void compute_adjoints(
    std::span<adjoint_step const> steps, loop_plan const& p, std::uint32_t tiles = 0)
{
    vectorized::adjoint_run<T>(steps, p, tiles).run();
}
} // namespace XGRAD_ARCHITECTURE

#if defined(XGRAD_COMPILED)
inline namespace XGRAD_ARCHITECTURE {
XGRAD_EXTERN template void
compute_adjoints<double>(std::span<adjoint_step const>, loop_plan const&, std::uint32_t);
XGRAD_EXTERN template void
compute_adjoints<float>(std::span<adjoint_step const>, loop_plan const&, std::uint32_t);
} // namespace XGRAD_ARCHITECTURE
#endif
} // namespace xgrad
