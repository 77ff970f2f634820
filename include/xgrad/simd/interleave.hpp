#pragma once

#include <xgrad/simd/integer_batch.hpp>

#include <cstddef>
#include <utility>

// Lanes of two registers in one. In the compiler's own words: xsimd 8 has this within the parts of
// a register (of 128 bits), later versions over all of it.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
template <std::size_t First, class V, std::size_t... K>
XGRAD_ALWAYS_INLINE V interleaved_from(V const& a, V const& b, std::index_sequence<K...>) noexcept
{
    constexpr auto lane = [](std::size_t k) {
        return static_cast<int>(First + k / 2 + k % 2 * V::size);
    };
    if constexpr (requires { a.lanes.data; }) {
        using registers = typename V::register_type;
        return V(registers(__builtin_shufflevector(a.lanes.data, b.lanes.data, lane(K)...)));
    } else {
        return V(__builtin_shufflevector(a.lanes, b.lanes, lane(K)...));
    }
}
} // namespace detail

/// a₀ b₀ a₁ b₁ ..., of the first half of their lanes.
template <class V>
XGRAD_ALWAYS_INLINE V first_halves(V const& a, V const& b) noexcept
{
    return detail::interleaved_from<0>(a, b, std::make_index_sequence<V::size>());
}

/// The same of the second half.
template <class V>
XGRAD_ALWAYS_INLINE V second_halves(V const& a, V const& b) noexcept
{
    return detail::interleaved_from<V::size / 2>(a, b, std::make_index_sequence<V::size>());
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
