#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/pack.hpp>

namespace xgrad {
/// The same elements in row-major order and without gaps, in memory of the pool.
inline body_pointer dense_copy(tensor_body const& body)
{
    auto copy = make_body(body.type, body.shape);
    with_element_type(body.type, [&]<class T>() {
        pack(
            body.type,
            body.data,
            body.shape,
            body.strides(),
            0,
            body.size,
            copy->template elements<T>());
    });
    return copy;
}

/// The body itself where it is dense already.
inline body_pointer dense(body_pointer body)
{
    return body->contiguous && body->padded ? std::move(body) : dense_copy(*body);
}

/// A dense body under another shape of the same number of elements.
inline body_pointer reshaped(body_pointer const& body, shape_type shape)
{
    auto strides = row_major_strides(shape);
    return make_view(body, std::move(shape), std::move(strides), 0);
}

/// A dense body whose elements are all `value`.
inline body_pointer filled_body(element_type type, shape_type const& shape, double value)
{
    auto body = make_body(type, shape);
    with_element_type(type, [&]<class T>() {
        std::fill_n(body->template elements<T>(), body->size, static_cast<T>(value));
    });
    return body;
}
} // namespace xgrad
