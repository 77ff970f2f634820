#pragma once

#include <xgrad/base/config.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <utility>

#if XGRAD_HAS_TBB
#    include <oneapi/tbb/parallel_for.h>
#    include <oneapi/tbb/task_arena.h>
#endif

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

/// Estimated nanoseconds of work from which other threads are asked to help: some more than waking
/// them takes (0.1 to 3 microseconds with oneTBB).
inline constexpr double parallel_threshold = 4000;

/// Calls f(i) for every i < count, on several threads where `nanoseconds` of work make that
/// worth its while. The order is not defined; what f writes must not depend on it.
template <class F>
void for_each_chunk(std::size_t count, [[maybe_unused]] double nanoseconds, F&& f)
{
#if XGRAD_HAS_TBB
    if (count > 1 && nanoseconds > parallel_threshold && num_threads() > 1) {
        auto const body = [&] {
            // Isolation: a caller inside a task of its own must not be made to run another
            // of its tasks, which might record on this thread's tape, while it waits.
            tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, count, f); });
        };
        auto const threads = num_threads();
        if (threads >= tbb::this_task_arena::max_concurrency()) {
            body();
        } else {
            tbb::task_arena(threads).execute(body);
        }
        return;
    }
#endif
    for (std::size_t i = 0; i < count; ++i) {
        f(i);
    }
}
} // namespace xgrad
