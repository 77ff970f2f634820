#pragma once

#include <xgrad/base/pool.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace xgrad {
/// Memory for many small objects that go all at once: taken in sequence out of pages that stay for
/// the next time. Nothing is ever moved.
class memory_arena
{
public:
    memory_arena() = default;
    memory_arena(memory_arena const&) = delete;
    memory_arena& operator=(memory_arena const&) = delete;

    ~memory_arena()
    {
        for (auto const& page : pages_) {
            free_block(page.data, page.bytes);
        }
    }

    /// Memory for `bytes`, aligned for any number. Throws std::bad_alloc.
    void* allocate(std::size_t bytes)
    {
        bytes = (bytes + alignment - 1) / alignment * alignment;
        if (static_cast<std::size_t>(end_ - next_) < bytes) {
            turn_page(bytes);
        }
        auto* const memory = next_;
        next_ += bytes;
        return memory;
    }

    /// Takes everything back; keeps the pages.
    void clear() noexcept
    {
        page_ = 0;
        begin_page();
    }

    /// Bytes handed out since the last `clear`, with what was left over at the ends of pages.
    std::size_t bytes() const noexcept
    {
        auto total = static_cast<std::size_t>(end_ - next_);
        total = page_ < pages_.size() ? pages_[page_].bytes - total : 0;
        for (std::size_t i = 0; i < page_; ++i) {
            total += pages_[i].bytes;
        }
        return total;
    }

    /// Bytes of its pages.
    std::size_t retained_bytes() const noexcept
    {
        std::size_t total = 0;
        for (auto const& page : pages_) {
            total += page.bytes;
        }
        return total;
    }

private:
    static constexpr std::size_t alignment = 8;
    static constexpr std::size_t first_page = std::size_t{4} << 10;
    static constexpr std::size_t largest_page = std::size_t{1} << 20;

    struct page
    {
        std::byte* data;
        std::size_t bytes;
    };

    void begin_page() noexcept
    {
        next_ = page_ < pages_.size() ? pages_[page_].data : nullptr;
        end_ = page_ < pages_.size() ? next_ + pages_[page_].bytes : nullptr;
    }

    XGRAD_NOINLINE void turn_page(std::size_t bytes)
    {
        auto const next = next_ == nullptr ? page_ : page_ + 1;
        if (next == pages_.size() || pages_[next].bytes < bytes) {
            // Pages grow with the arena, so that their number stays small.
            auto const usual =
                std::min(next == 0 ? first_page : 2 * pages_[next - 1].bytes, largest_page);
            page const fresh{nullptr, std::max(bytes, usual)};
            auto const place =
                pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(next), fresh);
            try {
                place->data = static_cast<std::byte*>(allocate_block(place->bytes));
            } catch (...) {
                pages_.erase(place);
                throw;
            }
        }
        page_ = next;
        begin_page();
    }

    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
    std::size_t page_ = 0;
    std::vector<page> pages_;
};
} // namespace xgrad
