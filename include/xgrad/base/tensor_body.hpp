#pragma once

#include <xgrad/base/element_type.hpp>
#include <xgrad/base/layout_key.hpp>
#include <xgrad/base/pool.hpp>
#include <xgrad/base/reference_count.hpp>
#include <xgrad/base/shape.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace xgrad {
class body_pointer;

struct tensor_body;

namespace detail {
// Identities are handed out in runs, so that threads do not meet at one counter.
inline std::uint64_t next_identity() noexcept
{
    constexpr std::uint64_t run = 1 << 16;
    static std::atomic<std::uint64_t> next_run{1};
    thread_local std::uint64_t next = 0;
    if (next % run == 0) {
        next = next_run.fetch_add(1, std::memory_order_relaxed) * run;
    }
    return next++;
}

void destroy_counted(reference_count& references) noexcept;
} // namespace detail

/// What a body has whose elements lie elsewhere: in another body (a view) or in foreign memory.
struct borrowed_elements
{
    strides_type strides;
    tensor_body* viewed = nullptr;              // the body whose elements these are, kept alive
    std::shared_ptr<void const> owner;          // of foreign memory
    std::atomic<tensor_body*> ordered{nullptr}; // a row-major copy, once a statement has needed it

    borrowed_elements(strides_type distances, std::shared_ptr<void const> keeper)
        : strides(std::move(distances)), owner(std::move(keeper))
    {}
};

/// What a tensor handle points to: one immutable value. Its elements lie behind it in the same
/// block, in row-major order, unless they are borrowed.
///
/// `identity` is what tapes know the value by; `tape` and `variable` are the place that the
/// recording tape gave it when it was made, and never change afterwards.
///
/// A statement over a few elements costs mostly the making of bodies: they take two cache lines.
/// The first one is all that a sweep reads of a value that a tape has kept, and all that letting go
/// of it takes.
struct tensor_body
{
    reference_count references;
    element_type type;
    bool contiguous = true; // row-major, without gaps
    bool padded = true;     // readable up to the next multiple of 64 bytes
    std::uint32_t variable = 0;
    std::uint64_t tape = 0;
    void* data;
    std::size_t block_bytes;
    borrowed_elements* borrowed = nullptr;

    std::uint64_t identity = detail::next_identity();
    std::size_t size;
    layout_key layout; // of type and shape; not of elements with gaps or without padding
    shape_type shape;

    /// Of so many elements at `place`, in a block of so many bytes. (An aggregate would be cleared
    /// before its members are set, by a slow loop of the processor's own.)
    tensor_body(
        element_type element,
        shape_type const& lengths,
        std::size_t count,
        void* place,
        std::size_t bytes,
        layout_key key)
        : references(owner_thread::of_maker(detail::destroy_counted)),
          type(element),
          data(place),
          block_bytes(bytes),
          size(count),
          layout(key),
          shape(lengths)
    {}

    template <class T>
    T* elements() const noexcept
    {
        return static_cast<T*>(data);
    }

    strides_type strides() const
    {
        return borrowed != nullptr ? borrowed->strides : row_major_strides(shape);
    }

    /// The body whose elements these are, if they are another's.
    tensor_body const* viewed() const noexcept
    {
        return borrowed != nullptr ? borrowed->viewed : nullptr;
    }

    /// The elements of a view in row-major order, where they have been put in order already.
    tensor_body* ordered() const noexcept
    {
        return borrowed != nullptr ? borrowed->ordered.load(std::memory_order_acquire) : nullptr;
    }

    /// Elements that kernels of this type can read where they lie.
    bool dense(element_type compute) const noexcept
    {
        return contiguous && padded && type == compute;
    }
};

namespace detail {
inline constexpr std::size_t body_bytes = padded_bytes(sizeof(tensor_body));

inline void free_body(tensor_body* body) noexcept
{
    auto const bytes = body->block_bytes;
    body->~tensor_body();
    free_block(body, bytes);
}

inline void release(tensor_body* body) noexcept;

XGRAD_NOINLINE inline void free_borrowed(tensor_body* body) noexcept
{
    // A viewed body is never a view itself: this goes one level deep.
    auto* const viewed = body->borrowed->viewed;
    auto* const ordered = body->ordered();
    body->borrowed->~borrowed_elements();
    free_body(body);
    release(ordered);
    release(viewed);
}

inline void destroy(tensor_body* body) noexcept
{
    body->borrowed == nullptr ? free_body(body) : free_borrowed(body);
}

/// That of the body in which these are the first member.
inline void destroy_counted(reference_count& references) noexcept
{
    static_assert(std::is_standard_layout_v<tensor_body>);
    destroy(reinterpret_cast<tensor_body*>(&references));
}

XGRAD_NOINLINE inline void release_slowly(tensor_body* body) noexcept
{
    using outcome = reference_count::outcome;
    auto& maker = body->references.maker();
    auto const left = body->references.decrement();
    if (left == outcome::none_left) {
        destroy(body);
    } else if (left == outcome::left_to_maker) {
        maker.leave(body->references);
        maker.look_if_ended(destroy_counted);
    }
}

/// One owner more of a body; returns it. Null has none.
inline tensor_body* retain(tensor_body* body) noexcept
{
    if (body != nullptr) {
        body->references.increment();
    }
    return body;
}

/// One owner less; after the last it is gone.
inline void release(tensor_body* body) noexcept
{
    if (body != nullptr && !body->references.decrement_to_some()) {
        release_slowly(body);
    }
}
} // namespace detail

/// Shared ownership of a body.
class body_pointer
{
public:
    body_pointer() = default;

    /// Takes over the reference that `body` was created with.
    explicit body_pointer(tensor_body* body) noexcept : body_(body) {}

    body_pointer(body_pointer const& other) noexcept : body_(detail::retain(other.body_)) {}

    body_pointer(body_pointer&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}

    body_pointer& operator=(body_pointer other) noexcept
    {
        std::swap(body_, other.body_);
        return *this;
    }

    ~body_pointer() { detail::release(body_); }

    tensor_body* get() const noexcept { return body_; }

    /// Gives the body and its reference to the caller.
    [[nodiscard]] tensor_body* give() noexcept { return std::exchange(body_, nullptr); }

    tensor_body* operator->() const noexcept { return body_; }

    tensor_body& operator*() const noexcept { return *body_; }

    explicit operator bool() const noexcept { return body_ != nullptr; }

    /// Nobody else sees its elements, be it through a view: they may be overwritten.
    bool exclusive() const noexcept
    {
        if (body_ == nullptr || !body_->references.unique()) {
            return false;
        }
        auto const* const viewed = body_->viewed();
        return body_->borrowed == nullptr ||
            (viewed != nullptr && viewed->borrowed == nullptr && viewed->references.unique());
    }

private:
    tensor_body* body_ = nullptr;
};

/// Another owner of a body that somebody else owns.
inline body_pointer share(tensor_body& body) noexcept
{
    body.references.increment();
    return body_pointer(&body);
}
} // namespace xgrad
