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
    shape_type places(rank, 0);
    std::ptrdiff_t offset = 0;
    auto rest = begin;
    for (std::size_t axis = rank; axis-- > 0;) {
        places[axis] = rest % axes[axis];
        rest /= axes[axis];
        offset += static_cast<std::ptrdiff_t>(places[axis]) * strides[axis];
    }
    auto* const index = places.data();
    auto const* const extent = axes.data();
    auto const* const step = strides.data();
    auto const whole = extent[inner];
    auto const along = step[inner];
    auto first = index[inner];
    for (std::size_t position = 0; position < count; first = 0) {
        auto const length = std::min(count - position, whole - first);
        f(position, offset, length, along);
        position += length;
        offset -= static_cast<std::ptrdiff_t>(first) * along; // to the beginning of the row
        for (auto axis = inner; axis-- > 0;) {
            offset += step[axis];
            if (++index[axis] < extent[axis]) {
                break;
            }
            offset -= static_cast<std::ptrdiff_t>(extent[axis]) * step[axis];
            index[axis] = 0;
        }
    }
}
} // namespace xgrad
