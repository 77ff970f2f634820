#pragma once

// The only include of xsimd.
//
// GCC 12 finds its own AVX-512 functions uninitialised where they are inlined (its bug 105593).
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#    pragma GCC diagnostic push
#    pragma GCC diagnostic ignored "-Wuninitialized"
#    pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#    include <xsimd/xsimd.hpp>
#    pragma GCC diagnostic pop
#else
#    include <xsimd/xsimd.hpp>
#endif

#include <xgrad/base/config.hpp>

#include <cstdint>

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
/// The number itself, which no later sum takes apart.
template <class Register>
XGRAD_ALWAYS_INLINE Register rounded(Register x) noexcept
{
    XGRAD_KEEP_ROUNDED(x.data);
    return x;
}

/// x y + z, rounded once where the machine can (XGRAD_HAS_FMA).
template <class Register>
XGRAD_ALWAYS_INLINE Register
fused_multiply_add(Register const& x, Register const& y, Register const& z) noexcept
{
    return rounded(xsimd::fma(x, y, z));
}

template <class Register>
XGRAD_ALWAYS_INLINE Register quotient(Register const& x, Register const& y) noexcept
{
    return x / y;
}

template <class Register>
XGRAD_ALWAYS_INLINE Register square_root(Register const& x) noexcept
{
    return xsimd::sqrt(x);
}

#if defined(__aarch64__)
// xsimd 8 approaches these from an estimate, as ARMv7 has to: not rounded as they must be, and NaN
// where the divisor is subnormal.
XGRAD_ALWAYS_INLINE xsimd::batch<float>
quotient(xsimd::batch<float> const& x, xsimd::batch<float> const& y) noexcept
{
    return vdivq_f32(x, y);
}

XGRAD_ALWAYS_INLINE xsimd::batch<float> square_root(xsimd::batch<float> const& x) noexcept
{
    return vsqrtq_f32(x);
}
#endif

/// from[index] for each lane, where one instruction does it.
template <class T, class Index>
xsimd::batch<T> gather(T const* from, Index const& index) = delete;

#if defined(__AVX512F__)
// With AVX-512, xsimd 8's `fma` is a product and a sum: what is left of a product, fma(x, y, -x y),
// would be nothing.
XGRAD_ALWAYS_INLINE xsimd::batch<double> fused_multiply_add(
    xsimd::batch<double> const& x,
    xsimd::batch<double> const& y,
    xsimd::batch<double> const& z) noexcept
{
    return _mm512_fmadd_pd(x, y, z);
}

XGRAD_ALWAYS_INLINE xsimd::batch<float> fused_multiply_add(
    xsimd::batch<float> const& x,
    xsimd::batch<float> const& y,
    xsimd::batch<float> const& z) noexcept
{
    return _mm512_fmadd_ps(x, y, z);
}

XGRAD_ALWAYS_INLINE xsimd::batch<double>
gather(double const* from, xsimd::batch<std::uint64_t> const& index) noexcept
{
    return _mm512_i64gather_pd(index, from, sizeof(double));
}
#endif
} // namespace detail
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
