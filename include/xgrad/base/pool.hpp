#pragma once

#include <xgrad/base/config.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <vector>

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
        for (auto& list : lists_) {
            while (list != nullptr) {
                auto* const block = list;
                list = block->next;
                ::operator delete(block, std::align_val_t{block_alignment});
            }
        }
    }

private:
    std::array<free_link*, size_class_count> lists_{};
};

// Blocks up to this size stay with their thread and need no lock.
inline constexpr std::size_t small_block_bytes = std::size_t{64} << 10;

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

/// A 64-byte aligned block of at least `bytes`, from the pool. Throws std::bad_alloc.
inline void* allocate_block(std::size_t bytes)
{
    auto const size = detail::size_class_of(bytes);
    if (size.bytes < bytes) {
        throw std::bad_alloc();
    }
    void* block = nullptr;
    if (size.bytes > detail::small_block_bytes) {
        block = detail::large_blocks().take(size.index);
    } else if (auto* const lists = detail::small_blocks()) {
        block = lists->take(size.index);
    }
    return block != nullptr ? block : ::operator new(size.bytes, std::align_val_t{block_alignment});
}

/// Gives back what `allocate_block(bytes)` returned.
inline void free_block(void* block, std::size_t bytes) noexcept
{
    auto const size = detail::size_class_of(bytes);
    if (size.bytes > detail::small_block_bytes) {
        detail::large_blocks().give(size.index, block);
    } else if (auto* const lists = detail::small_blocks()) {
        lists->give(size.index, block);
    } else {
        ::operator delete(block, std::align_val_t{block_alignment});
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
