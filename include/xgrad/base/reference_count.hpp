#pragma once

#include <xgrad/base/config.hpp>

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <utility>

// Owners of a shared object, counted without locked instructions by the thread that has made it,
// and these are nearly all: even without contention one costs as much as twenty plain ones, and a
// program has several threads as soon as it is linked with BLAS. (J. Choi, T. Shull, J. Torrellas,
// Biased reference counting, PACT 2018.)

namespace xgrad {
class reference_count;

/// A thread as the owner of objects: where others leave those of its objects that they have dropped
/// more often than taken, so that it alone can say whether they have owners left. It outlives its
/// thread; the next one that starts takes it over.
class owner_thread
{
public:
    using destroyer = void (*)(reference_count&) noexcept;

    owner_thread() = default;
    owner_thread(owner_thread const&) = delete;
    owner_thread& operator=(owner_thread const&) = delete;

    /// The calling thread; null where it has made no object, or has ended.
    static owner_thread* current() noexcept { return current_; }

    /// The calling thread as the owner of an object that is made now. What has been left for it is
    /// looked at before, and what has no owner destroyed.
    static owner_thread& of_maker(destroyer destroy) noexcept
    {
        auto* const own = current_;
        bool const ready = own != nullptr && own->left_.load(std::memory_order_relaxed) == nullptr;
        return ready ? *own : make_ready(destroy);
    }

    /// The owner learns that somebody has given one of its objects back.
    void leave(reference_count& object) noexcept;

    /// What has been left for a thread that has ended is looked at by whoever has left it.
    void look_if_ended(destroyer destroy) noexcept
    {
        if (!ended_.load()) {
            return;
        }
        reference_count* none = nullptr;
        {
            std::scoped_lock const lock(without_thread().mutex);
            if (ended_.load()) {
                none = without_owners(left_.exchange(nullptr));
            }
        }
        destroy_all(none, destroy);
    }

private:
    // Never destroyed: static tensors may outlive any static object.
    struct idle_owners
    {
        std::mutex mutex;
        owner_thread* first = nullptr;
    };

    static idle_owners& without_thread()
    {
        static auto* const idle = new idle_owners;
        return *idle;
    }

    // From its first object to the end of the thread.
    struct lifetime
    {
        static inline thread_local constinit bool ended = false;

        destroyer destroy;

        explicit lifetime(destroyer d) noexcept : destroy(d)
        {
            auto& idle = without_thread();
            std::scoped_lock const lock(idle.mutex);
            current_ = idle.first;
            if (current_ != nullptr) {
                idle.first = current_->next_;
                current_->ended_.store(false);
            } else {
                current_ = new owner_thread;
            }
        }

        ~lifetime()
        {
            auto& own = *std::exchange(current_, nullptr);
            ended = true;
            reference_count* none = nullptr;
            {
                auto& idle = without_thread();
                std::scoped_lock const lock(idle.mutex);
                own.ended_.store(true);
                none = without_owners(own.left_.exchange(nullptr));
                own.next_ = std::exchange(idle.first, &own);
            }
            destroy_all(none, destroy);
        }
    };

    XGRAD_COLD static owner_thread& make_ready(destroyer destroy) noexcept
    {
        if (lifetime::ended) {
            static auto& nobody = *new owner_thread;
            nobody.ended_.store(true);
            return nobody;
        }
        thread_local lifetime const own(destroy);
        destroy_all(without_owners(current_->left_.exchange(nullptr)), destroy);
        return *current_;
    }

    static reference_count* without_owners(reference_count* left) noexcept;
    static void destroy_all(reference_count* list, destroyer destroy) noexcept;

    static inline thread_local constinit owner_thread* current_ = nullptr;

    std::atomic<reference_count*> left_{nullptr};
    std::atomic<bool> ended_{false};
    owner_thread* next_ = nullptr; // of those without a thread
};

/// How many owners an object has.
class reference_count
{
public:
    /// One owner, in the thread that makes the object.
    explicit reference_count(owner_thread& maker) noexcept : maker_(&maker) {}

    void increment() noexcept
    {
        if (is_own()) {
            ++own_;
        } else {
            others_.fetch_add(one, std::memory_order_relaxed);
        }
    }

    /// The short way: one owner less, where that is known to leave some. Else false, and
    /// `decrement` has to see to it.
    [[nodiscard]] bool decrement_to_some() noexcept
    {
        if (own_of_several()) {
            --own_;
            return true;
        }
        return false;
    }

    enum class outcome
    {
        some_left,
        none_left,
        left_to_maker // it has to be told
    };

    /// One owner less.
    [[nodiscard]] outcome decrement() noexcept
    {
        if (is_own()) {
            if (--own_ > 0) {
                return outcome::some_left;
            }
            // Nobody else has one, and so nobody can take one.
            if (others_.load(std::memory_order_acquire) == 0) {
                return outcome::none_left;
            }
            auto const before = others_.fetch_or(all_counted, std::memory_order_acq_rel);
            return before == 0 ? outcome::none_left : outcome::some_left;
        }
        auto before = others_.load(std::memory_order_relaxed);
        auto after = before;
        bool leaves = false;
        do {
            after = before - one;
            // The thread that has made it knows of more owners. Left to it, nobody else destroys
            // it.
            leaves = after < 0 && (before & (all_counted | left)) == 0;
            after |= leaves ? left : 0;
        } while (!others_.compare_exchange_weak(
            before, after, std::memory_order_acq_rel, std::memory_order_relaxed));
        return leaves              ? outcome::left_to_maker
            : after == all_counted ? outcome::none_left
                                   : outcome::some_left;
    }

    owner_thread& maker() const noexcept { return *maker_; }

    /// As far as the calling thread can know: otherwise more than any number.
    [[nodiscard]] std::uint32_t owners() const noexcept
    {
        auto const others = others_.load(std::memory_order_acquire);
        return is_own()                   ? own_ + count_of(others)
            : (others & all_counted) != 0 ? count_of(others)
                                          : std::numeric_limits<std::uint32_t>::max();
    }

    /// The calling thread is known to be the only one that has an owner, and has no other one.
    [[nodiscard]] bool unique() const noexcept { return owners() == 1; }

private:
    friend owner_thread;

    // Beside the owners of other threads (those of the maker are negative ones there, once they
    // are dropped by another) two flags. The maker's own are counted there too, all of them; and
    // the object has been left to its maker.
    static constexpr std::int32_t all_counted = 1;
    static constexpr std::int32_t left = 2;
    static constexpr std::int32_t one = 4;

    static std::uint32_t count_of(std::int32_t others) noexcept
    {
        return static_cast<std::uint32_t>(others >> 2); // with the maker's it wraps around to few
    }

    // 0 own ones are all counted among the others.
    bool is_own() const noexcept { return maker_ == owner_thread::current() && own_ != 0; }

    bool own_of_several() const noexcept { return maker_ == owner_thread::current() && own_ > 1; }

    /// All owners are counted in one place; true where there are none. By the maker, or whoever
    /// acts for it.
    bool count_all() noexcept
    {
        auto const more =
            one * static_cast<std::int32_t>(own_) + (own_ > 0 ? all_counted : 0) - left;
        own_ = 0;
        return others_.fetch_add(more, std::memory_order_acq_rel) + more == all_counted;
    }

    owner_thread* maker_;
    std::uint32_t own_ = 1;
    std::atomic<std::int32_t> others_{0};
    reference_count* next_; // of those that are left to the maker, once it is
};

inline void owner_thread::leave(reference_count& object) noexcept
{
    object.next_ = left_.load(std::memory_order_relaxed);
    while (!left_.compare_exchange_weak(object.next_, &object)) {
    }
}

inline reference_count* owner_thread::without_owners(reference_count* list) noexcept
{
    reference_count* none = nullptr;
    while (list != nullptr) {
        auto& object = *std::exchange(list, list->next_);
        if (object.count_all()) {
            object.next_ = std::exchange(none, &object);
        }
    }
    return none;
}

inline void owner_thread::destroy_all(reference_count* list, destroyer destroy) noexcept
{
    while (list != nullptr) {
        destroy(*std::exchange(list, list->next_));
    }
}
} // namespace xgrad
