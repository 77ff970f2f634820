#pragma once

#include <xgrad/engine/aligned.hpp>
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
          size_(element_count(r.variables().shape_at(shape_)))
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
        alignas(block_alignment) T tiles[few_elements * few_tiles];
        for (auto i = last; i-- > first;) {
            auto const& s = recording_.statements()[i];
            if (!adjoints_.has(s.result) && tile_of(s.result) < first_tile) {
                continue;
            }
            if (single()) {
                run_at_once(s, tiles);
            } else {
                add_step(s);
            }
        }
        if (!single()) {
            run_tiles();
        }
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
    static constexpr std::uint32_t seed_tile = 1;
    // Arrays of up to so many elements need no list of what is to be done: it is done at once.
    static constexpr std::size_t few_elements = 64;

    // They have room for a statement's operands of a single element and their adjoints, too.
    static constexpr std::size_t few_tiles = 2 + most_tiles + 2 * most_single_operands;

    bool single() const noexcept { return size_ <= few_elements; }

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

    template <class Places>
    static auto array_of(Places const& places, body_pointer const& body) noexcept
    {
        return body ? places.array(body->data) : places.nowhere();
    }

    /// Where argument `a` lies when its array begins at element `begin`.
    static void* place_of(argument const& a, T* tiles, std::size_t length, std::size_t begin)
    {
        if (a.where == place::array) {
            return static_cast<T*>(a.array) + begin;
        }
        auto* const tile = tiles + a.tile * length;
        if (a.where == place::uniform) {
            std::fill_n(tile, length, static_cast<T>(a.number));
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
    template <class Places, class Argument>
    void
    find_arguments(statement const& s, bool* accumulate, Argument* arguments, Places const& places)
    {
        auto const& leaves = s.kernels->leaves;
        auto const operands = s.operands();
        auto* const adjoints = arguments + leaves.size();
        adjoints[leaves.size()] = array_of(places, s.kept_result);
        adjoints[leaves.size() + 1] = seed_of(s, places);
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            auto const variable = operands[i].variable;
            bool const spread = is_spread(variable);
            arguments[i] =
                spread ? spread_of(operands[i].kept, places) : array_of(places, operands[i].kept);
            accumulate[i] = false;
            if (!leaves[i].carries_gradient) {
                adjoints[i] = places.nowhere();
            } else if (spread && adjoints_.wants(variable)) {
                bool const has = adjoints_.has(variable);
                lists_.sums.push_back({leaves.size() + i, adjoints_.writable(variable).data, has});
                adjoints[i] = places.tile(step_tile());
            } else {
                adjoints[i] = adjoint_of(variable, accumulate[i], places);
            }
        }
    }

    /// An operand of a single element among larger ones.
    bool is_spread(std::uint32_t variable) const noexcept
    {
        if (size_ == 1) {
            return false;
        }
        auto const shape = recording_.variables()[variable].shape;
        return shape != shape_ && element_count(recording_.variables().shape_at(shape)) != size_;
    }

    /// Such an operand, over a tile: filled just before it is read, or once for many tiles.
    template <class Places>
    auto spread_of(body_pointer const& body, Places const& places)
    {
        if (!body) {
            return places.nowhere();
        }
        auto const number = static_cast<double>(*body->template elements<T>());
        return places.uniform(number, single() ? step_tile() : tile_count_++);
    }

    /// A tile for the time of one step.
    std::uint32_t step_tile()
    {
        lists_.step_tiles.push_back(new_tile());
        return lists_.step_tiles.back();
    }

    void run_at_once(statement const& s, T* tiles)
    {
        auto const leaves = s.kernels->leaves.size();
        short_list<void*> at(2 * leaves + 2);
        short_list<bool> accumulate(leaves);
        find_arguments(
            s, accumulate.get().data(), at.get().data(), place_now<T>{tiles, few_elements});
        run_kernel(*s.kernels, s.scalars(), at.get().data(), accumulate.get().data(), size_);
        for (auto const& sum : lists_.sums) {
            add_sum(sum, total_of(at[sum.argument], size_));
        }
        lists_.sums.clear();
        release(s);
    }

    static T total_of(void const* tile, std::size_t count)
    {
        return fold(static_cast<T const*>(tile), count, T(0), add{});
    }

    static void add_sum(tile_lists::sum const& sum, T total)
    {
        auto* const into = static_cast<T*>(sum.into);
        *into = sum.accumulate ? *into + total : total;
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
            lists_.arguments.data() + first,
            place_later());
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
        } else if (adjoints_.wanted(s.result) != interest::source) {
            lists_.released.push_back(adjoints_.take(s.result));
        }
    }

    template <class Places>
    auto seed_of(statement const& s, Places const& places)
    {
        auto const tile = tile_of(s.result);
        if (tile >= first_tile) {
            return places.tile(tile - first_tile);
        }
        auto const& a = adjoints_.of(s.result);
        if (s.reduced == nullptr && !a.is_uniform) {
            return array_of(places, a.body);
        }
        auto g = a.is_uniform ? a.uniform : static_cast<double>(*a.body->template elements<T>());
        if (s.reduced != nullptr && s.reduced->divides_by_count) {
            g = static_cast<T>(g) / static_cast<T>(size_);
        }
        // A seed that is read at once needs no tile of its own.
        return places.uniform(g, single() ? seed_tile : tile_count_++);
    }

    template <class Places>
    auto adjoint_of(std::uint32_t variable, bool& accumulate, Places const& places)
    {
        if (!adjoints_.wants(variable)) {
            // The kernel writes it all the same.
            return places.tile(unwanted_tile);
        }
        auto const tile = tile_of(variable);
        if (tile >= first_tile) {
            accumulate = true;
            return places.tile(tile - first_tile);
        }
        bool const has = adjoints_.has(variable);
        if (tile == produced && !has && adjoints_.wanted(variable) != interest::source &&
            live_tiles_ < most_tiles) {
            auto const fresh = new_tile();
            ++live_tiles_;
            lists_.tiles[std::size_t{variable} - base_] = first_tile + fresh;
            return places.tile(fresh);
        }
        accumulate = has;
        return places.array(adjoints_.writable(variable).data);
    }

    void run_tiles() const
    {
        auto const length =
            std::max<std::size_t>(chunk_length(cost_) / tile_length, 1) * tile_length;
        auto const chunks = chunks_in(size_, length);
        auto const sums = lists_.sums.size();
        scratch partial(chunks * sums * sizeof(T));
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
            add_sum(lists_.sums[k], chunks > 0 ? totals[k] : T(0));
        }
    }

    void run_chunk(std::size_t begin, std::size_t end, T* totals) const
    {
        std::fill_n(totals, lists_.sums.size(), T(0));
        auto const length = std::min(tile_length, padded_bytes(size_ * sizeof(T)) / sizeof(T));
        scratch tiles(tile_count_ * length * sizeof(T));
        scratch table(lists_.arguments.size() * sizeof(void*));
        auto* const at = table.as<void*>();
        for (std::size_t k = 0; k < lists_.arguments.size(); ++k) {
            at[k] = place_of(lists_.arguments[k], tiles.as<T>(), length, begin);
        }
        while (begin < end) {
            run_tile(at, std::min(tile_length, end - begin), totals);
            begin += tile_length;
            for (std::size_t k = 0; k < lists_.arguments.size() && begin < end; ++k) {
                if (lists_.arguments[k].where == place::array) {
                    at[k] = static_cast<T*>(at[k]) + tile_length;
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
                totals[k] += total_of(at[lists_.sums[k].argument], count);
            }
        }
    }

    recording const& recording_;
    adjoints& adjoints_;
    tile_lists& lists_;
    std::uint32_t base_;
    std::uint32_t shape_;
    std::size_t size_;
    std::uint32_t tile_count_ = 2;
    std::uint32_t live_tiles_ = 0; // that hold the adjoint of a variable
    float cost_ = 0;
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
