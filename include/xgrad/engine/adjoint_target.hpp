#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/runs.hpp>
#include <xgrad/engine/scatter.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

// Where the adjoints of a statement's operands go.

namespace xgrad {
/// No tile: a block of memory that is the same for every block of the index space.
inline constexpr auto no_tile = ~std::uint32_t{0};

/// Where the adjoint of one leaf goes. Without a body and a tile nobody wants it.
struct adjoint_target
{
    enum class kind : std::uint8_t
    {
        array, // shaped like the index space, and of its compute type
        sum,   // the operand was broadcast: all that came of one of its elements
        part   // the operand is a part of another array, to whose adjoint its own is added
    };

    tensor_body* body = nullptr;  // dense
    std::uint32_t tile = no_tile; // or this one, where only later steps read it
    bool accumulate = false;      // there are earlier contributions
    kind what = kind::array;
    shape_type axes{}; // of a sum: the operand's places in the index space; of a part: in the array
    strides_type strides{};
    std::ptrdiff_t offset = 0; // of a part
    std::size_t leaf = 0;      // in whose block it is made, where that is not its own place

    bool is(kind which) const noexcept { return body != nullptr && what == which; }
};

/// How a run adds to parts of arrays, which may overlap: of a stencil they do.
struct overlapping_parts
{
    bool any = false;
    bool in_order = true;  // those of one array go through it in the same way, and forwards
    std::size_t reach = 0; // how far they may lie from each other

    void add(adjoint_target const& target)
    {
        any = true;
        auto const same = std::find_if(first_.begin(), first_.end(), [&](auto const* other) {
            return other->body == target.body;
        });
        if (same == first_.end()) {
            first_.push_back(&target);
            in_order = in_order && goes_forwards(target);
            return;
        }
        auto const& other = **same;
        in_order = in_order && same_shape(other.axes, target.axes) &&
            std::equal(target.strides.begin(), target.strides.end(), other.strides.begin());
        auto const distance = static_cast<std::size_t>(std::abs(target.offset - other.offset));
        reach = std::max(reach, 2 * distance); // others may lie on the other side
    }

    /// Two pieces of the index space of at least this length, with one such piece between them,
    /// have no place in common: from one element to the next a part goes on by one place at least.
    bool separated_by(std::size_t length) const noexcept { return in_order && length > reach; }

private:
    static bool goes_forwards(adjoint_target const& target) noexcept
    {
        std::ptrdiff_t least = 1;
        for (auto axis = target.axes.size(); axis-- > 0;) {
            if (target.strides[axis] < least) {
                return false;
            }
            least = target.strides[axis] * static_cast<std::ptrdiff_t>(target.axes[axis]);
        }
        return true;
    }

    std::vector<adjoint_target const*> first_; // of every array
};

/// Adds the adjoints of `count` elements of a part, from `begin`, to those of the array.
template <class T>
void add_to_part(
    adjoint_target const& target, std::size_t begin, std::size_t count, T const* adjoints)
{
    auto* const first = target.body->elements<T>() + target.offset;
    for_each_run(
        target.axes,
        target.strides,
        begin,
        count,
        [&](auto position, auto at, auto length, auto stride) {
            add_run(first + at, stride, adjoints + position, length);
        });
}
} // namespace xgrad
