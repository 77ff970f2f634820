#pragma once

#include <xgrad/engine/aligned.hpp>
#include <xgrad/tape/small_sweep.hpp>
#include <xgrad/tape/tiles.hpp>

#include <algorithm>
#include <utility>
#include <vector>

// The reverse of neighbouring statements over one index space, a tile at a time: the adjoint of a
// tensor that only these statements read lives in a tile, in cache, and never as an array.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// One run of statements: all aligned, all of one shape and compute type T.
template <class T>
class tile_sweep
{
public:
    tile_sweep(
        recording const& r, std::size_t first, std::size_t last, adjoints& all, tile_lists& lists)
        : recording_(r),
          adjoints_(all),
          lists_(lists),
          base_(r.statements()[first].result),
          shape_(whole_shape(r, r.statements()[first])),
          size_(r.variables().size_at(shape_))
    {
        lists.tiles.assign(r.statements()[last - 1].result - base_ + 1, none);
        for (auto i = first; i < last; ++i) {
            lists.tiles[r.statements()[i].result - base_] = produced;
        }
    }

    tile_sweep(tile_sweep const&) = delete;
    tile_sweep& operator=(tile_sweep const&) = delete;

    ~tile_sweep()
    {
        lists_.steps.clear();
        lists_.sums.clear();
        lists_.arguments.clear();
        lists_.accumulate.clear();
        lists_.idle_tiles.clear();
        lists_.step_tiles.clear();
        lists_.released.clear();
    }

    /// Statements [first, last) of the recording; those without an adjoint are passed over.
    void run(std::size_t first, std::size_t last)
    {
        for (auto i = last; i-- > first;) {
            auto const& s = recording_.statements()[i];
            if (adjoints_.has(s.result) || tile_of(s.result) >= first_tile) {
                add_step(s);
            }
        }
        run_tiles();
    }

private:
    using place = tile_lists::place;
    using argument = tile_lists::argument;

    // What `tiles` says of a variable in the run.
    static constexpr std::uint32_t none = 0;
    static constexpr std::uint32_t produced = 1;
    static constexpr std::uint32_t first_tile = 2;
    // As many adjoints as stay in cache together; further ones are arrays.
    static constexpr std::uint32_t most_tiles = 12;
    static constexpr std::uint32_t unwanted_tile = 0;

    std::uint32_t tile_of(std::uint32_t variable) const noexcept
    {
        auto const place = std::size_t{variable} - base_;
        return place < lists_.tiles.size() ? lists_.tiles[place] : none;
    }

    std::uint32_t new_tile()
    {
        if (!lists_.idle_tiles.empty()) {
            auto const tile = lists_.idle_tiles.back();
            lists_.idle_tiles.pop_back();
            return tile;
        }
        return tile_count_++;
    }

    static argument array_of(body_pointer const& body) noexcept
    {
        return body ? argument::in_array(body->data) : argument();
    }

    /// Where argument `a` lies when its array begins at element `begin`.
    static void* place_of(argument const& a, T* tiles, std::size_t length, std::size_t begin)
    {
        if (a.where == place::array) {
            return static_cast<T*>(a.array) + begin;
        }
        auto* const tile = tiles + a.tile * length;
        if (a.where == place::uniform) {
            xgrad::detail::fill_run(static_cast<T>(a.number), tile, length);
        }
        return tile;
    }

    static void run_kernel(
        block_kernels const& kernels,
        void const* scalars,
        void* const* arguments,
        bool const* accumulate,
        std::size_t count)
    {
        auto const leaves = kernels.leaves.size();
        kernels.adjoints(
            {.operands = arguments,
             .scalars = scalars,
             .result = arguments[2 * leaves],
             .seed = arguments[2 * leaves + 1],
             .adjoints = arguments + leaves,
             .accumulate = accumulate,
             .count = count,
             .program = kernels.program});
    }

    /// The arguments of a statement's kernel: operands, their adjoints, result, seed.
    void find_arguments(statement const& s, bool* accumulate, argument* arguments)
    {
        auto const& leaves = s.kernels->leaves;
        auto const operands = s.operands();
        auto* const adjoints = arguments + leaves.size();
        adjoints[leaves.size()] = array_of(s.kept_result);
        adjoints[leaves.size() + 1] = seed_of(s);
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            auto const variable = operands[i].variable;
            bool const spread = is_spread(variable);
            arguments[i] = spread ? spread_of(operands[i].kept) : array_of(operands[i].kept);
            accumulate[i] = false;
            if (!leaves[i].carries_gradient) {
                adjoints[i] = {};
            } else if (spread && adjoints_.wants(variable)) {
                bool const has = adjoints_.has(variable);
                lists_.sums.push_back({leaves.size() + i, adjoints_.writable(variable).data, has});
                adjoints[i] = argument::in_tile(step_tile());
            } else {
                adjoints[i] = adjoint_of(variable, accumulate[i]);
            }
        }
    }

    /// An operand of a single element among larger ones.
    bool is_spread(std::uint32_t variable) const noexcept
    {
        return recording_.variables().size_of(variable) != size_;
    }

    /// Such an operand, in a tile that is filled once for many tiles.
    argument spread_of(body_pointer const& body)
    {
        return body
            ? argument::all(static_cast<double>(*body->template elements<T>()), tile_count_++)
            : argument();
    }

    /// A tile for the time of one step.
    std::uint32_t step_tile()
    {
        lists_.step_tiles.push_back(new_tile());
        return lists_.step_tiles.back();
    }

    void add_step(statement const& s)
    {
        auto const first = lists_.arguments.size();
        auto const first_sum = lists_.sums.size();
        lists_.steps.push_back({s.kernels, s.scalars(), first, first_sum});
        lists_.arguments.resize(first + 2 * s.kernels->leaves.size() + 2);
        lists_.accumulate.resize(lists_.arguments.size());
        find_arguments(
            s,
            reinterpret_cast<bool*>(lists_.accumulate.data()) + first,
            lists_.arguments.data() + first);
        for (auto k = first_sum; k < lists_.sums.size(); ++k) {
            lists_.sums[k].argument += first;
        }
        cost_ += 2 * s.kernels->cost + 0.1f;
        release(s);
    }

    /// The adjoint of the result has been used up, and what only this step needed.
    void release(statement const& s)
    {
        while (!lists_.step_tiles.empty()) {
            lists_.idle_tiles.push_back(lists_.step_tiles.back());
            lists_.step_tiles.pop_back();
        }
        auto const tile = tile_of(s.result);
        if (tile >= first_tile) {
            lists_.idle_tiles.push_back(tile - first_tile);
            --live_tiles_;
        } else if (adjoints_.wanted(s.result) != adjoint_interest::source) {
            lists_.released.push_back(adjoints_.take(s.result));
        }
    }

    argument seed_of(statement const& s)
    {
        auto const tile = tile_of(s.result);
        if (tile >= first_tile) {
            return argument::in_tile(tile - first_tile);
        }
        if (s.reduced != nullptr || adjoints_.is_uniform(s.result)) {
            auto const g = seed_of_elements<T>(s, size_, adjoints_);
            return argument::all(static_cast<double>(g), tile_count_++);
        }
        return array_of(adjoints_.body_of(s.result));
    }

    argument adjoint_of(std::uint32_t variable, bool& accumulate)
    {
        if (!adjoints_.wants(variable)) {
            // The kernel writes it all the same.
            return argument::in_tile(unwanted_tile);
        }
        auto const tile = tile_of(variable);
        if (tile >= first_tile) {
            accumulate = true;
            return argument::in_tile(tile - first_tile);
        }
        bool const has = adjoints_.has(variable);
        if (tile == produced && !has && adjoints_.wanted(variable) != adjoint_interest::source &&
            live_tiles_ < most_tiles) {
            auto const fresh = new_tile();
            ++live_tiles_;
            lists_.tiles[std::size_t{variable} - base_] = first_tile + fresh;
            return argument::in_tile(fresh);
        }
        accumulate = has;
        return argument::in_array(adjoints_.writable(variable).data);
    }

    void run_tiles() const
    {
        auto const length =
            std::max<std::size_t>(chunk_length(cost_) / tile_length<T>, 1) * tile_length<T>;
        auto const chunks = chunks_in(size_, length);
        auto const sums = lists_.sums.size();
        scratch_memory partial(chunks * sums * sizeof(T));
        auto* const totals = partial.as<T>();
        for_each_chunk(chunks, static_cast<double>(size_) * cost_, [&](std::size_t chunk) {
            run_chunk(chunk * length, std::min(size_, (chunk + 1) * length), totals + chunk * sums);
        });
        // In an order that depends on the shape alone.
        for (std::size_t step = 1; step < chunks && sums > 0; step *= 2) {
            for (std::size_t chunk = 0; chunk + step < chunks; chunk += 2 * step) {
                join_each(totals + chunk * sums, totals + (chunk + step) * sums, sums, add{});
            }
        }
        for (std::size_t k = 0; k < sums; ++k) {
            auto const& sum = lists_.sums[k];
            auto* const into = static_cast<T*>(sum.into);
            auto const total = chunks > 0 ? totals[k] : T(0);
            *into = sum.accumulate ? *into + total : total;
        }
    }

    void run_chunk(std::size_t begin, std::size_t end, T* totals) const
    {
        std::fill_n(totals, lists_.sums.size(), T(0));
        auto const length = std::min(tile_length<T>, padded_bytes(size_ * sizeof(T)) / sizeof(T));
        scratch_memory tiles(tile_count_ * length * sizeof(T));
        scratch_memory table(lists_.arguments.size() * sizeof(void*));
        auto* const at = table.as<void*>();
        for (std::size_t k = 0; k < lists_.arguments.size(); ++k) {
            at[k] = place_of(lists_.arguments[k], tiles.as<T>(), length, begin);
        }
        while (begin < end) {
            run_tile(at, std::min(tile_length<T>, end - begin), totals);
            begin += tile_length<T>;
            for (std::size_t k = 0; k < lists_.arguments.size() && begin < end; ++k) {
                if (lists_.arguments[k].where == place::array) {
                    at[k] = static_cast<T*>(at[k]) + tile_length<T>;
                }
            }
        }
    }

    void run_tile(void* const* at, std::size_t count, T* totals) const
    {
        auto const* const accumulate = reinterpret_cast<bool const*>(lists_.accumulate.data());
        for (std::size_t i = 0; i < lists_.steps.size(); ++i) {
            auto const& step = lists_.steps[i];
            run_kernel(
                *step.kernels, step.scalars, at + step.first, accumulate + step.first, count);
            auto const last_sum =
                i + 1 < lists_.steps.size() ? lists_.steps[i + 1].first_sum : lists_.sums.size();
            for (auto k = step.first_sum; k < last_sum; ++k) {
                totals[k] += sum_of<T>(at[lists_.sums[k].argument], count);
            }
        }
    }

    recording const& recording_;
    adjoints& adjoints_;
    tile_lists& lists_;
    std::uint32_t base_;
    std::uint32_t shape_;
    std::size_t size_;
    std::uint32_t tile_count_ = 1; // the unwanted one
    std::uint32_t live_tiles_ = 0; // that hold the adjoint of a variable
    float cost_ = 0;
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
