#pragma once

#include <xgrad/base/shape.hpp>
#include <xgrad/tape/statement.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace xgrad::detail {
/// The shape that a reduced array has with its reduced axes kept as length 1.
inline shape_type kept_axes(shape_type shape, std::uint64_t axes)
{
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if ((axes >> axis) & 1u) {
            shape[axis] = 1;
        }
    }
    return shape;
}

/// The shape of a reduction's results beside its elements.
inline shape_type places_of(recorded_statement const& s, shape_type shape)
{
    if (!s.reduced->keeps_axes) {
        return kept_axes(std::move(shape), s.axes);
    }
    if (s.reduced->fewer != 0) {
        shape[static_cast<std::size_t>(std::countr_zero(s.axes))] -= s.reduced->fewer;
    }
    return shape;
}
} // namespace xgrad::detail
