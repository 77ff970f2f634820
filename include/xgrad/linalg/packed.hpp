#pragma once

#include <xgrad/array/view.hpp>
#include <xgrad/linalg/stack.hpp>

// A factorisation has several results and one way back, which needs all their adjoints at once: it
// is recorded with one result that holds them behind each other, along the last axis.

namespace xgrad::detail {
/// The part of every packed result that begins at `offset`, with its shape.
template <class T>
tensor<T> unpacked(
    tensor<T> const& packed,
    std::size_t offset,
    std::initializer_list<std::size_t> shape,
    std::source_location const& where)
{
    shape_type full(packed.shape().begin(), packed.shape().end() - 1);
    std::size_t length = 1;
    for (auto const axis : shape) {
        full.push_back(axis);
        length *= axis;
    }
    auto const part = view(packed, ellipsis(), range(offset, offset + length));
    return reshape(part, full, where);
}

/// x {..., n} as {..., 1, n}.
template <class T>
tensor<T> as_row(tensor<T> const& x, std::source_location const& where)
{
    auto shape = x.shape();
    auto const n = shape.back();
    shape.back() = 1;
    shape.push_back(n);
    return reshape(x, shape, where);
}

/// x {..., n} as {..., n, 1}.
template <class T>
tensor<T> as_last_column(tensor<T> const& x, std::source_location const& where)
{
    auto shape = x.shape();
    shape.push_back(1);
    return reshape(x, shape, where);
}
} // namespace xgrad::detail
