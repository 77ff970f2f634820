#pragma once

#include <xgrad/tape/idle_tapes.hpp>
#include <xgrad/tape/summary.hpp>

#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace xgrad {
/// A record of what a thread computes, from which gradients are taken. Created by
/// `create_tape`, active on its thread from then until it is destroyed. Tapes may be moved, and
/// destroyed in any order.
class tape
{
public:
    explicit tape(tape_options const& options) : parts_(detail::idle_tapes::take(options))
    {
        link();
    }

    tape(tape&& other) noexcept : parts_(std::move(other.parts_)) { point_here(); }

    tape& operator=(tape&& other) noexcept
    {
        tape moved(std::move(other));
        std::swap(parts_, moved.parts_);
        point_here();
        moved.point_here();
        return *this;
    }

    ~tape()
    {
        if (parts_.record != nullptr) {
            suspend();
            detail::idle_tapes::give(std::move(parts_));
        }
    }

    /// Makes the tape the innermost active one of this thread; it stays where it is under a
    /// `with_tape` of its own.
    void activate()
    {
        check_not_moved();
        auto const* const innermost = detail::innermost_activation();
        if (innermost != nullptr && innermost->hides_below &&
            innermost->what.load(std::memory_order_relaxed) == parts_.record.get()) {
            return;
        }
        suspend();
        if (parts_.place == nullptr) {
            parts_.place = std::make_unique<tape_activation>();
        }
        link();
    }

    /// Takes the tape out of the stack of active tapes, until it is activated again.
    void suspend() noexcept
    {
        auto* const place = parts_.place.get();
        if (place == nullptr || place->handle == nullptr) {
            return;
        }
        place->handle = nullptr;
        place->what = nullptr;
        bool const has_ended = place->stack.load(std::memory_order_relaxed) == nullptr;
        if (!has_ended && !detail::unlink(*place)) {
            // It stands in another thread's stack, which may be walking it: leave it there, empty.
            static_cast<void>(parts_.place.release());
        }
    }

    /// Records, also where the tape records everything otherwise only by default, what depends on
    /// these tensors. A tape created with `watch_only` records nothing else.
    template <class... Tensor>
    void watch(Tensor const&... x)
    {
        (record().watch(x.body()), ...);
    }

    /// Forgets all statements; stays active.
    void clear() { record().clear(); }

    /// The number of statements. An operator that computes in several steps is one.
    std::size_t size() const { return record().size(); }

    /// Bytes held by the record and by the values that it keeps.
    std::size_t bytes() const { return record().bytes(); }

    /// Calls f with this tape recording nothing; returns what f returns.
    template <class F>
    decltype(auto) stop_recording(F&& f)
    {
        struct restore
        {
            xgrad::tape_record& r;
            bool before;

            ~restore() { r.enable(before); }
        } const guard{record(), record().enabled()};
        record().enable(false);
        return detail::computed(std::forward<F>(f));
    }

    /// A table of the statements: number, formula, shape, bytes kept, line.
    std::string summary() const { return summary_of(record()); }

    /// Throws tape_error where another thread records on the tape, or it is active there.
    void check_thread(std::string_view operation, std::source_location const& where) const
    {
        auto const* const place = parts_.place.get();
        if (place != nullptr && place->handle != nullptr && !place->is_handed_over) {
            auto const* const stack = place->stack.load(std::memory_order_relaxed);
            if (stack != nullptr && stack != &detail::innermost_activation()) {
                throw_other_thread(operation, where);
            }
        }
        recording_thread::check(record(), operation, where);
    }

    /// Throws tape_error where the tape has been moved away.
    xgrad::tape_record& record()
    {
        check_not_moved();
        return *parts_.record;
    }

    xgrad::tape_record const& record() const
    {
        check_not_moved();
        return *parts_.record;
    }

private:
    void check_not_moved() const
    {
        if (parts_.record == nullptr) {
            throw_moved();
        }
    }

    [[noreturn]] XGRAD_COLD static void throw_moved()
    {
        throw tape_error("tape: it has been moved to another object, which is the one to ask");
    }

    [[noreturn]] XGRAD_COLD static void
    throw_other_thread(std::string_view operation, std::source_location const& where)
    {
        throw tape_error(
            std::string(operation) +
            ": the tape is active on another thread, which may be recording on it; hand it over by "
            "set_tape(tape) on this thread, or by moving it there" +
            at(where));
    }

    void link() noexcept
    {
        auto& place = *parts_.place;
        place.what = parts_.record.get();
        place.handle = this;
        detail::tell_activations_of_the_end();
        place.stack = &detail::innermost_activation();
        place.is_handed_over = false;
        place.below = detail::innermost_activation();
        detail::innermost_activation() = &place;
    }

    // After a move.
    void point_here() noexcept
    {
        if (parts_.place != nullptr && parts_.place->handle != nullptr) {
            parts_.place->handle = this;
            parts_.place->is_handed_over = true;
        }
    }

    detail::tape_parts parts_;
};

/// A new tape, active on this thread until it is destroyed.
[[nodiscard]] inline tape create_tape(tape_options const& options = {})
{
    return tape(options);
}

/// Makes an existing tape the innermost active one of this thread.
inline void set_tape(tape& t)
{
    t.activate();
}

/// The innermost active tape of this thread, or null.
inline tape* active_tape() noexcept
{
    for (auto const* a = detail::innermost_activation(); a != nullptr; a = a->below) {
        if (a->handle != nullptr) {
            return a->handle;
        }
        if (a->hides_below) {
            break;
        }
    }
    return nullptr;
}

/// Calls f with exactly `t` recording, instead of the active tapes; restores them also when f
/// throws. Returns what f returns. Throws tape_error where another thread does so.
template <class F>
decltype(auto)
with_tape(tape& t, F&& f, std::source_location where = std::source_location::current())
{
    t.check_thread("with_tape", where);
    recording_thread const alone(t.record(), "with_tape", where);
    scoped_activation const guard(&t.record(), &t);
    return detail::computed(std::forward<F>(f));
}
} // namespace xgrad
