#pragma once

#include <xgrad/base/free_lists.hpp>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <new>

// Memory for tensors and tapes, retained for the next one that needs the size.

namespace xgrad {
namespace detail {
inline shared_lists& large_blocks()
{
    // Never destroyed: static tensors may outlive any static pool.
    static auto* const lists = new shared_lists;
    return *lists;
}

/// Small blocks of threads that have ended, for the next one that needs some; and for those that
/// are just ending.
struct left_blocks
{
    std::mutex mutex;
    small_block_lists lists;
    std::atomic<bool> some{false};

    void give_all_to(small_block_lists& others) noexcept
    {
        std::scoped_lock const lock(mutex);
        others.adopt(lists);
        some = false;
    }

    static left_blocks& of_all_threads()
    {
        static auto* const left = new left_blocks; // never destroyed, either
        return *left;
    }
};

/// The lists of one thread: made at its first use, left to others at its end.
struct thread_lists
{
    static inline thread_local constinit small_block_lists* current = nullptr;
    static inline thread_local constinit bool ended = false;

    small_block_lists lists;

    thread_lists() noexcept { current = &lists; }

    ~thread_lists()
    {
        current = nullptr;
        ended = true;
        lists.release();
        auto& left = left_blocks::of_all_threads();
        std::scoped_lock const lock(left.mutex);
        left.lists.adopt(lists);
        left.some = true;
    }
};

XGRAD_COLD inline small_block_lists* start_small_blocks() noexcept
{
    if (thread_lists::ended) {
        return nullptr;
    }
    thread_local thread_lists lists;
    return thread_lists::current;
}

// Null only after the thread's end.
inline small_block_lists* small_blocks() noexcept
{
    auto* const lists = thread_lists::current;
    return lists != nullptr ? lists : start_small_blocks();
}

XGRAD_NOINLINE inline void* allocate_any_block(std::size_t bytes)
{
    auto const size = size_class_of(bytes);
    if (size.bytes < bytes) {
        throw std::bad_alloc();
    }
    if (size.bytes > small_block_bytes) {
        auto* const block = large_blocks().take(size.index);
        return block != nullptr ? block : take_from_system(size.bytes);
    }
    auto* const own = small_blocks();
    auto& left = left_blocks::of_all_threads();
    if (own == nullptr) {
        std::scoped_lock const lock(left.mutex);
        return left.lists.take_or_cut(size);
    }
    if (left.some.load(std::memory_order_relaxed)) {
        left.give_all_to(*own);
    }
    return own->take_or_cut(size);
}

XGRAD_NOINLINE inline void free_any_block(void* block, std::size_t bytes) noexcept
{
    auto const size = size_class_of(bytes);
    if (size.bytes > small_block_bytes) {
        large_blocks().give(size.index, block);
    } else if (auto* const lists = small_blocks()) {
        lists->give(size.index, block);
    } else {
        auto& left = left_blocks::of_all_threads();
        std::scoped_lock const lock(left.mutex);
        left.lists.give(size.index, block);
        left.some = true;
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
        detail::left_blocks::of_all_threads().give_all_to(*lists);
        lists->release();
    }
}
} // namespace xgrad
