#pragma once

#include <xgrad/tape/active.hpp>
#include <xgrad/tape/summary.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace xgrad {
/// A record of what a thread computes, from which gradients are taken. Created by
/// `create_tape`, active on its thread from then until it is destroyed. Tapes may be moved, and
/// destroyed in any order.
class tape
{
public:
    explicit tape(tape_options const& options)
        : recording_(std::make_unique<xgrad::recording>(options))
    {
        activate();
    }

    tape(tape&& other) noexcept
        : recording_(std::move(other.recording_)), places_(std::move(other.places_))
    {
        for (auto& place : places_) {
            place->handle = this;
        }
    }

    tape& operator=(tape&& other) noexcept
    {
        tape moved(std::move(other));
        std::swap(recording_, moved.recording_);
        std::swap(places_, moved.places_);
        for (auto& place : places_) {
            place->handle = this;
        }
        return *this;
    }

    ~tape() { deactivate(); }

    /// Makes the tape the innermost active one of this thread.
    void activate()
    {
        places_.reserve(places_.size() + 1);
        auto place = std::make_unique<activation>();
        deactivate();
        place->what = recording_.get();
        place->handle = this;
        place->below = detail::innermost_activation();
        detail::innermost_activation() = place.get();
        places_.push_back(std::move(place));
    }

    /// Takes the tape out of the stacks of active tapes, until it is activated again.
    void suspend() noexcept { deactivate(); }

    /// Records, also where the tape records everything otherwise only by default, what depends on
    /// these tensors. A tape created with `watch_only` records nothing else.
    template <class... Tensor>
    void watch(Tensor const&... x)
    {
        (recording_->watch(x.body()), ...);
    }

    /// Forgets all statements; stays active.
    void clear() noexcept { recording_->clear(); }

    /// The number of statements.
    std::size_t size() const noexcept { return recording_->statements().size(); }

    /// Bytes held by the record and by the values that it keeps.
    std::size_t bytes() const { return recording_->bytes(); }

    /// Calls f with this tape recording nothing; returns what f returns.
    template <class F>
    decltype(auto) stop_recording(F&& f)
    {
        struct restore
        {
            xgrad::recording& r;
            bool before;

            ~restore() { r.enable(before); }
        } const guard{*recording_, recording_->enabled()};
        recording_->enable(false);
        return detail::computed(std::forward<F>(f));
    }

    /// A table of the statements: number, formula, shape, bytes kept, line.
    std::string summary() const { return summary_of(*recording_); }

    xgrad::recording& record() noexcept { return *recording_; }

    xgrad::recording const& record() const noexcept { return *recording_; }

private:
    void deactivate() noexcept
    {
        for (auto& place : places_) {
            if (!detail::unlink(*place)) {
                // It stands in another thread's stack, which may be walking it: leave an empty
                // place.
                place->what = nullptr;
                place->handle = nullptr;
                static_cast<void>(place.release());
            }
        }
        places_.clear();
    }

    std::unique_ptr<xgrad::recording> recording_;
    std::vector<std::unique_ptr<activation>> places_;
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
/// throws. Returns what f returns.
template <class F>
decltype(auto) with_tape(tape& t, F&& f)
{
    scoped_activation const guard(&t.record(), &t);
    return detail::computed(std::forward<F>(f));
}
} // namespace xgrad
