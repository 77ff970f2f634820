#pragma once

#include <xgrad/base/tensor_body.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

// Bodies of their own elements, and such that read those of others.

namespace xgrad {
/// A new dense row-major body of `size` elements, the product of the shape's lengths; they are not
/// initialised, their padding is zero.
inline body_pointer
make_body(element_type type, shape_type const& shape, std::size_t size, layout_key layout)
{
    auto const bytes = padded_bytes(size * bytes_of(type));
    if (size > most_elements) {
        throw std::bad_alloc();
    }
    auto* const block = static_cast<std::byte*>(allocate_block(detail::body_bytes + bytes));
    auto* const data = block + detail::body_bytes;
    if (bytes != 0) {
        std::memset(data + bytes - block_alignment, 0, block_alignment); // the padding is in there
    }
    return body_pointer(
        ::new (block) tensor_body(type, shape, size, data, detail::body_bytes + bytes, layout));
}

inline body_pointer make_body(element_type type, shape_type const& shape, std::size_t size)
{
    return make_body(type, shape, size, layout_of(type, shape));
}

inline body_pointer make_body(element_type type, shape_type const& shape)
{
    if (shape.size() > 1) {
        check_element_count(shape, "array", {}); // whose product might wrap
    }
    return make_body(type, shape, element_count(shape));
}

/// Of the type and shape of one that is dense.
inline body_pointer make_body_like(tensor_body const& dense)
{
    return make_body(dense.type, dense.shape, dense.size, dense.layout);
}

/// A body over memory that `owner` keeps alive. `data` points at the first element in
/// row-major order; strides may be negative or zero.
inline body_pointer make_foreign_body(
    element_type type,
    void const* data,
    shape_type const& shape,
    strides_type strides,
    std::shared_ptr<void const> owner)
{
    constexpr auto bytes = detail::body_bytes + padded_bytes(sizeof(borrowed_elements));
    auto* const block = static_cast<std::byte*>(allocate_block(bytes));
    auto* const body = ::new (block)
        tensor_body(type, shape, element_count(shape), const_cast<void*>(data), bytes, no_layout);
    body->contiguous = is_row_major(shape, strides);
    body->padded = false;
    body->borrowed =
        ::new (block + detail::body_bytes) borrowed_elements(std::move(strides), std::move(owner));
    return body_pointer(body);
}

/// Other axes over the same elements: a view, which keeps the viewed body alive. A single element
/// is copied instead, which costs less than to describe where it is.
inline body_pointer
make_view(body_pointer const& viewed, shape_type shape, strides_type strides, std::ptrdiff_t offset)
{
    auto const* const data = static_cast<std::byte const*>(viewed->data) +
        offset * static_cast<std::ptrdiff_t>(bytes_of(viewed->type));
    auto const bytes = element_count(shape) * bytes_of(viewed->type);
    if (bytes == bytes_of(viewed->type)) {
        auto copy = make_body(viewed->type, shape, 1);
        std::memcpy(copy->data, data, bytes);
        return copy;
    }
    // A view of a view keeps what has the elements, so chains of views stay flat.
    auto* const inner = viewed->borrowed != nullptr ? viewed->borrowed->viewed : nullptr;
    auto& base = inner != nullptr ? *inner : *viewed;
    auto view = make_foreign_body(viewed->type, data, std::move(shape), std::move(strides), {});
    base.references.increment();
    view->borrowed->viewed = &base;
    auto const* const end = reinterpret_cast<std::byte const*>(&base) + base.block_bytes;
    view->padded =
        base.borrowed == nullptr && view->contiguous && data + padded_bytes(bytes) <= end;
    if (view->padded) {
        view->layout = layout_of(view->type, view->shape);
    }
    return view;
}
} // namespace xgrad
