#pragma once

#include <xgrad/base/config.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>

#if __has_include(<sys/mman.h>)
#    include <sys/mman.h>
#endif

namespace xgrad {
/// Every block starts on a cache line and may be read and written up to the next one, so a
/// kernel never needs a scalar tail.
inline constexpr std::size_t block_alignment = 64;

inline constexpr std::size_t padded_bytes(std::size_t bytes) noexcept
{
    return (bytes + block_alignment - 1) / block_alignment * block_alignment;
}

namespace detail {
// Four sizes per power of two: at most a quarter of a block is unused, and a training
// loop that allocates the same shapes again always finds its old blocks.
struct size_class
{
    std::size_t index;
    std::size_t bytes;
};

inline size_class size_class_of(std::size_t bytes) noexcept
{
    auto const units = padded_bytes(bytes == 0 ? 1 : bytes) / block_alignment;
    if (units <= 4) {
        return {units - 1, units * block_alignment};
    }
    auto const exponent = static_cast<std::size_t>(std::bit_width(units - 1)) - 1;
    auto const step = std::size_t{1} << (exponent - 2);
    auto const quarter = (units - 1 - (std::size_t{1} << exponent)) / step;
    return {
        4 * (exponent - 1) + quarter,
        ((std::size_t{1} << exponent) + (quarter + 1) * step) * block_alignment};
}

inline constexpr std::size_t size_class_count = 4 * 60;

inline std::size_t bytes_of_size_class(std::size_t index) noexcept
{
    if (index < 4) {
        return (index + 1) * block_alignment;
    }
    auto const exponent = index / 4 + 1;
    auto const step = std::size_t{1} << (exponent - 2);
    return ((std::size_t{1} << exponent) + (index % 4 + 1) * step) * block_alignment;
}

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

inline void* take_from_system(std::size_t bytes)
{
    if (bytes <= small_block_bytes) {
        return ::operator new(bytes, alignment_of(bytes));
    }
    if (bytes + page < bytes) {
        throw std::bad_alloc();
    }
    auto* const block = ::operator new(bytes + page, alignment_of(bytes));
#if __has_include(<sys/mman.h>) && defined(__linux__)
    if (bytes >= large_page) {
        ::madvise(block, bytes / large_page * large_page, MADV_HUGEPAGE); // a wish, no more
    }
#endif
    return static_cast<std::byte*>(block) + next_place_in_page();
}

inline void return_to_system(void* block, std::size_t bytes) noexcept
{
    auto const place =
        bytes <= small_block_bytes ? 0 : reinterpret_cast<std::uintptr_t>(block) % page;
    ::operator delete(static_cast<std::byte*>(block) - place, alignment_of(bytes));
}

// A freed block is the link of the list that keeps it.
struct free_link
{
    free_link* next;
};

class free_lists
{
public:
    void* take(std::size_t index) noexcept
    {
        auto* const block = lists_[index];
        if (block != nullptr) {
            lists_[index] = block->next;
        }
        return block;
    }

    void give(std::size_t index, void* block) noexcept
    {
        lists_[index] = ::new (block) free_link{lists_[index]};
    }

    void release() noexcept
    {
        for (std::size_t index = 0; index < lists_.size(); ++index) {
            while (auto* const block = take(index)) {
                return_to_system(block, bytes_of_size_class(index));
            }
        }
    }

private:
    std::array<free_link*, size_class_count> lists_{};
};

// Large blocks are shared by all threads: the next one to need the size gets the pages
// that are already mapped (a first touch costs more than most kernels).
class shared_lists
{
public:
    void* take(std::size_t index) noexcept
    {
        std::scoped_lock const lock(mutex_);
        return lists_.take(index);
    }

    void give(std::size_t index, void* block) noexcept
    {
        std::scoped_lock const lock(mutex_);
        lists_.give(index, block);
    }

    void release() noexcept
    {
        std::scoped_lock const lock(mutex_);
        lists_.release();
    }

private:
    std::mutex mutex_;
    free_lists lists_;
};

inline shared_lists& large_blocks()
{
    // Never destroyed: static tensors may outlive any static pool.
    static auto* const lists = new shared_lists;
    return *lists;
}

// The lists of one thread: made at its first use, given back at its end.
struct thread_lists
{
    static inline thread_local constinit free_lists* current = nullptr;
    static inline thread_local constinit bool ended = false;

    free_lists lists;

    thread_lists() noexcept { current = &lists; }

    ~thread_lists()
    {
        current = nullptr;
        ended = true;
        lists.release();
    }
};

XGRAD_COLD inline free_lists* start_small_blocks() noexcept
{
    if (thread_lists::ended) {
        return nullptr;
    }
    thread_local thread_lists lists;
    return thread_lists::current;
}

// Null only after the thread's end.
inline free_lists* small_blocks() noexcept
{
    auto* const lists = thread_lists::current;
    return lists != nullptr ? lists : start_small_blocks();
}
} // namespace detail

namespace detail {
XGRAD_NOINLINE inline void* allocate_any_block(std::size_t bytes)
{
    auto const size = size_class_of(bytes);
    if (size.bytes < bytes) {
        throw std::bad_alloc();
    }
    void* block = nullptr;
    if (size.bytes > small_block_bytes) {
        block = large_blocks().take(size.index);
    } else if (auto* const lists = small_blocks()) {
        block = lists->take(size.index);
    }
    return block != nullptr ? block : take_from_system(size.bytes);
}

XGRAD_NOINLINE inline void free_any_block(void* block, std::size_t bytes) noexcept
{
    auto const size = size_class_of(bytes);
    if (size.bytes > small_block_bytes) {
        large_blocks().give(size.index, block);
    } else if (auto* const lists = small_blocks()) {
        lists->give(size.index, block);
    } else {
        return_to_system(block, size.bytes);
    }
}

// The list of the few smallest sizes, each a class of its own; larger than any for the others.
inline std::size_t smallest_class_of(std::size_t bytes) noexcept
{
    return (bytes + block_alignment - 1) / block_alignment - 1;
}
} // namespace detail

/// A 64-byte aligned block of at least `bytes`, from the pool. Throws std::bad_alloc.
inline void* allocate_block(std::size_t bytes)
{
    // Scalars and arrays of a few elements: worth a short way.
    auto const index = detail::smallest_class_of(bytes);
    if (auto* const lists = detail::thread_lists::current; index < 4 && lists != nullptr) {
        if (auto* const block = lists->take(index)) {
            return block;
        }
    }
    return detail::allocate_any_block(bytes);
}

/// Gives back what `allocate_block(bytes)` returned.
inline void free_block(void* block, std::size_t bytes) noexcept
{
    auto const index = detail::smallest_class_of(bytes);
    if (auto* const lists = detail::thread_lists::current; index < 4 && lists != nullptr) {
        lists->give(index, block);
    } else {
        detail::free_any_block(block, bytes);
    }
}

/// Returns the memory that the pool retains (of this thread, and all large blocks) to the system.
inline void release_memory() noexcept
{
    detail::large_blocks().release();
    if (auto* const lists = detail::small_blocks()) {
        lists->release();
    }
}
} // namespace xgrad
