#pragma once

#include <xgrad/simd/batch.hpp>

#include <array>
#include <cstddef>
#include <cstring>

// A number that meets an array (`x * exp(c)`), or a column that meets long rows, is the same number
// in a whole sub-block. An expensive function of it is computed once there, as a loop written by
// hand would compute it before it begins.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// All elements have the same bits. Of most arrays that have not, the first and the last say so.
template <class T>
XGRAD_ALWAYS_INLINE bool is_uniform(T const* x, std::size_t count) noexcept
{
    return std::memcmp(x, x + count - 1, sizeof(T)) == 0 &&
        std::memcmp(x, x + 1, (count - 1) * sizeof(T)) == 0;
}

/// For how many elements a stage has to be computed: a register, where all its operands are
/// uniform.
template <class T, std::size_t N>
XGRAD_ALWAYS_INLINE std::size_t
different_elements(std::array<T const*, N> const& x, std::size_t count) noexcept
{
    bool uniform = count > simd::batch<T>::size;
    for (auto const* operand : x) {
        uniform = uniform && is_uniform(operand, count);
    }
    return uniform ? simd::batch<T>::size : count;
}

/// The others have the value of the first register.
template <class T>
XGRAD_ALWAYS_INLINE void
repeat_register(T* values, std::size_t computed, std::size_t count) noexcept
{
    using V = simd::batch<T>;
    if (computed < count) [[unlikely]] {
        auto const first = V::load(values);
        for (auto i = computed; i < count; i += V::size) {
            first.store(values + i);
        }
    }
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
