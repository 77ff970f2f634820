#pragma once

#include <xgrad/simd/exponential.hpp>
#include <xgrad/simd/logarithm.hpp>

#include <cmath>

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
/// x^y with the special values of C99, Annex F.9.4.4. Lane by lane through the C library,
/// whose pow is correct to an ulp and no slower than a double-double evaluation in SSE2.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> pow(batch<T> x, batch<T> y) noexcept
{
    return by_lanes([](T a, T b) { return std::pow(a, b); }, x, y);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
