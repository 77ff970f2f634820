#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/dense.hpp>
#include <xgrad/engine/runs.hpp>

namespace xgrad {
namespace detail {
/// Calls f.operator()<T>(to, stride, from, length) for every run of elements of `from`, and their
/// places in `into`, which have these strides and start at `offset`. Both hold the same type.
template <class F>
void for_each_scattered_run(
    tensor_body const& from,
    tensor_body& into,
    strides_type const& strides,
    std::ptrdiff_t offset,
    F const& f)
{
    auto const source = from.contiguous ? body_pointer() : dense_copy(from);
    auto const& elements = source ? *source : from;
    with_element_type(from.type, [&]<class T>() {
        auto const* const x = elements.elements<T const>();
        auto* const first = into.elements<T>() + offset;
        if (from.size == 1) {
            f(first, std::ptrdiff_t{1}, x, std::size_t{1}); // one number of many
            return;
        }
        for_each_run(
            from.shape,
            strides,
            0,
            from.size,
            [&](auto position, auto at, auto length, auto stride) {
                f(first + at, stride, x + position, length);
            });
    });
}
} // namespace detail

/// Adds `count` elements to places that are `stride` apart.
template <class T>
void add_run(T* to, std::ptrdiff_t stride, T const* x, std::size_t count)
{
    if constexpr (differentiable_element<T>) {
        if (stride == 1) {
            vectorized::join_each(to, x, count, vectorized::add{});
            return;
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        to[static_cast<std::ptrdiff_t>(i) * stride] += x[i];
    }
}

/// Adds all elements of `from` to the places of `into` that have these strides, starting at
/// `offset`. Both hold the same type.
void scatter_add(
    tensor_body const& from, tensor_body& into, strides_type const& strides, std::ptrdiff_t offset);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_FUNCTION void scatter_add(
    tensor_body const& from, tensor_body& into, strides_type const& strides, std::ptrdiff_t offset)
{
    detail::for_each_scattered_run(
        from, into, strides, offset, [](auto* to, auto stride, auto const* x, std::size_t length) {
            add_run(to, stride, x, length);
        });
}
#endif

/// Stores them there.
void scatter_store(
    tensor_body const& from, tensor_body& into, strides_type const& strides, std::ptrdiff_t offset);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_FUNCTION void scatter_store(
    tensor_body const& from, tensor_body& into, strides_type const& strides, std::ptrdiff_t offset)
{
    detail::for_each_scattered_run(
        from, into, strides, offset, [](auto* to, auto stride, auto const* x, std::size_t length) {
            if (stride == 1) {
                std::copy_n(x, length, to);
                return;
            }
            for (std::size_t i = 0; i < length; ++i) {
                to[static_cast<std::ptrdiff_t>(i) * stride] = x[i];
            }
        });
}
#endif
} // namespace xgrad
