#pragma once

#include <xgrad/base/broadcast.hpp>
#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/dense.hpp>

namespace xgrad::detail {
/// Sums over the axes along which `shape` was broadcast to the body's.
template <class T>
body_pointer summed_to(body_pointer const& body, shape_type const& shape)
{
    if (same_shape(body->shape, shape)) {
        return body;
    }
    auto const from = dense(body);
    auto sum = make_body(type_of<T>, shape);
    std::fill_n(sum->template elements<T>(), sum->size, T(0));
    auto axes = from->shape;
    auto strides = broadcast_strides(shape, sum->strides(), axes);
    coalesce(axes, strides);
    accumulate(
        sum_accumulator<T>,
        std::array<T*, 1>{sum->template elements<T>()},
        axes,
        strides,
        0,
        from->size,
        static_cast<T const*>(from->template elements<T>()));
    return sum;
}
} // namespace xgrad::detail
