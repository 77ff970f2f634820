#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace xgrad {
/// From the identity of a tensor to a small index: open addressing in one array. Identities are
/// handed out in sequence, so a multiplicative hash spreads them.
class identity_map
{
public:
    std::optional<std::uint32_t> find(std::uint64_t identity) const noexcept
    {
        if (entries_.empty()) {
            return std::nullopt;
        }
        for (auto i = place_of(identity);; i = (i + 1) & (entries_.size() - 1)) {
            if (entries_[i].identity == identity) {
                return entries_[i].index;
            }
            if (entries_[i].identity == 0) {
                return std::nullopt;
            }
        }
    }

    /// `identity` must not be in the map, and not be 0.
    void insert(std::uint64_t identity, std::uint32_t index)
    {
        if (2 * (size_ + 1) > entries_.size()) {
            grow();
        }
        place(identity, index);
        ++size_;
    }

    void clear() noexcept
    {
        if (size_ > 0) {
            entries_.assign(entries_.size(), entry{});
            size_ = 0;
        }
    }

    std::size_t bytes() const noexcept { return entries_.capacity() * sizeof(entry); }

private:
    struct entry
    {
        std::uint64_t identity = 0;
        std::uint32_t index = 0;
    };

    std::size_t place_of(std::uint64_t identity) const noexcept
    {
        return static_cast<std::size_t>((identity * 0x9e3779b97f4a7c15u) >> 32) &
            (entries_.size() - 1);
    }

    void place(std::uint64_t identity, std::uint32_t index) noexcept
    {
        auto i = place_of(identity);
        while (entries_[i].identity != 0) {
            i = (i + 1) & (entries_.size() - 1);
        }
        entries_[i] = {identity, index};
    }

    void grow()
    {
        std::vector<entry> old(entries_.empty() ? 16 : 2 * entries_.size());
        old.swap(entries_);
        for (auto const& e : old) {
            if (e.identity != 0) {
                place(e.identity, e.index);
            }
        }
    }

    std::vector<entry> entries_;
    std::size_t size_ = 0;
};
} // namespace xgrad
