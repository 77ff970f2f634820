#pragma once

#include <xgrad/base/size_class.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#if __has_include(<sys/mman.h>)
#    include <sys/mman.h>
#endif

// Memory that the pool takes from the system, and gives back to it.

namespace xgrad::detail {
// Large arrays in large pages: a column of a matrix then needs few entries of the address cache
// (measured: a transpose of 2,000 × 500 doubles took 5.2 ns an element without), and a first touch
// is cheaper.
inline constexpr std::size_t large_page = std::size_t{2} << 20;

// Blocks up to this size stay with their thread and need no lock.
inline constexpr std::size_t small_block_bytes = std::size_t{64} << 10;

// Lines at the same place of a page compete for the same few places of the first cache, and a loop
// walks through several arrays at once. So each of them begins at another place of its page:
// 0, 1/2, 1/4, 3/4, 1/8, ... of it, van der Corput's sequence in base 2, in which neighbours lie
// far apart. (Measured with value and gradients of bench's (c) at 10⁶ and 10⁷ on a Zen 5: 3 and 7 %
// less time, and 15 % where kernels worked in blocks of 8 KB.)
inline constexpr std::size_t page = 4096;

inline std::size_t next_place_in_page() noexcept
{
    static std::atomic<std::size_t> blocks{0};
    constexpr auto lines = page / block_alignment;
    auto const n = blocks.fetch_add(1, std::memory_order_relaxed);
    std::size_t place = 0;
    for (auto bit = lines / 2, rest = n; bit != 0; bit /= 2, rest /= 2) {
        place += bit * (rest % 2);
    }
    return place * block_alignment;
}

inline std::align_val_t alignment_of(std::size_t bytes) noexcept
{
    return std::align_val_t{
        bytes >= large_page             ? large_page
            : bytes > small_block_bytes ? page
                                        : block_alignment};
}

/// Of memory that begins with such a page. A wish, no more.
inline void
prefer_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) noexcept
{
#if __has_include(<sys/mman.h>) && defined(__linux__)
    ::madvise(memory, bytes, MADV_HUGEPAGE);
#endif
}

/// Of memory that begins with such a page and is about to be deleted: what lies in it is forgotten,
/// and the system has its pages back even where the allocator keeps the addresses.
inline void drop_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) noexcept
{
#if __has_include(<sys/mman.h>) && defined(__linux__)
    ::madvise(memory, bytes, MADV_DONTNEED);
#endif
}

inline void* take_from_system(std::size_t bytes)
{
    if (bytes <= small_block_bytes) {
        return ::operator new(bytes, alignment_of(bytes));
    }
    if (bytes + page < bytes) {
        throw std::bad_alloc();
    }
    auto* const block = ::operator new(bytes + page, alignment_of(bytes));
    if (bytes >= large_page) {
        prefer_large_pages(block, bytes / large_page * large_page);
    }
    return static_cast<std::byte*>(block) + next_place_in_page();
}

inline void return_to_system(void* block, std::size_t bytes) noexcept
{
    auto const place =
        bytes <= small_block_bytes ? 0 : reinterpret_cast<std::uintptr_t>(block) % page;
    auto* const memory = static_cast<std::byte*>(block) - place;
    if (bytes >= large_page) {
        drop_pages(memory, bytes / page * page);
    }
    ::operator delete(memory, alignment_of(bytes));
}
} // namespace xgrad::detail
