#pragma once

#include <xgrad/base/shape.hpp>

#include <algorithm>
#include <cstddef>

namespace xgrad {
/// Widens `shape` so that `other` broadcasts into it, as NumPy does: axes are aligned at the
/// last one, and an axis of length 1 stretches. Returns false where the two do not fit;
/// `shape` is of no use then.
inline bool broadcast_into(shape_type& shape, shape_type const& other)
{
    if (shape.empty()) {
        shape = other;
        return true;
    }
    if (other.size() > shape.size()) {
        shape_type wider(other.size(), 1);
        std::copy(
            shape.begin(), shape.end(), wider.end() - static_cast<std::ptrdiff_t>(shape.size()));
        shape = std::move(wider);
    }
    auto const lead = shape.size() - other.size();
    for (std::size_t axis = 0; axis < other.size(); ++axis) {
        auto& length = shape[lead + axis];
        if (length == other[axis] || other[axis] == 1) {
            continue;
        }
        if (length != 1) {
            return false;
        }
        length = other[axis];
    }
    return true;
}

/// "{3, 4} and {3, 5} do not broadcast (axis 1: 4 and 5)"
inline std::string broadcast_mismatch(shape_type const& a, shape_type const& b)
{
    std::string text = to_string(a) + " and " + to_string(b) + " do not broadcast";
    auto const rank = std::max(a.size(), b.size());
    for (std::size_t axis = 0; axis < rank; ++axis) {
        auto const from_end = rank - axis;
        auto const p = from_end <= a.size() ? a[a.size() - from_end] : 1;
        auto const q = from_end <= b.size() ? b[b.size() - from_end] : 1;
        if (p != q && p != 1 && q != 1) {
            return text + " (axis " + std::to_string(axis) + ": " + std::to_string(p) + " and " +
                std::to_string(q) + ")";
        }
    }
    return text;
}

/// Strides that read an array of `shape` as if it had the shape `target` into which it
/// broadcasts: 0 along every stretched axis.
inline strides_type
broadcast_strides(shape_type const& shape, strides_type const& strides, shape_type const& target)
{
    strides_type wide(target.size(), 0);
    auto const lead = target.size() - shape.size();
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        wide[lead + axis] = shape[axis] == 1 ? 0 : strides[axis];
    }
    return wide;
}

/// An index space, and the strides in it of an array that is broadcast over it.
struct broadcast_axes
{
    shape_type axes;
    strides_type strides;
};

/// Of a dense array; neighbouring axes that are one for it are joined.
inline broadcast_axes joined_axes(shape_type const& shape, shape_type const& target)
{
    auto const rank = target.size();
    auto const lead = rank - shape.size();
    broadcast_axes joined{shape_type(rank, 0), strides_type(rank, 0)};
    auto* const lengths = joined.axes.data();
    auto* const strides = joined.strides.data();
    std::size_t count = 0;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        if (target[axis] == 1) {
            continue;
        }
        bool const stretched = axis < lead || shape[axis - lead] == 1;
        if (count > 0 && stretched == (strides[count - 1] == 0)) {
            lengths[count - 1] *= target[axis];
        } else {
            lengths[count] = target[axis];
            strides[count] = stretched ? 0 : 1;
            ++count;
        }
    }
    joined.axes.resize(count);
    joined.strides.resize(count);
    std::size_t elements = 1; // of the array, along the axes so far
    for (auto axis = count; axis-- > 0;) {
        if (strides[axis] != 0) {
            strides[axis] = static_cast<std::ptrdiff_t>(elements);
            elements *= lengths[axis];
        }
    }
    return joined;
}
} // namespace xgrad
