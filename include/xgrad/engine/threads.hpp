#pragma once

#include <xgrad/engine/thread_limit.hpp>

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <cstddef>

// The one place that knows oneTBB: its templates are instantiated once, not for every loop.

namespace xgrad::detail {
/// Calls function(context, i) for every i < count, on as many threads as are allowed.
XGRAD_FUNCTION void
run_on_threads(std::size_t count, void (*function)(void*, std::size_t), void* context)
{
    // Subnormal numbers and rounding on every thread as the caller has set them.
    using context_type = tbb::task_group_context;
    context_type settings(
        context_type::bound, context_type::default_traits | context_type::fp_settings);
    auto const body = [&] {
        // Isolation: a caller inside a task of its own must not be made to run another of its
        // tasks, which might record on this thread's tape, while it waits.
        tbb::this_task_arena::isolate([&] {
            tbb::parallel_for(
                std::size_t{0}, count, [&](std::size_t i) { function(context, i); }, settings);
        });
    };
    auto const threads = num_threads();
    if (threads >= tbb::this_task_arena::max_concurrency()) {
        body();
    } else {
        tbb::task_arena(threads).execute(body);
    }
}
} // namespace xgrad::detail
