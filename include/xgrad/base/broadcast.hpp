#pragma once

#include <xgrad/base/shape.hpp>

namespace xgrad {
/// Widens `shape` so that `other` broadcasts into it, as NumPy does: axes are aligned at the
/// last one, and an axis of length 1 stretches. Returns false where the two do not fit;
/// `shape` is of no use then.
inline bool broadcast_into(shape_type& shape, shape_type const& other)
{
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
} // namespace xgrad
