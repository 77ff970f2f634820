#pragma once

#include <xgrad/engine/adjoint.hpp>
#include <xgrad/tape/tiles.hpp>

#include <cstddef>
#include <cstdint>

namespace xgrad {
/// Which adjoints of a run of statements lie in tiles: those of tensors that the run computes and
/// only the run reads. The first contribution takes a tile; the statement that has computed the
/// tensor gives it back.
class adjoint_tiles
{
public:
    /// Of statements [first, last). The lists are its own as long as it lives.
    adjoint_tiles(
        tape_record const& r,
        std::size_t first,
        std::size_t last,
        sweep_adjoints& all,
        tile_lists& lists)
        : adjoints_(all), lists_(lists), base_(r.statements()[first].result)
    {
        lists.tiles.assign(r.statements()[last - 1].result - base_ + 1, elsewhere);
        for (auto i = first; i < last; ++i) {
            lists.tiles[r.statements()[i].result - base_] = computed;
        }
    }

    adjoint_tiles(adjoint_tiles const&) = delete;
    adjoint_tiles& operator=(adjoint_tiles const&) = delete;

    ~adjoint_tiles()
    {
        lists_.idle_tiles.clear();
        lists_.released.clear();
    }

    /// The tile that holds the adjoint of a variable, or `no_tile`.
    std::uint32_t of(std::uint32_t variable) const noexcept
    {
        auto const what = said_of(variable);
        return what >= first_tile ? what - first_tile : no_tile;
    }

    /// Something has contributed to the adjoint of its result.
    bool has_adjoint(recorded_statement const& s) const noexcept
    {
        return adjoints_.has(s.result) || of(s.result) != no_tile;
    }

    /// Where a further contribution goes, if to a tile.
    std::uint32_t into(std::uint32_t variable, bool& accumulate)
    {
        auto const known = of(variable);
        accumulate = known != no_tile;
        if (accumulate || said_of(variable) != computed || adjoints_.has(variable) ||
            adjoints_.wanted(variable) == adjoint_interest::source || live_ == most) {
            return known;
        }
        ++live_;
        auto const tile = take();
        lists_.tiles[std::size_t{variable} - base_] = first_tile + tile;
        return tile;
    }

    /// A tile for some other purpose.
    std::uint32_t take()
    {
        if (lists_.idle_tiles.empty()) {
            return count_++;
        }
        auto const tile = lists_.idle_tiles.back();
        lists_.idle_tiles.pop_back();
        return tile;
    }

    /// One that is never another's.
    std::uint32_t take_for_good() noexcept { return count_++; }

    void give_back(std::uint32_t tile) { lists_.idle_tiles.push_back(tile); }

    /// The adjoint of the statement's result has been used up, when the run is over.
    void release(recorded_statement const& s)
    {
        if (auto const tile = of(s.result); tile != no_tile) {
            give_back(tile);
            --live_;
        } else if (adjoints_.wanted(s.result) != adjoint_interest::source) {
            lists_.released.push_back(adjoints_.take(s.result));
        }
    }

    /// Tiles in all.
    std::uint32_t count() const noexcept { return count_; }

private:
    // What the list says of a variable.
    static constexpr std::uint32_t elsewhere = 0;
    static constexpr std::uint32_t computed = 1; // by the run
    static constexpr std::uint32_t first_tile = 2;
    // As many adjoints as stay in cache together; further ones are arrays.
    static constexpr std::uint32_t most = 12;

    std::uint32_t said_of(std::uint32_t variable) const noexcept
    {
        auto const place = std::size_t{variable} - base_;
        return place < lists_.tiles.size() ? lists_.tiles[place] : elsewhere;
    }

    sweep_adjoints& adjoints_;
    tile_lists& lists_;
    std::uint32_t base_;
    std::uint32_t count_ = 0;
    std::uint32_t live_ = 0; // that hold the adjoint of a variable
};
} // namespace xgrad
