#pragma once

#include <xgrad/base/element_type.hpp>
#include <xgrad/base/pool.hpp>
#include <xgrad/base/reference_count.hpp>
#include <xgrad/base/shape.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

namespace xgrad {
class body_pointer;

/// What a tensor handle points to: one immutable value. Its elements lie behind it in the same
/// block, or belong to another body (a view), or to foreign memory.
///
/// `identity` is what tapes know the value by; `tape` and `variable` are the place that the
/// recording tape gave it when it was made, and never change afterwards.
struct tensor_body
{
    reference_count references;
    element_type type;
    bool contiguous = true; // row-major, without gaps
    bool padded = true;     // readable up to the next multiple of 64 bytes
    std::uint32_t variable = 0;
    std::uint64_t tape = 0;
    std::uint64_t identity;
    void* data = nullptr;
    std::size_t size;
    std::size_t block_bytes;
    shape_type shape;
    strides_type strides;
    tensor_body* viewed = nullptr; // the body whose elements these are, kept alive by a reference
    std::shared_ptr<void const> owner; // of foreign memory

    template <class T>
    T* elements() const noexcept
    {
        return static_cast<T*>(data);
    }
};

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

inline constexpr std::size_t body_bytes = padded_bytes(sizeof(tensor_body));

inline void destroy_body(tensor_body* body) noexcept
{
    // A viewed body is never a view itself: this goes one level deep.
    while (body != nullptr) {
        auto* const viewed = body->viewed;
        auto const bytes = body->block_bytes;
        body->~tensor_body();
        free_block(body, bytes);
        body = viewed != nullptr && viewed->references.decrement() ? viewed : nullptr;
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

    body_pointer(body_pointer const& other) noexcept : body_(other.body_)
    {
        if (body_ != nullptr) {
            body_->references.increment();
        }
    }

    body_pointer(body_pointer&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}

    body_pointer& operator=(body_pointer other) noexcept
    {
        std::swap(body_, other.body_);
        return *this;
    }

    ~body_pointer()
    {
        if (body_ != nullptr && body_->references.decrement()) {
            detail::destroy_body(body_);
        }
    }

    tensor_body* get() const noexcept { return body_; }

    tensor_body* operator->() const noexcept { return body_; }

    tensor_body& operator*() const noexcept { return *body_; }

    explicit operator bool() const noexcept { return body_ != nullptr; }

    bool unique() const noexcept { return body_ != nullptr && body_->references.unique(); }

private:
    tensor_body* body_ = nullptr;
};

/// Another owner of a body that somebody else owns.
inline body_pointer share(tensor_body& body) noexcept
{
    body.references.increment();
    return body_pointer(&body);
}

/// A new dense row-major body; its elements are not initialised, its padding is zero.
inline body_pointer make_body(element_type type, shape_type shape)
{
    auto const size = element_count(shape);
    auto const bytes = size * bytes_of(type);
    if (size > (std::size_t{1} << 60)) {
        throw std::bad_alloc();
    }
    auto strides = row_major_strides(shape);
    auto const block_bytes = detail::body_bytes + padded_bytes(bytes);
    auto* const block = static_cast<std::byte*>(allocate_block(block_bytes));
    auto* const data = block + detail::body_bytes;
    std::fill(data + bytes, data + padded_bytes(bytes), std::byte{0});
    auto* const body = ::new (block) tensor_body{
        .references = {},
        .type = type,
        .identity = detail::next_identity(),
        .data = data,
        .size = size,
        .block_bytes = block_bytes,
        .shape = std::move(shape),
        .strides = std::move(strides),
        .owner = {}};
    return body_pointer(body);
}

/// True where elements in row-major order are also neighbours in memory.
inline bool is_row_major(shape_type const& shape, strides_type const& strides) noexcept
{
    std::ptrdiff_t expected = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        if (shape[axis] != 1 && strides[axis] != expected) {
            return false;
        }
        expected *= static_cast<std::ptrdiff_t>(shape[axis]);
    }
    return true;
}

/// A body over memory that `owner` keeps alive. `data` points at the first element in
/// row-major order; strides may be negative or zero.
inline body_pointer make_foreign_body(
    element_type type,
    void const* data,
    shape_type shape,
    strides_type strides,
    std::shared_ptr<void const> owner)
{
    auto* const block = allocate_block(detail::body_bytes);
    auto const size = element_count(shape);
    bool const contiguous = is_row_major(shape, strides);
    auto* const body = ::new (block) tensor_body{
        .references = {},
        .type = type,
        .contiguous = contiguous,
        .padded = false,
        .identity = detail::next_identity(),
        .data = const_cast<void*>(data),
        .size = size,
        .block_bytes = detail::body_bytes,
        .shape = std::move(shape),
        .strides = std::move(strides),
        .owner = std::move(owner)};
    return body_pointer(body);
}

/// Other axes over the same elements: a view, which keeps the viewed body alive.
inline body_pointer
make_view(body_pointer const& viewed, shape_type shape, strides_type strides, std::ptrdiff_t offset)
{
    // A view of a view keeps what has the elements, so chains of views stay flat.
    auto& base = viewed->viewed != nullptr ? *viewed->viewed : *viewed;
    auto const* const data = static_cast<std::byte const*>(viewed->data) +
        offset * static_cast<std::ptrdiff_t>(bytes_of(viewed->type));
    auto view = make_foreign_body(viewed->type, data, std::move(shape), std::move(strides), {});
    base.references.increment();
    view->viewed = &base;
    view->padded = viewed->padded && view->contiguous && offset == 0 && view->size == viewed->size;
    return view;
}
} // namespace xgrad
