#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/base/system_memory.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

// Blocks that the pool has ready.

namespace xgrad::detail {
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

    /// Gives those of one size back to the system.
    void release(std::size_t index) noexcept
    {
        while (auto* const block = take(index)) {
            return_to_system(block, bytes_of_size_class(index));
        }
    }

protected:
    std::array<free_link*, size_class_count> lists_{};
};

/// Large blocks are shared by all threads: the next one to need the size gets the pages that are
/// already mapped (a first touch costs more than most kernels).
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
        for (std::size_t index = 0; index < size_class_count; ++index) {
            lists_.release(index);
        }
    }

private:
    std::mutex mutex_;
    free_lists lists_;
};

/// Memory from which small blocks are cut, one after the other: what is made together lies
/// together, in large pages. (With each block from the system by itself, a million scalar
/// statements and their gradient took a third more memory and a fifth more time.) It lies at a
/// multiple of its size, so that a block finds it.
struct alignas(block_alignment) memory_slab
{
    static constexpr std::size_t bytes = large_page;

    std::atomic<std::size_t> cut{0}; // bytes of its blocks, once it is full; 0 before
    // While memory is given back, under a lock: bytes of its blocks that lie in the lists, and of
    // those that have been taken out of them.
    std::size_t idle = 0;
    std::size_t taken = 0;

    static memory_slab& of(void* block) noexcept
    {
        auto* const place = static_cast<std::byte*>(block);
        return *std::launder(reinterpret_cast<memory_slab*>(
            place - reinterpret_cast<std::uintptr_t>(block) % bytes));
    }

    static memory_slab* open(bool is_first)
    {
        auto* const memory = ::operator new(bytes, std::align_val_t{bytes});
        if (!is_first) {
            prefer_large_pages(memory, bytes);
        }
        return ::new (memory) memory_slab;
    }

    static void close(memory_slab& s) noexcept
    {
        s.~memory_slab();
        drop_pages(&s, bytes);
        ::operator delete(static_cast<void*>(&s), std::align_val_t{bytes});
    }
};

/// The small blocks of one thread.
class small_block_lists : public free_lists
{
public:
    small_block_lists() = default;
    small_block_lists(small_block_lists const&) = delete;
    small_block_lists& operator=(small_block_lists const&) = delete;

    void* take_or_cut(size_class size)
    {
        auto* const block = take(size.index);
        return block != nullptr ? block : cut(size.bytes);
    }

    /// Takes all the blocks of other lists.
    void adopt(small_block_lists& others) noexcept
    {
        others.finish_slab();
        for (std::size_t index = 0; index < size_class_count; ++index) {
            while (auto* const block = others.take(index)) {
                give(index, block);
            }
        }
    }

    /// Gives back what nobody uses: slabs, of which all blocks lie here.
    void release() noexcept
    {
        static std::mutex mutex;
        std::scoped_lock const lock(mutex);
        finish_slab();
        for (std::size_t index = 0; index < cut_classes; ++index) {
            for (auto* block = lists_[index]; block != nullptr; block = block->next) {
                auto& s = memory_slab::of(block);
                s.idle = s.taken = 0;
            }
        }
        for (std::size_t index = 0; index < cut_classes; ++index) {
            for (auto* block = lists_[index]; block != nullptr; block = block->next) {
                memory_slab::of(block).idle += bytes_of_size_class(index);
            }
        }
        for (std::size_t index = 0; index < cut_classes; ++index) {
            release_cut(index);
        }
        for (auto index = cut_classes; index < size_class_count; ++index) {
            free_lists::release(index);
        }
    }

private:
    /// A block that has not been used before. (Where overruns are looked for, each one is the
    /// system's.)
    void* cut(std::size_t bytes)
    {
        if (bytes > largest_cut) {
            return take_from_system(bytes);
        }
        if (static_cast<std::size_t>(end_ - next_) < bytes) {
            finish_slab();
            slab_ = memory_slab::open(!std::exchange(has_opened_, true));
            next_ = reinterpret_cast<std::byte*>(slab_ + 1);
            end_ = reinterpret_cast<std::byte*>(slab_) + memory_slab::bytes;
        }
        return std::exchange(next_, next_ + bytes);
    }

    static constexpr std::size_t largest_cut =
        XGRAD_IS_ADDRESS_SANITIZED ? 0 : std::size_t{8} << 10;
    static constexpr std::size_t cut_classes =
        largest_cut == 0 ? 0 : size_class_of(largest_cut).index + 1;

    void finish_slab() noexcept
    {
        if (slab_ != nullptr) {
            auto* const first = reinterpret_cast<std::byte*>(slab_ + 1);
            slab_->cut.store(static_cast<std::size_t>(next_ - first), std::memory_order_release);
        }
        slab_ = nullptr;
        next_ = end_ = nullptr;
    }

    void release_cut(std::size_t index) noexcept
    {
        for (auto** link = &lists_[index]; *link != nullptr;) {
            auto& s = memory_slab::of(*link);
            if (s.idle != s.cut.load(std::memory_order_acquire)) {
                link = &(*link)->next; // somebody uses a block of it
                continue;
            }
            *link = (*link)->next;
            s.taken += bytes_of_size_class(index);
            if (s.taken == s.idle) {
                memory_slab::close(s);
            }
        }
    }

    memory_slab* slab_ = nullptr; // from which blocks are cut
    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
    bool has_opened_ = false;
};
} // namespace xgrad::detail
