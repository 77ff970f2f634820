#pragma once

#include <xgrad/base/config.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace xgrad {
/// From the identity of a tensor to a small index: open addressing in one array. Identities are
/// handed out in sequence, so a multiplicative hash spreads them. Clearing it is one increment:
/// entries of an earlier generation are empty places.
class identity_map
{
public:
    std::optional<std::uint32_t> find(std::uint64_t identity) const noexcept
    {
        if (size_ == 0) {
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
        if (2 * (size_ + 1) > entries_.size()) {
            grow();
        }
    }

    /// `identity` must not be in the map.
    void insert(std::uint64_t identity, std::uint32_t index)
    {
        reserve_one();
        place(identity, index);
        ++size_;
    }

    /// The index of `identity`, which becomes `make()` where it has none.
    template <class Make>
    std::uint32_t find_or_insert(std::uint64_t identity, Make&& make)
    {
        reserve_one();
        auto i = place_of(identity);
        for (; entries_[i].generation == generation_; i = (i + 1) & (entries_.size() - 1)) {
            if (entries_[i].identity == identity) {
                return entries_[i].index;
            }
        }
        auto const index = make();
        entries_[i] = {identity, index, generation_};
        ++size_;
        return index;
    }

    void clear() noexcept
    {
        size_ = 0;
        if (++generation_ == 0) {
            entries_.assign(entries_.size(), entry{});
            generation_ = 1;
        }
    }

    std::size_t bytes() const noexcept { return size_ == 0 ? 0 : entries_.size() * sizeof(entry); }

private:
    struct entry
    {
        std::uint64_t identity = 0;
        std::uint32_t index = 0;
        std::uint32_t generation = 0;
    };

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

    XGRAD_NOINLINE void grow()
    {
        std::vector<entry> old(entries_.empty() ? 16 : 2 * entries_.size());
        old.swap(entries_);
        for (auto const& e : old) {
            if (e.generation == generation_) {
                place(e.identity, e.index);
            }
        }
    }

    std::vector<entry> entries_;
    std::size_t size_ = 0;
    std::uint32_t generation_ = 1;
};
} // namespace xgrad
