#pragma once

#include <xgrad/base/make_body.hpp>
#include <xgrad/engine/pack.hpp>
#include <xgrad/engine/parallel.hpp>

namespace xgrad {
/// The same elements in row-major order and without gaps, in memory of the pool.
body_pointer dense_copy(tensor_body const& body);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_FUNCTION body_pointer dense_copy(tensor_body const& body)
{
    auto copy = make_body(body.type, body.shape);
    auto axes = body.shape;
    auto strides = body.strides();
    coalesce(axes, strides);
    // Whole bands of rows, should they be transposed.
    auto const row = axes.empty() ? 1 : std::max<std::size_t>(axes.back(), 1);
    auto const length =
        std::max<std::size_t>(8192 / (transposed_rows * row), 1) * transposed_rows * row;
    auto* const to = static_cast<std::byte*>(copy->data);
    for_each_chunk(
        (body.size + length - 1) / length, static_cast<double>(body.size), [&](auto chunk) {
            auto const begin = chunk * length;
            pack_elements(
                body.type,
                body.data,
                axes,
                strides,
                begin,
                std::min(length, body.size - begin),
                to + begin * bytes_of(body.type));
        });
    return copy;
}
#endif

/// The elements of a view in row-major order, which it keeps: several threads may ask for them.
inline tensor_body& kept_in_order(tensor_body const& view)
{
    auto* known = view.ordered();
    if (known == nullptr) {
        auto copy = dense_copy(view);
        if (view.borrowed->ordered.compare_exchange_strong(
                known, copy.get(), std::memory_order_acq_rel)) {
            known = copy.give(); // the view owns it
        }
    }
    return *known;
}

/// The same elements in row-major order; a view keeps them for the next statement that reads it.
/// (Not those of foreign memory, which may change.)
inline body_pointer ordered_copy(tensor_body const& body)
{
    auto const* const viewed = body.viewed();
    bool const stays = viewed != nullptr && viewed->borrowed == nullptr;
    return stays || body.ordered() != nullptr ? share(kept_in_order(body)) : dense_copy(body);
}

/// The body itself where it is dense already.
inline body_pointer dense(body_pointer body)
{
    return body->contiguous && body->padded ? std::move(body) : dense_copy(*body);
}

/// The body itself where its elements lie in row-major order and without gaps already.
inline body_pointer row_major(body_pointer body)
{
    return body->contiguous ? std::move(body) : dense_copy(*body);
}

/// A dense body under another shape of the same number of elements.
inline body_pointer reshaped(body_pointer const& body, shape_type shape)
{
    auto strides = row_major_strides(shape);
    return make_view(body, std::move(shape), std::move(strides), 0);
}

/// The same in row-major order; a body of its own elements that nobody else holds takes the shape.
inline body_pointer with_shape(body_pointer body, shape_type shape)
{
    if (body.exclusive() && body->borrowed == nullptr) {
        body->layout = layout_of(body->type, shape);
        body->shape = std::move(shape);
        return body;
    }
    return reshaped(dense(std::move(body)), std::move(shape));
}

/// A dense body whose elements are all `value`.
inline body_pointer filled_body(element_type type, shape_type const& shape, double value)
{
    auto body = make_body(type, shape);
    with_element_type(type, [&]<class T>() {
        detail::fill_run(static_cast<T>(value), body->template elements<T>(), body->size);
    });
    return body;
}
} // namespace xgrad
