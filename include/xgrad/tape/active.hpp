#pragma once

#include <xgrad/expr/operand.hpp>
#include <xgrad/tape/tape_record.hpp>

#include <atomic>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace xgrad {
class tape;

/// One place in a thread's stack of active tapes. It outlives the tape where the tape is
/// destroyed on another thread; then `what` is null and the stack drops it.
struct tape_activation
{
    std::atomic<tape_record*> what{nullptr};
    tape* handle = nullptr;
    tape_activation* below = nullptr;
    bool hides_below = false;                // with_tape, no_grad: what is below does not record
    bool is_handed_over = false;             // the tape has been moved since
    std::atomic<void const*> stack{nullptr}; // in which it stands; null when its thread has ended
};

namespace detail {
inline tape_activation*& innermost_activation() noexcept
{
    thread_local constinit tape_activation* innermost = nullptr;
    return innermost;
}

/// A thread is known by its stack. When it ends, the activations that still stand there learn so.
inline void tell_activations_of_the_end() noexcept
{
    struct ending
    {
        ~ending()
        {
            for (auto* a = innermost_activation(); a != nullptr; a = a->below) {
                a->stack = nullptr;
            }
        }
    };
    thread_local ending const at_end;
    static_cast<void>(at_end);
}

/// Unlinks `a` from this thread's stack; false where it stands on another thread's.
inline bool unlink(tape_activation& a) noexcept
{
    for (auto** link = &innermost_activation(); *link != nullptr; link = &(*link)->below) {
        if (*link == &a) {
            *link = a.below;
            return true;
        }
    }
    return false;
}
} // namespace detail

/// Calls f(recording) for every tape that records on this thread, innermost first.
template <class F>
void for_each_active(F&& f)
{
    for (auto const* a = detail::innermost_activation(); a != nullptr; a = a->below) {
        auto* const r = a->what.load(std::memory_order_relaxed);
        if (r != nullptr && r->enabled()) {
            f(*r);
        }
        if (a->hides_below) {
            break;
        }
    }
}

/// Some tape records on this thread.
inline bool is_recording() noexcept
{
    bool found = false;
    if (detail::innermost_activation() != nullptr) {
        for_each_active([&](tape_record&) { found = true; });
    }
    return found;
}

/// While it lives, what this thread computes has the last bits that it had under those tapes.
class as_under
{
public:
    explicit as_under(tapes_then tapes) noexcept
        : before_(std::exchange(current_, tapes == tapes_then::as_now ? current_ : tapes))
    {}

    as_under(as_under const&) = delete;
    as_under& operator=(as_under const&) = delete;

    ~as_under() { current_ = before_; }

    static tapes_then current() noexcept { return current_; }

private:
    static inline thread_local constinit tapes_then current_ = tapes_then::as_now;

    tapes_then before_;
};

/// Tapes stand above this one in the thread's stack, recording or not, that are no replays'.
inline bool tapes_above(tape_record const& r) noexcept
{
    for (auto const* a = detail::innermost_activation(); a != nullptr; a = a->below) {
        auto const* const other = a->what.load(std::memory_order_relaxed);
        if (other == &r) {
            return false;
        }
        if (other != nullptr && !other->keeps_operands()) {
            return true;
        }
    }
    return false;
}

/// The tape that records on this thread, where that is its only one; else null. (A replay's does
/// not count where it stands above it, for it is never swept, or takes its sweeps whole.)
inline tape_record const* only_recorder() noexcept
{
    if (as_under::current() == tapes_then::several) {
        return nullptr;
    }
    tape_record const* only = nullptr;
    bool records = false;
    bool hidden = false;
    for (auto const* a = detail::innermost_activation(); a != nullptr; a = a->below) {
        auto const* const r = a->what.load(std::memory_order_relaxed);
        bool const counts = r != nullptr && r != only &&
            (only != nullptr ? !r->takes_sweeps_whole() : !r->keeps_operands());
        if (counts && only != nullptr) {
            return nullptr;
        }
        if (counts) {
            only = r;
            records = r->enabled() && !hidden;
        }
        hidden = hidden || a->hides_below;
    }
    return records ? only : nullptr;
}

/// A place on top of this thread's stack for the time of a scope, hiding all below.
class scoped_activation
{
public:
    explicit scoped_activation(tape_record* what, tape* handle = nullptr) noexcept
    {
        activation_.what = what;
        activation_.handle = handle;
        activation_.hides_below = true;
        activation_.below = detail::innermost_activation();
        detail::innermost_activation() = &activation_;
    }

    scoped_activation(scoped_activation const&) = delete;
    scoped_activation& operator=(scoped_activation const&) = delete;

    ~scoped_activation() { detail::unlink(activation_); }

private:
    tape_activation activation_;
};

namespace detail {
/// What f returns. An expression is computed here, where the tapes are as the caller set them, and
/// not where its value is read.
template <class F>
decltype(auto) computed(F&& f)
{
    using result = decltype(std::forward<F>(f)());
    if constexpr (is_node<std::remove_cvref_t<result>>) {
        return std::forward<F>(f)().evaluate({}); // where it was written is not known here
    } else {
        return std::forward<F>(f)();
    }
}
} // namespace detail

/// While it lives, nothing that this thread computes is recorded.
class no_grad : scoped_activation
{
public:
    no_grad() noexcept : scoped_activation(nullptr) {}
};

/// While it lives, this thread is the one that records on a tape by `with_tape`.
class recording_thread
{
public:
    /// Throws tape_error where another thread is.
    recording_thread(tape_record& r, std::string_view operation, std::source_location const& where)
        : record_(r)
    {
        void const* none = nullptr;
        is_first_ = r.thread().compare_exchange_strong(none, &detail::innermost_activation());
        check(r, operation, where);
    }

    recording_thread(recording_thread const&) = delete;
    recording_thread& operator=(recording_thread const&) = delete;

    ~recording_thread()
    {
        if (is_first_) {
            record_.thread().store(nullptr);
        }
    }

    static void
    check(tape_record const& r, std::string_view operation, std::source_location const& where)
    {
        auto const* const thread = r.thread().load(std::memory_order_relaxed);
        if (thread != nullptr && thread != &detail::innermost_activation()) {
            throw tape_error(
                std::string(operation) +
                ": another thread is recording on the tape; one at a time may use it" + at(where));
        }
    }

private:
    tape_record& record_;
    bool is_first_;
};

/// Calls f with nothing recording; returns what f returns.
template <class F>
decltype(auto) with_no_grad(F&& f)
{
    no_grad const guard;
    return detail::computed(std::forward<F>(f));
}
} // namespace xgrad
