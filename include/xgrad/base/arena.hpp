#pragma once

#include <xgrad/base/pool.hpp>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

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
        while (first_ != nullptr) {
            auto* const page = std::exchange(first_, first_->next);
            free_block(page, page->bytes);
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
    void clear() noexcept { begin(first_); }

    /// Bytes handed out since the last `clear`, with what was left over at the ends of pages.
    std::size_t bytes() const noexcept
    {
        auto total = page_ == nullptr ? 0 : static_cast<std::size_t>(next_ - begin_of(page_));
        for (auto const* page = first_; page != page_; page = page->next) {
            total += page->bytes;
        }
        return total;
    }

    /// Bytes of its pages.
    std::size_t retained_bytes() const noexcept
    {
        std::size_t total = 0;
        for (auto const* page = first_; page != nullptr; page = page->next) {
            total += page->bytes;
        }
        return total;
    }

private:
    static constexpr std::size_t alignment = 8;
    static constexpr std::size_t first_page = std::size_t{4} << 10;
    static constexpr std::size_t largest_page = detail::large_page;

    // Its memory lies behind it, and begins with a cache line.
    struct alignas(block_alignment) memory_page
    {
        memory_page* next;
        std::size_t bytes;
    };

    static std::byte* begin_of(memory_page* p) noexcept
    {
        return reinterpret_cast<std::byte*>(p + 1);
    }

    /// Goes on at the start of a page.
    void begin(memory_page* p) noexcept
    {
        page_ = p;
        next_ = p == nullptr ? nullptr : begin_of(p);
        end_ = p == nullptr ? nullptr : reinterpret_cast<std::byte*>(p) + p->bytes;
    }

    XGRAD_NOINLINE void turn_page(std::size_t bytes)
    {
        auto& next = page_ == nullptr ? first_ : page_->next;
        if (next == nullptr || next->bytes - sizeof(memory_page) < bytes) {
            // Pages grow with the arena, so that their number stays small.
            auto const usual =
                page_ == nullptr ? first_page : std::min(2 * page_->bytes, largest_page);
            auto const size = std::max(bytes + sizeof(memory_page), usual);
            next = ::new (allocate_block(size)) memory_page{next, size};
        }
        begin(next);
    }

    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
    memory_page* page_ = nullptr; // the one that is being filled
    memory_page* first_ = nullptr;
};
} // namespace xgrad
