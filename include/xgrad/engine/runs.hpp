#pragma once

#include <xgrad/base/shape.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace xgrad {
/// Joins neighbouring axes that are one axis in memory for all of these arrays: `axes` and the
/// strides describe the same elements in the same order with the fewest axes. `strides_of(i)`
/// points to the strides of array i, or is null.
template <class F>
void coalesce(shape_type& axes, std::size_t arrays, F const& strides_of)
{
    auto const erase = [](auto& list, std::size_t i) {
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    };
    for (std::size_t axis = axes.size(); axis-- > 1;) {
        auto const outer = axis - 1;
        bool joins = true;
        for (std::size_t i = 0; i < arrays && axes[outer] != 1 && axes[axis] != 1; ++i) {
            strides_type const* const strides = strides_of(i);
            joins = joins &&
                (strides == nullptr ||
                 (*strides)[outer] == (*strides)[axis] * static_cast<std::ptrdiff_t>(axes[axis]));
        }
        if (!joins) {
            continue;
        }
        for (std::size_t i = 0; i < arrays; ++i) {
            if (strides_type* const strides = strides_of(i)) {
                // The stride of the pair is the inner one's, unless that axis has one element.
                erase(*strides, axes[axis] == 1 ? axis : outer);
            }
        }
        axes[outer] *= axes[axis];
        erase(axes, axis);
    }
}

inline void coalesce(shape_type& axes, strides_type& strides)
{
    coalesce(axes, 1, [&](std::size_t) { return &strides; });
}

/// Walks `count` consecutive elements of a row-major index space, from `begin`, through N arrays of
/// the given strides. Calls f(position in the walk, offsets in the arrays, length) once for every
/// run along the innermost axis.
template <std::size_t N, class F>
void for_each_joint_run(
    shape_type const& axes,
    std::array<std::ptrdiff_t const*, N> const& strides,
    std::size_t begin,
    std::size_t count,
    F&& f)
{
    std::array<std::ptrdiff_t, N> offsets{};
    if (count == 0) {
        return;
    }
    auto const rank = axes.size();
    if (rank == 0) {
        f(std::size_t{0}, offsets, count);
        return;
    }
    auto const move = [&](std::size_t axis, std::ptrdiff_t steps) {
        for (std::size_t k = 0; k < N; ++k) {
            offsets[k] += steps * strides[k][axis];
        }
    };
    auto const inner = rank - 1;
    shape_type places(rank, 0);
    auto rest = begin;
    for (std::size_t axis = rank; axis-- > 0;) {
        places[axis] = rest % axes[axis];
        rest /= axes[axis];
        move(axis, static_cast<std::ptrdiff_t>(places[axis]));
    }
    auto* const index = places.data();
    auto const* const extent = axes.data();
    auto const whole = extent[inner];
    auto first = index[inner];
    for (std::size_t position = 0; position < count; first = 0) {
        auto const length = std::min(count - position, whole - first);
        f(position, std::as_const(offsets), length);
        position += length;
        move(inner, -static_cast<std::ptrdiff_t>(first)); // to the beginning of the row
        for (auto axis = inner; axis-- > 0;) {
            move(axis, 1);
            if (++index[axis] < extent[axis]) {
                break;
            }
            move(axis, -static_cast<std::ptrdiff_t>(extent[axis]));
            index[axis] = 0;
        }
    }
}

/// The same through one array: f(position, offset, length, stride).
template <class F>
void for_each_run(
    shape_type const& axes,
    strides_type const& strides,
    std::size_t begin,
    std::size_t count,
    F&& f)
{
    auto const along = axes.empty() ? 0 : strides.back();
    for_each_joint_run<1>(
        axes, {strides.data()}, begin, count, [&](auto position, auto const& offsets, auto length) {
            f(position, offsets[0], length, along);
        });
}
} // namespace xgrad
