#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <utility>

namespace xgrad {
/// An integer of any type as an element of a braced list: in `{n, 3, -1}` no element narrows,
/// whatever the type of `n`.
class listed_integer
{
public:
    template <std::integral I>
    constexpr listed_integer(I value) noexcept
        : value_(
              std::in_range<std::ptrdiff_t>(value) ? static_cast<std::ptrdiff_t>(value)
                                                   : std::numeric_limits<std::ptrdiff_t>::max())
    {}

    constexpr operator std::ptrdiff_t() const noexcept { return value_; }

private:
    std::ptrdiff_t value_;
};
} // namespace xgrad
