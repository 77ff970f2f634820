#pragma once

#include <xgrad/tape/recording.hpp>

#include <string_view>

namespace xgrad {
namespace detail {
/// Looks on while a function is recorded to be replayed: whether the record is all that it does.
struct replay_watch
{
    recording const* record;
    std::string_view obstacle{}; // why the record does not replace the function
};

inline replay_watch*& current_replay_watch() noexcept
{
    thread_local constinit replay_watch* current = nullptr;
    return current;
}

/// The program reads elements, on which it may branch.
inline void note_reading(tensor_body const& body) noexcept
{
    if (auto* const watch = current_replay_watch(); watch != nullptr) [[unlikely]] {
        if (watch->record->find(body)) {
            watch->obstacle = "it reads elements of what it computes, on which it may branch";
        }
    }
}

/// Something was computed: on the record, or past it.
inline void note_result(tensor_body const& body) noexcept
{
    if (auto* const watch = current_replay_watch(); watch != nullptr) [[unlikely]] {
        if (!watch->record->find(body)) {
            watch->obstacle =
                "it computes integers, truth values or constants that no tape records";
        }
    }
}

inline void note_random() noexcept
{
    if (auto* const watch = current_replay_watch(); watch != nullptr) [[unlikely]] {
        watch->obstacle = "it draws random numbers";
    }
}
} // namespace detail
} // namespace xgrad
