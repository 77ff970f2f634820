#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/dense.hpp>
#include <xgrad/engine/runs.hpp>

namespace xgrad {
/// Adds all elements of `from` to the places of `into` that have these strides, starting at
/// `offset`. Both hold the same type.
inline void scatter_add(
    tensor_body const& from, tensor_body& into, strides_type const& strides, std::ptrdiff_t offset)
{
    auto const source = from.contiguous ? body_pointer() : dense_copy(from);
    auto const& elements = source ? *source : from;
    with_element_type(from.type, [&]<class T>() {
        auto const* const x = elements.elements<T const>();
        auto* const first = into.elements<T>() + offset;
        for_each_run(
            from.shape,
            strides,
            0,
            from.size,
            [&](auto position, auto at, auto length, auto stride) {
                for (std::size_t i = 0; i < length; ++i) {
                    first[at + static_cast<std::ptrdiff_t>(i) * stride] += x[position + i];
                }
            });
    });
}
} // namespace xgrad
