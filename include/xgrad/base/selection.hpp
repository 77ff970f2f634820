#pragma once

#include <xgrad/base/shape.hpp>

#include <cstddef>

namespace xgrad::detail {
/// The elements of a strided array that lie in one of its parts.
struct selection
{
    shape_type shape;
    strides_type strides;
    std::ptrdiff_t offset = 0;
};

/// All of them.
inline selection whole(shape_type const& shape)
{
    return {shape, row_major_strides(shape), 0};
}

/// Elements of an operand, and where they go in the result: places of one shape in row-major
/// arrays.
struct element_move
{
    std::size_t operand;
    selection from;
    selection to;
};
} // namespace xgrad::detail
