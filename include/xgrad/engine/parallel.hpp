#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/engine/thread_limit.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>

#if XGRAD_HAS_TBB && XGRAD_DEFINES_FUNCTIONS
#    include <xgrad/engine/threads.hpp>
#endif

namespace xgrad {
/// Estimated nanoseconds of work from which other threads are asked to help: some more than waking
/// them takes (0.1 to 3 microseconds with oneTBB).
inline constexpr double parallel_threshold = 4000;

namespace detail {
void run_on_threads(std::size_t count, void (*function)(void*, std::size_t), void* context);
} // namespace detail

/// Calls f(i) for every i < count, on several threads where `nanoseconds` of work make that
/// worth its while. The order is not defined; what f writes must not depend on it.
template <class F>
void for_each_chunk(std::size_t count, [[maybe_unused]] double nanoseconds, F&& f)
{
#if XGRAD_HAS_TBB
    if (count > 1 && nanoseconds > parallel_threshold && num_threads() > 1) {
        using function = std::remove_reference_t<F>;
        detail::run_on_threads(
            count,
            [](void* context, std::size_t i) { (*static_cast<function*>(context))(i); },
            const_cast<std::remove_const_t<function>*>(std::addressof(f)));
        return;
    }
#endif
    for (std::size_t i = 0; i < count; ++i) {
        f(i);
    }
}
} // namespace xgrad
