#pragma once

#include <atomic>
#include <cstdint>

#if __has_include(<sys/single_threaded.h>)
#    include <sys/single_threaded.h>
#endif

namespace xgrad {
/// Owners of a shared object. Atomic only once the program has a second thread, as libstdc++'s
/// shared pointers are: even without contention a locked instruction costs many plain ones.
class reference_count
{
public:
    void increment() noexcept
    {
        if (single_threaded()) {
            count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        } else {
            count_.fetch_add(1, std::memory_order_relaxed);
        }
    }

    /// True where the last owner has gone.
    [[nodiscard]] bool decrement() noexcept
    {
        if (single_threaded()) {
            auto const left = count_.load(std::memory_order_relaxed) - 1;
            count_.store(left, std::memory_order_relaxed);
            return left == 0;
        }
        return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }

    /// The short way: one owner less, where others are left and there is no second thread. False
    /// where `decrement` has to see to it.
    [[nodiscard]] bool decrement_shared() noexcept
    {
        auto const owners = count_.load(std::memory_order_relaxed);
        if (!single_threaded() || owners == 1) {
            return false;
        }
        count_.store(owners - 1, std::memory_order_relaxed);
        return true;
    }

    [[nodiscard]] std::uint32_t owners() const noexcept
    {
        return count_.load(std::memory_order_acquire);
    }

    [[nodiscard]] bool unique() const noexcept { return owners() == 1; }

private:
    static bool single_threaded() noexcept
    {
#if __has_include(<sys/single_threaded.h>)
        return __libc_single_threaded != 0;
#else
        return false;
#endif
    }

    std::atomic<std::uint32_t> count_{1};
};
} // namespace xgrad
