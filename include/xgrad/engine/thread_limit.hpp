#pragma once

#include <xgrad/base/config.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

namespace xgrad {
namespace detail {
inline std::atomic<int>& thread_limit() noexcept
{
    static std::atomic<int> limit{
        std::max(1, static_cast<int>(std::thread::hardware_concurrency()))};
    return limit;
}
} // namespace detail

/// The number of threads that statements are computed with.
inline int num_threads() noexcept
{
    return XGRAD_HAS_TBB ? detail::thread_limit().load(std::memory_order_relaxed) : 1;
}

/// Limits the threads; every result stays bitwise the same. `n` below 1 means all cores.
inline void set_num_threads(int n) noexcept
{
    detail::thread_limit().store(
        n >= 1 ? n : std::max(1, static_cast<int>(std::thread::hardware_concurrency())),
        std::memory_order_relaxed);
}
} // namespace xgrad
