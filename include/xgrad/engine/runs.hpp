#pragma once

#include <xgrad/base/shape.hpp>

#include <algorithm>
#include <cstddef>

namespace xgrad {
/// Walks `count` consecutive elements of a row-major index space, from `begin`, through an array
/// of the given strides. Calls f(position in the walk, offset in the array, length, stride)
/// once for every run along the innermost axis.
template <class F>
void for_each_run(
    shape_type const& axes,
    strides_type const& strides,
    std::size_t begin,
    std::size_t count,
    F&& f)
{
    if (count == 0) {
        return;
    }
    auto const rank = axes.size();
    if (rank == 0) {
        f(std::size_t{0}, std::ptrdiff_t{0}, count, std::ptrdiff_t{0});
        return;
    }
    auto const inner = rank - 1;
    shape_type index(rank, 0);
    std::ptrdiff_t offset = 0;
    auto rest = begin;
    for (std::size_t axis = rank; axis-- > 0;) {
        index[axis] = rest % axes[axis];
        rest /= axes[axis];
        offset += static_cast<std::ptrdiff_t>(index[axis]) * strides[axis];
    }
    for (std::size_t position = 0; position < count;) {
        auto const length = std::min(count - position, axes[inner] - index[inner]);
        f(position, offset, length, strides[inner]);
        position += length;
        index[inner] += length;
        offset += static_cast<std::ptrdiff_t>(length) * strides[inner];
        for (auto axis = inner; axis > 0 && index[axis] == axes[axis]; --axis) {
            offset += strides[axis - 1] - static_cast<std::ptrdiff_t>(axes[axis]) * strides[axis];
            index[axis] = 0;
            ++index[axis - 1];
        }
    }
}
} // namespace xgrad
