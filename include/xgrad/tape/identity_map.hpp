#pragma once

#include <xgrad/base/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace xgrad {
/// From the identity of a tensor to a small index. The first few are looked through one by one;
/// where there are more, it is open addressing in one array. Identities are handed out in sequence,
/// so a multiplicative hash spreads them. Clearing it is one increment: entries of an earlier
/// generation are empty places.
class identity_map
{
public:
    std::optional<std::uint32_t> find(std::uint64_t identity) const noexcept
    {
        if (size_ <= few) {
            for (std::size_t i = 0; i < size_; ++i) {
                if (first_[i].identity == identity) {
                    return first_[i].index;
                }
            }
            return std::nullopt;
        }
        for (auto i = place_of(identity);; i = (i + 1) & (entries_.size() - 1)) {
            auto const& e = entries_[i];
            if (e.generation != generation_) {
                return std::nullopt;
            }
            if (e.identity == identity) {
                return e.index;
            }
        }
    }

    /// Room for one more: the next `insert` cannot fail.
    void reserve_one()
    {
        if (size_ >= few && 2 * (size_ + 1) > entries_.size()) {
            grow();
        }
    }

    /// `identity` must not be in the map.
    void insert(std::uint64_t identity, std::uint32_t index)
    {
        reserve_one();
        if (size_ < few) {
            first_[size_] = {identity, index};
        } else {
            place_beside_others(identity, index);
        }
        ++size_;
    }

    /// `identity`, which is in the map, has this index from now on.
    void replace(std::uint64_t identity, std::uint32_t index) noexcept
    {
        if (size_ <= few) {
            for (std::size_t i = 0; i < size_; ++i) {
                first_[i].index = first_[i].identity == identity ? index : first_[i].index;
            }
            return;
        }
        auto i = place_of(identity);
        while (entries_[i].identity != identity || entries_[i].generation != generation_) {
            i = (i + 1) & (entries_.size() - 1);
        }
        entries_[i].index = index;
    }

    /// The index of `identity`, which becomes `make()` where it has none.
    template <class Make>
    std::uint32_t find_or_insert(std::uint64_t identity, Make&& make)
    {
        if (auto const known = find(identity)) {
            return *known;
        }
        reserve_one();
        auto const index = make();
        insert(identity, index);
        return index;
    }

    void clear() noexcept
    {
        if (std::exchange(size_, 0) > few && ++generation_ == 0) {
            entries_.assign(entries_.size(), entry{});
            generation_ = 1;
        }
    }

    std::size_t bytes() const noexcept
    {
        return size_ <= few ? 0 : entries_.size() * sizeof(entry);
    }

private:
    struct known_identity
    {
        std::uint64_t identity = 0;
        std::uint32_t index = 0;
    };

    struct entry
    {
        std::uint64_t identity = 0;
        std::uint32_t index = 0;
        std::uint32_t generation = 0;
    };

    static constexpr std::size_t few = 8;

    std::size_t place_of(std::uint64_t identity) const noexcept
    {
        return static_cast<std::size_t>((identity * 0x9e3779b97f4a7c15u) >> 32) &
            (entries_.size() - 1);
    }

    void place(std::uint64_t identity, std::uint32_t index) noexcept
    {
        auto i = place_of(identity);
        while (entries_[i].generation == generation_) {
            i = (i + 1) & (entries_.size() - 1);
        }
        entries_[i] = {identity, index, generation_};
    }

    void place_beside_others(std::uint64_t identity, std::uint32_t index) noexcept
    {
        if (size_ == few) { // the first of which are not there yet
            for (auto const& one : first_) {
                place(one.identity, one.index);
            }
        }
        place(identity, index);
    }

    XGRAD_NOINLINE void grow()
    {
        std::vector<entry> old(entries_.empty() ? 4 * few : 2 * entries_.size());
        old.swap(entries_);
        for (auto const& e : old) {
            if (e.generation == generation_) {
                place(e.identity, e.index);
            }
        }
    }

    std::array<known_identity, few> first_{};
    std::vector<entry> entries_;
    std::size_t size_ = 0;
    std::uint32_t generation_ = 1;
};
} // namespace xgrad
