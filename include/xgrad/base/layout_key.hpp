#pragma once

#include <xgrad/base/element_type.hpp>
#include <xgrad/base/shape.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace xgrad {
/// Element type and shape of an array whose elements are dense, as one number: where two keys are
/// equal, and not `no_layout`, both are. What a statement over a few elements asks of its operands
/// would else cost more than its loop.
using layout_key = std::uint64_t;

/// Of an array with gaps, of many axes, or of very long ones. It says nothing.
inline constexpr layout_key no_layout = 0;

/// The lengths of up to four axes share 56 bits, beside them are the rank and the type.
inline layout_key layout_of(element_type type, shape_type const& shape) noexcept
{
    constexpr std::array<unsigned, 5> bits_of_rank{56, 56, 28, 18, 14};
    auto const rank = shape.size();
    if (rank >= bits_of_rank.size()) {
        return no_layout;
    }
    auto const bits = bits_of_rank[rank];
    layout_key lengths = 0;
    layout_key too_long = 0;
    for (auto const length : shape) {
        lengths = lengths << bits | length;
        too_long |= layout_key{length} >> bits;
    }
    auto const key = lengths << 8 | (rank + 1) << 4 | static_cast<layout_key>(type);
    return too_long == 0 ? key : no_layout;
}
} // namespace xgrad
