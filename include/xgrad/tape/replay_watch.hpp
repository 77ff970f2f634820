#pragma once

#include <xgrad/tape/active.hpp>
#include <xgrad/tape/sweep_request.hpp>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad {
namespace detail {
/// A replay is that of the function while this holds of a variable's value.
struct replay_condition
{
    std::uint32_t variable;
    std::function<bool(body_pointer const&)> holds;
};

/// A gradient that a function takes itself.
struct taken_gradient
{
    tape_record const& swept;
    std::span<sweep_target const> targets;
    std::span<tensor_body* const> sources;
    std::span<body_pointer> result;
    bool is_last;                // the tape is asked for nothing else
    std::function<void()> sweep; // leaves the result
};

/// Looks on while a function is recorded to be replayed: whether the record is all that it does.
struct replay_watch
{
    tape_record* record;
    replay_watch* outer = nullptr;     // of a replayed function that calls this one
    std::string_view obstacle{};       // why the record does not replace the function
    std::vector<body_pointer> loose{}; // results past the record: an obstacle where they are used
    std::vector<replay_condition> conditions{};
    bool has_pieces = false;   // other tapes have statements in pieces that are one of the record
    std::size_t arguments = 0; // the record's first variables
    std::size_t gradients = 0; // that the function has taken itself

    /// Of a record that takes sweeps whole: takes one. Returns whether it did; else the tapes that
    /// look on record its steps.
    bool (*take)(taken_gradient const&) = nullptr;

    bool has_loose(tensor_body const& body) const noexcept
    {
        return std::any_of(loose.begin(), loose.end(), [&](auto const& one) {
            return one->identity == body.identity;
        });
    }
};

inline replay_watch*& current_replay_watch() noexcept
{
    thread_local constinit replay_watch* current = nullptr;
    return current;
}

/// While it lives, nobody looks on: what happens is part of an operation that runs again as a
/// whole.
class unwatched
{
public:
    unwatched() noexcept : before_(std::exchange(current_replay_watch(), nullptr)) {}

    unwatched(unwatched const&) = delete;
    unwatched& operator=(unwatched const&) = delete;

    ~unwatched() { current_replay_watch() = before_; }

private:
    replay_watch* before_;
};

template <class F>
void for_each_watch(F const& f)
{
    for (auto* watch = current_replay_watch(); watch != nullptr; watch = watch->outer)
        [[unlikely]] {
        f(*watch);
    }
}

/// What this thread computes is recorded with all that it depends on: by a tape, or for one.
inline bool is_followed() noexcept
{
    bool followed = false;
    for_each_active([&](tape_record const& r) { followed |= !r.takes_sweeps_whole(); });
    return followed;
}

/// The program reads elements, on which it may branch.
inline void note_reading(tensor_body const& body) noexcept
{
    for_each_watch([&](replay_watch& watch) {
        if (watch.record->find(body) || watch.has_loose(body)) {
            watch.obstacle = "it reads elements of what it computes, on which it may branch";
        }
    });
}

/// Something was computed: on the record, or past it.
inline void note_result(tensor_body const& body) noexcept
{
    for_each_watch([&](replay_watch& watch) {
        if (!watch.record->computes(body)) {
            watch.obstacle = "it computes integers, truth values or constants that no tape records";
        }
    });
}

/// A result past the record that the program may do without (the indices of topk).
inline void note_loose(body_pointer const& body)
{
    for_each_watch([&](replay_watch& watch) { watch.loose.push_back(body); });
}

/// Which formula was recorded depends on a value.
inline void
note_condition(tensor_body const& body, std::function<bool(body_pointer const&)> const& holds)
{
    for_each_watch([&](replay_watch& watch) {
        if (auto const variable = watch.record->find(body)) {
            watch.conditions.push_back({*variable, holds});
        }
    });
}

/// The way back of an operation is another one for other values.
inline void note_choice() noexcept
{
    for_each_watch([](replay_watch& watch) {
        watch.obstacle = "it takes a gradient whose formula depends on values";
    });
}

/// A statement of the record is several on other tapes, whose sweeps may not be recorded in steps.
inline void note_pieces(replay_watch& watch) noexcept
{
    watch.has_pieces = true;
    if (!watch.record->takes_sweeps_whole()) {
        note_choice();
    }
}

/// A derivative is about to be computed from adjoints that a tape has kept of a sum: the record of
/// a function that is called under no tape does not know them.
inline void note_kept_adjoints() noexcept
{
    for_each_watch([](replay_watch& watch) {
        watch.obstacle = "it takes a tangent through a sum, whose adjoints its tape has kept";
    });
}

/// A gradient is about to be taken. Returns whether it has been, by those who look on; else they
/// record its steps.
inline bool note_gradient(taken_gradient const& gradient)
{
    for_each_watch([](replay_watch& watch) { ++watch.gradients; });
    auto const* const watch = current_replay_watch();
    if (watch->take != nullptr && watch->take(gradient)) {
        return true;
    }
    for_each_watch([](replay_watch const& each) {
        if (each.has_pieces) {
            note_choice();
        }
    });
    return false;
}

inline void note_random() noexcept
{
    for_each_watch([](replay_watch& watch) { watch.obstacle = "it draws random numbers"; });
}
} // namespace detail
} // namespace xgrad
