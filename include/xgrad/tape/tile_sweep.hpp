#pragma once

#include <xgrad/engine/block_reader.hpp>
#include <xgrad/engine/compute.hpp>
#include <xgrad/tape/adjoints.hpp>

#include <algorithm>
#include <span>
#include <vector>

// The reverse of neighbouring statements over one index space, a tile at a time: the adjoint of a
// tensor that only these statements read lives in a tile, in cache, and never as an array.

namespace xgrad {
/// Elements of a tile: with the tiles of a few adjoints and the operands' elements it stays in
/// cache.
inline constexpr std::size_t tile_length = block_length;

/// The lists of a tile sweep, which keep their memory from one sweep to the next.
struct tile_lists
{
    // Where an array of a kernel's arguments lies.
    enum class place : std::uint8_t
    {
        nowhere,
        array,  // moves on from tile to tile
        tile,   // the same memory for every tile
        uniform // a tile filled with one number
    };

    struct argument
    {
        void* array = nullptr;
        double number = 0;
        std::uint32_t tile = 0;
        place where = place::nowhere;
    };

    struct step
    {
        block_kernels const* kernels;
        void const* scalars;
        std::size_t first; // of its arguments: operands, adjoints, result, seed
    };

    std::vector<step> steps;
    std::vector<argument> arguments;
    std::vector<char> accumulate;          // one for each argument
    std::vector<std::uint32_t> tiles;      // per variable of the run: its tile + 1; 0: none
    std::vector<std::uint32_t> idle_tiles; // tiles whose adjoint has been used up
    std::vector<body_pointer> released;    // adjoints that nothing reads after the run
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// One run of statements: all aligned, all of one shape and compute type T.
template <class T>
class tile_sweep
{
public:
    /// Statements [first, last) of a recording; those without an adjoint are passed over.
    tile_sweep(
        recording const& r, std::size_t first, std::size_t last, adjoints& all, tile_lists& lists)
        : recording_(r),
          adjoints_(all),
          lists_(lists),
          base_(r.statements()[first].result),
          size_(element_count(r.shape_of(r.statements()[first].operands()[0].variable)))
    {
        lists.tiles.assign(r.statements()[last - 1].result - base_ + 1, none);
        for (auto i = first; i < last; ++i) {
            lists.tiles[r.statements()[i].result - base_] = produced;
        }
        for (auto i = last; i-- > first;) {
            auto const& s = r.statements()[i];
            if (adjoints_.has(s.result) || tile_of(s.result) >= first_tile) {
                add_step(s);
            }
        }
    }

    tile_sweep(tile_sweep const&) = delete;
    tile_sweep& operator=(tile_sweep const&) = delete;

    ~tile_sweep()
    {
        lists_.steps.clear();
        lists_.arguments.clear();
        lists_.accumulate.clear();
        lists_.idle_tiles.clear();
        lists_.released.clear();
    }

    void run() const
    {
        auto const length =
            std::max<std::size_t>(chunk_length(cost_) / tile_length, 1) * tile_length;
        for_each_chunk(
            chunks_in(size_, length), static_cast<double>(size_) * cost_, [&](std::size_t chunk) {
                run_chunk(chunk * length, std::min(size_, (chunk + 1) * length));
            });
    }

private:
    using place = tile_lists::place;
    using argument = tile_lists::argument;

    // What `tiles` says of a variable in the run.
    static constexpr std::uint32_t none = 0;
    static constexpr std::uint32_t produced = 1;
    static constexpr std::uint32_t first_tile = 2;
    // As many as stay in cache together; further adjoints are arrays.
    static constexpr std::uint32_t most_tiles = 12;

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
        return body ? argument{.array = body->data, .where = place::array} : argument{};
    }

    void add_step(statement const& s)
    {
        auto const& kernels = *s.kernels;
        auto const operands = s.operands();
        auto const first = lists_.arguments.size();
        auto const leaves = operands.size();
        lists_.steps.push_back({&kernels, s.scalars(), first});
        lists_.arguments.resize(first + 2 * leaves + 2);
        lists_.accumulate.resize(lists_.arguments.size());
        auto* const arguments = lists_.arguments.data() + first;
        cost_ += 2 * kernels.cost + 0.1f;

        arguments[2 * leaves] = array_of(s.kept_result);
        arguments[2 * leaves + 1] = seed_of(s);
        for (std::size_t i = 0; i < leaves; ++i) {
            arguments[i] = array_of(operands[i].kept);
            if (kernels.leaves[i].carries_gradient) {
                auto* const accumulate = lists_.accumulate.data() + first + i;
                arguments[leaves + i] = adjoint_of(operands[i].variable, *accumulate);
            }
        }

        // The adjoint of the result has been used up.
        auto const tile = tile_of(s.result);
        if (tile >= first_tile) {
            lists_.idle_tiles.push_back(tile - first_tile);
        } else if (adjoints_.wanted(s.result) != interest::source) {
            lists_.released.push_back(adjoints_.take(s.result));
        }
    }

    argument seed_of(statement const& s)
    {
        auto const tile = tile_of(s.result);
        if (tile >= first_tile) {
            return {.tile = tile - first_tile, .where = place::tile};
        }
        auto const& a = adjoints_.of(s.result);
        if (s.reduced == nullptr && !a.is_uniform) {
            return array_of(a.body);
        }
        auto g = a.is_uniform ? a.uniform : static_cast<double>(*a.body->template elements<T>());
        if (s.reduced != nullptr && s.reduced->divides_by_count) {
            g = static_cast<T>(g) / static_cast<T>(size_);
        }
        return {.number = g, .tile = tile_count_++, .where = place::uniform};
    }

    argument adjoint_of(std::uint32_t variable, char& accumulate)
    {
        if (!adjoints_.wants(variable)) {
            // The kernel writes it all the same.
            if (unwanted_ == none) {
                unwanted_ = first_tile + tile_count_++;
            }
            return {.tile = unwanted_ - first_tile, .where = place::tile};
        }
        auto const place_in_run = std::size_t{variable} - base_;
        auto const tile = tile_of(variable);
        if (tile >= first_tile) {
            accumulate = 1;
            return {.tile = tile - first_tile, .where = place::tile};
        }
        if (tile == produced && adjoints_.wanted(variable) != interest::source &&
            !adjoints_.has(variable) && (!lists_.idle_tiles.empty() || tile_count_ < most_tiles)) {
            auto const fresh = new_tile();
            lists_.tiles[place_in_run] = first_tile + fresh;
            return {.tile = fresh, .where = place::tile};
        }
        accumulate = adjoints_.has(variable) ? 1 : 0;
        return {.array = adjoints_.writable(variable).data, .where = place::array};
    }

    void run_chunk(std::size_t begin, std::size_t end) const
    {
        auto const longest = std::min(tile_length, padded_bytes(size_ * sizeof(T)) / sizeof(T));
        scratch tiles(tile_count_ * longest * sizeof(T));
        scratch table(lists_.arguments.size() * sizeof(void*));
        auto* const at = table.as<void*>();
        for (std::size_t k = 0; k < lists_.arguments.size(); ++k) {
            auto const& a = lists_.arguments[k];
            if (a.where == place::array) {
                at[k] = static_cast<T*>(a.array) + begin;
            } else {
                at[k] = tiles.as<T>() + a.tile * longest;
                if (a.where == place::uniform) {
                    std::fill_n(static_cast<T*>(at[k]), longest, static_cast<T>(a.number));
                }
            }
        }
        for (; begin < end; begin += tile_length) {
            run_tile(at, std::min(tile_length, end - begin));
            if (begin + tile_length < end) {
                for (std::size_t k = 0; k < lists_.arguments.size(); ++k) {
                    if (lists_.arguments[k].where == place::array) {
                        at[k] = static_cast<T*>(at[k]) + tile_length;
                    }
                }
            }
        }
    }

    void run_tile(void* const* at, std::size_t count) const
    {
        for (auto const& step : lists_.steps) {
            auto const leaves = step.kernels->leaves.size();
            auto* const arguments = at + step.first;
            step.kernels->adjoints(
                {.operands = arguments,
                 .scalars = step.scalars,
                 .result = arguments[2 * leaves],
                 .seed = arguments[2 * leaves + 1],
                 .adjoints = arguments + leaves,
                 .accumulate = reinterpret_cast<bool const*>(lists_.accumulate.data()) + step.first,
                 .count = count});
        }
    }

    recording const& recording_;
    adjoints& adjoints_;
    tile_lists& lists_;
    std::uint32_t base_;
    std::size_t size_;
    std::uint32_t tile_count_ = 0;
    std::uint32_t unwanted_ = none;
    float cost_ = 0;
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
