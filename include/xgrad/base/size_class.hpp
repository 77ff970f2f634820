#pragma once

#include <bit>
#include <cstddef>

// The sizes in which the pool has blocks.

namespace xgrad {
/// Every block starts on a cache line and may be read and written up to the next one, so a
/// kernel never needs a scalar tail.
inline constexpr std::size_t block_alignment = 64;

inline constexpr std::size_t padded_bytes(std::size_t bytes) noexcept
{
    return (bytes + block_alignment - 1) / block_alignment * block_alignment;
}

namespace detail {
// Four sizes per power of two: at most a quarter of a block is unused, and a training
// loop that allocates the same shapes again always finds its old blocks.
struct size_class
{
    std::size_t index;
    std::size_t bytes;
};

constexpr size_class size_class_of(std::size_t bytes) noexcept
{
    auto const units = padded_bytes(bytes == 0 ? 1 : bytes) / block_alignment;
    if (units <= 4) {
        return {units - 1, units * block_alignment};
    }
    auto const exponent = static_cast<std::size_t>(std::bit_width(units - 1)) - 1;
    auto const step = std::size_t{1} << (exponent - 2);
    auto const quarter = (units - 1 - (std::size_t{1} << exponent)) / step;
    return {
        4 * (exponent - 1) + quarter,
        ((std::size_t{1} << exponent) + (quarter + 1) * step) * block_alignment};
}

inline constexpr std::size_t size_class_count = 4 * 60;

constexpr std::size_t bytes_of_size_class(std::size_t index) noexcept
{
    if (index < 4) {
        return (index + 1) * block_alignment;
    }
    auto const exponent = index / 4 + 1;
    auto const step = std::size_t{1} << (exponent - 2);
    return ((std::size_t{1} << exponent) + (index % 4 + 1) * step) * block_alignment;
}
} // namespace detail
} // namespace xgrad
