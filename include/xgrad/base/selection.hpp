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
} // namespace xgrad::detail
