// Numbers that suit operands: axes.
#pragma once

#include "program.hpp"

namespace fuzzer {

using suited = std::optional<integers>;
using shapes = std::vector<shape>;

/// Either sign of an axis of an array of this rank.
inline std::ptrdiff_t some_axis(dice& d, std::size_t rank)
{
    auto const axis = static_cast<std::ptrdiff_t>(d.below(rank));
    return d.one_in(3) ? axis - static_cast<std::ptrdiff_t>(rank) : axis;
}

inline suited one_axis(dice& d, shapes const& s)
{
    return s[0].empty() ? suited() : integers{some_axis(d, s[0].size())};
}

/// The axis that numbers[0] names, from the end where it is negative.
inline std::size_t axis_in(integers const& numbers, std::size_t rank)
{
    return static_cast<std::size_t>(
        numbers[0] < 0 ? numbers[0] + static_cast<std::ptrdiff_t>(rank) : numbers[0]);
}

} // namespace fuzzer
