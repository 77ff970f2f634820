#pragma once

#include <xgrad/engine/aligned.hpp>
#include <xgrad/engine/large_array.hpp>
#include <xgrad/tape/adjoint_tiles.hpp>
#include <xgrad/tape/statement_run.hpp>
#include <xgrad/tape/sum_sweep.hpp>

#include <algorithm>

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
    /// Of statements [first, last) of the recording; those without an adjoint are passed over.
    tile_sweep(
        tape_record const& r,
        std::size_t first,
        std::size_t last,
        sweep_adjoints& all,
        tile_lists& lists)
        : recording_(r),
          first_(first),
          last_(last),
          adjoints_(all),
          lists_(lists),
          tiles_(r, first, last, all, lists),
          unwanted_(tiles_.take_for_good()),
          size_(r.variables().size_at(whole_shape(r, r.statements()[first])))
    {}

    tile_sweep(tile_sweep const&) = delete;
    tile_sweep& operator=(tile_sweep const&) = delete;

    ~tile_sweep()
    {
        lists_.steps.clear();
        lists_.sums.clear();
        lists_.arguments.clear();
        lists_.accumulate.clear();
        lists_.step_tiles.clear();
    }

    void run()
    {
        for (auto i = last_; i-- > first_;) {
            auto const& s = recording_.statements()[i];
            if (tiles_.has_adjoint(s)) {
                add_step(s);
            }
        }
        run_tiles();
    }

private:
    using place = tile_lists::place;
    using argument = tile_lists::argument;

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
    void find_arguments(recorded_statement const& s, bool* accumulate, argument* arguments)
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
                lists_.sums.push_back(
                    {leaves.size() + i,
                     adjoints_.writable(variable).data,
                     has,
                     part_of_sum(size_, 1, *s.kernels)});
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
            ? argument::all(
                  static_cast<double>(*body->template elements<T>()), tiles_.take_for_good())
            : argument();
    }

    /// A tile for the time of one step.
    std::uint32_t step_tile()
    {
        lists_.step_tiles.push_back(tiles_.take());
        return lists_.step_tiles.back();
    }

    void add_step(recorded_statement const& s)
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
        cost_ += cost_of_adjoints(*s.kernels);
        release(s);
    }

    /// The adjoint of the result has been used up, and what only this step needed.
    void release(recorded_statement const& s)
    {
        while (!lists_.step_tiles.empty()) {
            tiles_.give_back(lists_.step_tiles.back());
            lists_.step_tiles.pop_back();
        }
        tiles_.release(s);
    }

    argument seed_of(recorded_statement const& s)
    {
        if (auto const tile = tiles_.of(s.result); tile != no_tile) {
            return argument::in_tile(tile);
        }
        if (s.reduced != nullptr || adjoints_.is_uniform(s.result)) {
            auto const g = seed_of_elements<T>(s, size_, adjoints_);
            return argument::all(static_cast<double>(g), tiles_.take_for_good());
        }
        return array_of(adjoints_.body_of(s.result));
    }

    argument adjoint_of(std::uint32_t variable, bool& accumulate)
    {
        if (!adjoints_.wants(variable)) {
            // The kernel writes it all the same.
            return argument::in_tile(unwanted_);
        }
        if (auto const tile = tiles_.into(variable, accumulate); tile != no_tile) {
            return argument::in_tile(tile);
        }
        accumulate = adjoints_.has(variable);
        return argument::in_array(adjoints_.writable(variable).data);
    }

    void run_tiles() const
    {
        auto const length = chunk();
        auto const places = places_of_parts();
        scratch_memory memory(lists_.sums.size() * places * sizeof(T));
        auto* const totals = memory.as<T>();
        std::fill_n(totals, lists_.sums.size() * places, T(0));
        for_each_chunk(
            chunks_in(size_, length), static_cast<double>(size_) * cost_, [&](std::size_t chunk) {
                run_chunk(chunk * length, std::min(size_, (chunk + 1) * length), totals);
            });
        for (std::size_t k = 0; k < lists_.sums.size(); ++k) {
            auto const& sum = lists_.sums[k];
            auto* const total = totals + k * places;
            merge_parts(total, parts_in(size_, sum.part), 1);
            auto* const into = static_cast<T*>(sum.into);
            *into = sum.accumulate ? *into + *total : *total;
        }
    }

    // Whole tiles, and whole parts of sums.
    std::size_t chunk() const noexcept
    {
        std::size_t longest = 0;
        for (auto const& sum : lists_.sums) {
            longest = std::max(longest, sum.part);
        }
        static_assert(any_block_length % tile_length<T> == 0);
        return longest > 0 ? longest : chunk_length(cost_);
    }

    // Room for the parts of a sum.
    std::size_t places_of_parts() const noexcept
    {
        std::size_t most = 0;
        for (auto const& sum : lists_.sums) {
            most = std::max(most, parts_in(size_, sum.part));
        }
        return most;
    }

    void run_chunk(std::size_t begin, std::size_t end, T* totals) const
    {
        // Sums are those of whole tiles.
        bool const is_large = lists_.sums.empty() && is_large_array(size_ * sizeof(T));
        auto const step = is_large ? piece_length<T> : tile_length<T>;
        auto const asked_ahead = is_large ? lists_.arguments.size() : 0;
        auto const length = std::min(step, padded_bytes(size_ * sizeof(T)) / sizeof(T));
        scratch_memory tiles(tiles_.count() * length * sizeof(T));
        scratch_memory table(lists_.arguments.size() * sizeof(void*));
        auto* const at = table.as<void*>();
        for (std::size_t k = 0; k < lists_.arguments.size(); ++k) {
            at[k] = place_of(lists_.arguments[k], tiles.as<T>(), length, begin);
        }
        auto const places = places_of_parts();
        for (; begin < end; begin += step) {
            auto const count = std::min(step, end - begin);
            for (std::size_t k = 0; k < asked_ahead; ++k) {
                if (lists_.arguments[k].where == place::array) {
                    prefetch_piece(static_cast<T const*>(at[k]));
                }
            }
            run_tile(at, count, [&](std::size_t k, T const* adjoints) {
                auto& total = totals[k * places + begin / lists_.sums[k].part];
                sum_accumulator<T>.run({&total}, adjoints, count);
            });
            for (std::size_t k = 0; k < lists_.arguments.size(); ++k) {
                if (lists_.arguments[k].where == place::array) {
                    at[k] = static_cast<T*>(at[k]) + step;
                }
            }
        }
    }

    /// add(k, adjoints) gets what is to be added to sum k.
    template <class Add>
    void run_tile(void* const* at, std::size_t count, Add const& add) const
    {
        auto const* const accumulate = reinterpret_cast<bool const*>(lists_.accumulate.data());
        for (std::size_t i = 0; i < lists_.steps.size(); ++i) {
            auto const& step = lists_.steps[i];
            run_kernel(
                *step.kernels, step.scalars, at + step.first, accumulate + step.first, count);
            auto const last_sum =
                i + 1 < lists_.steps.size() ? lists_.steps[i + 1].first_sum : lists_.sums.size();
            for (auto k = step.first_sum; k < last_sum; ++k) {
                add(k, static_cast<T const*>(at[lists_.sums[k].argument]));
            }
        }
    }

    tape_record const& recording_;
    std::size_t first_;
    std::size_t last_;
    sweep_adjoints& adjoints_;
    tile_lists& lists_;
    adjoint_tiles tiles_;
    std::uint32_t unwanted_; // the tile of adjoints that nobody wants
    std::size_t size_;
    float cost_ = 0;
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
