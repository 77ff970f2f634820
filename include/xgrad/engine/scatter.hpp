#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/dense.hpp>
#include <xgrad/engine/paired_rows.hpp>

#include <cstring>

namespace xgrad {
namespace detail {
/// What is read instead of `from`: a large transpose is put in order first, for its cache lines.
inline body_pointer in_order(tensor_body const& from)
{
    constexpr std::size_t few = 1024;
    bool const is_large = !from.contiguous && from.size > few;
    return is_large && is_transposed(from.shape, from.strides()) ? ordered_copy(from)
                                                                 : body_pointer();
}

template <std::size_t Bytes>
void store_rows(paired_rows const& rows, void const* source, void* target)
{
    constexpr auto size = static_cast<std::ptrdiff_t>(Bytes);
    auto const from_step = rows.from.row_stride * size;
    auto const to_step = rows.to.row_stride * size;
    auto const* from = static_cast<std::byte const*>(source);
    auto* to = static_cast<std::byte*>(target);
    from += rows.from.offset * size;
    to += rows.to.offset * size;
    auto const bytes = rows.length * Bytes;
    if (rows.to.stride == 1 && rows.from.stride == 1 && bytes <= short_row_bytes) {
        auto const copy = bytes >= 64 ? copy_rows_within<64>
            : bytes >= 32             ? copy_rows_within<32>
            : bytes >= 16             ? copy_rows_within<16>
            : bytes >= 8              ? copy_rows_within<8>
                                      : copy_rows_within<Bytes>;
        copy(from, from_step, to, to_step, rows.count, bytes);
        return;
    }
    auto const stride = rows.from.stride;
    auto const x_step = stride * size;
    auto const y_step = rows.to.stride * size;
    auto const length = rows.length; // (not asked again and again, behind bytes that are written)
    for (auto row = rows.count; row > 0; --row, from += from_step, to += to_step) {
        if (y_step == size) {
            copy_run<Bytes>(from, stride, to, length);
            continue;
        }
        auto const* x = from;
        auto* y = to;
        for (std::size_t i = 0; i < length; ++i, x += x_step, y += y_step) {
            std::memcpy(y, x, Bytes);
        }
    }
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

namespace detail {
template <class T>
void add_rows(paired_rows const& rows, void const* source, void* target)
{
    auto const x_step = rows.from.stride;
    auto const y_step = rows.to.stride;
    auto const* from = static_cast<T const*>(source) + rows.from.offset;
    auto* to = static_cast<T*>(target) + rows.to.offset;
    for (auto row = rows.count; row > 0; --row) {
        if (x_step == 1) {
            add_run(to, y_step, from, rows.length);
        } else {
            for (std::size_t i = 0; i < rows.length; ++i) {
                auto const k = static_cast<std::ptrdiff_t>(i);
                to[k * y_step] += from[k * x_step];
            }
        }
        from += rows.from.row_stride;
        to += rows.to.row_stride;
    }
}
} // namespace detail

/// Adds all elements of `from` to the places of `into` that have these strides, starting at
/// `offset`. Both hold the same type.
void scatter_add(
    tensor_body const& from, tensor_body& into, strides_type const& strides, std::ptrdiff_t offset);

/// Stores them there.
void scatter_store(
    tensor_body const& from, tensor_body& into, strides_type const& strides, std::ptrdiff_t offset);

#if XGRAD_DEFINES_FUNCTIONS
namespace detail {
inline void scatter(
    move_rows move,
    tensor_body const& from,
    tensor_body& into,
    strides_type const& strides,
    std::ptrdiff_t offset)
{
    auto const ordered = in_order(from);
    auto const& source = ordered ? *ordered : from;
    auto* const first = static_cast<std::byte*>(into.data) +
        offset * static_cast<std::ptrdiff_t>(bytes_of(from.type));
    move_elements(move, source.shape, source.data, source.strides(), first, strides);
}
} // namespace detail

XGRAD_FUNCTION void scatter_add(
    tensor_body const& from, tensor_body& into, strides_type const& strides, std::ptrdiff_t offset)
{
    with_element_type(from.type, [&]<class T>() {
        detail::scatter(detail::add_rows<T>, from, into, strides, offset);
    });
}

XGRAD_FUNCTION void scatter_store(
    tensor_body const& from, tensor_body& into, strides_type const& strides, std::ptrdiff_t offset)
{
    auto const bytes = bytes_of(from.type);
    auto const store = bytes == 8 ? detail::store_rows<8>
        : bytes == 4              ? detail::store_rows<4>
                                  : detail::store_rows<1>;
    detail::scatter(store, from, into, strides, offset);
}
#endif
} // namespace xgrad
