#pragma once

#include <xgrad/tape/active.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace xgrad::detail {
/// What a tape is made of: its record, and its place in a thread's stack of active tapes.
struct tape_parts
{
    std::unique_ptr<xgrad::tape_record> record;
    std::unique_ptr<tape_activation> place; // null where it is not in a stack
};

/// The parts of this thread's latest tapes, with the memory of their records: a program that
/// creates a tape for each step finds it again.
class idle_tapes
{
public:
    static tape_parts take(tape_options const& options)
    {
        if (auto* const idle = of_this_thread(); idle != nullptr && idle->count_ > 0) {
            auto parts = std::move(idle->parts_[--idle->count_]);
            parts.record->restart(options);
            return parts;
        }
        return {std::make_unique<xgrad::tape_record>(options), std::make_unique<tape_activation>()};
    }

    /// Keeps the parts of a tape that is gone; without the place where another thread has it.
    static void give(tape_parts parts) noexcept
    {
        parts.record->clear();
        auto* const idle = of_this_thread();
        if (idle != nullptr && idle->count_ < most && parts.place != nullptr &&
            parts.record->retained_bytes() <= most_bytes) {
            idle->parts_[idle->count_++] = std::move(parts);
        }
    }

private:
    static constexpr std::size_t most = 4;
    // A longer record spreads the cost of its memory over many statements, and gives it back.
    static constexpr std::size_t most_bytes = std::size_t{256} << 10;

    idle_tapes() = default;

    ~idle_tapes() { ended() = true; }

    // A tape may outlive its thread's lists.
    static bool& ended() noexcept
    {
        thread_local constinit bool value = false;
        return value;
    }

    static idle_tapes* of_this_thread() noexcept
    {
        if (ended()) {
            return nullptr;
        }
        thread_local idle_tapes idle;
        return &idle;
    }

    std::array<tape_parts, most> parts_;
    std::size_t count_ = 0;
};
} // namespace xgrad::detail
