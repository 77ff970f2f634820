#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace xgrad {
/// How many of some truth values are true: eight are the bytes of a word, and the sum of up to 255
/// such words has no carry.
inline std::int64_t count_true(bool const* values, std::size_t count) noexcept
{
    constexpr std::size_t word = sizeof(std::uint64_t);
    constexpr std::uint64_t even_bytes = 0x00ff00ff00ff00ff;
    std::uint64_t total = 0;
    while (count >= word) {
        auto const words = std::min<std::size_t>(count / word, 255);
        std::uint64_t bytes = 0;
        for (std::size_t i = 0; i < words; ++i) {
            std::uint64_t next;
            std::memcpy(&next, values + i * word, word);
            bytes += next;
        }
        auto const pairs = (bytes & even_bytes) + (bytes >> 8 & even_bytes);
        total += pairs * 0x0001000100010001 >> 48;
        values += words * word;
        count -= words * word;
    }
    return static_cast<std::int64_t>(total) + std::count(values, values + count, true);
}
} // namespace xgrad
