#pragma once

#include <xgrad/simd/batch.hpp>

#include <array>
#include <bit>
#include <initializer_list>
#include <limits>

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
/// `fma` rounds once.
inline constexpr bool has_fused_multiply_add = XGRAD_HAS_FMA;

/// The layout of an IEEE 754 format.
template <class T>
struct format;

template <>
struct format<double>
{
    using bits = std::uint64_t;
    static constexpr int fraction_bits = 52;
    static constexpr bits one = bits{0x3ff} << fraction_bits;
    static constexpr bits fraction = (bits{1} << fraction_bits) - 1;
    static constexpr bits sign = bits{1} << 63;
    static constexpr double shift = 0x1.8p52; // x + shift rounds x to an integer
};

template <>
struct format<float>
{
    using bits = std::uint32_t;
    static constexpr int fraction_bits = 23;
    static constexpr bits one = bits{0x7f} << fraction_bits;
    static constexpr bits fraction = (bits{1} << fraction_bits) - 1;
    static constexpr bits sign = bits{1} << 31;
    static constexpr float shift = 0x1.8p23f;
};

template <class T>
using bit_batch = xsimd::batch<typename format<T>::bits>;

template <class T>
XGRAD_ALWAYS_INLINE bit_batch<T> to_bits(batch<T> x) noexcept
{
    return std::bit_cast<bit_batch<T>>(x.lanes);
}

template <class T>
XGRAD_ALWAYS_INLINE batch<T> from_bits(bit_batch<T> bits) noexcept
{
    return std::bit_cast<xsimd::batch<T>>(bits);
}

/// The number nearest to x whose magnitude is below 2^51 (2^22), ties to even.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> round_small(batch<T> x) noexcept
{
    batch<T> const shift(format<T>::shift);
    return (x + shift) - shift;
}

/// 2^k for a whole number k within the exponents of normal numbers.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> power_of_two(batch<T> k) noexcept
{
    auto const bits = to_bits<T>(k + batch<T>(format<T>::shift));
    return from_bits<T>((bits << format<T>::fraction_bits) + bit_batch<T>(format<T>::one));
}

/// x 2^k where x and the result are normal and `shifted` is k + format::shift: rint of a number,
/// before the shift is taken off again.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> add_to_exponent(batch<T> x, batch<T> shifted) noexcept
{
    return from_bits<T>(to_bits<T>(x) + (to_bits<T>(shifted) << format<T>::fraction_bits));
}

/// |x| with the sign of `from`.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> copysign(batch<T> x, batch<T> from) noexcept
{
    bit_batch<T> const sign(format<T>::sign);
    return from_bits<T>((to_bits<T>(x) & ~sign) | (to_bits<T>(from) & sign));
}

/// -x where the sign bit of `from` is set: copysign, and quicker, where x is not negative.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> times_sign_of(batch<T> x, batch<T> from) noexcept
{
    bit_batch<T> const sign(format<T>::sign);
    return from_bits<T>(to_bits<T>(x) ^ (to_bits<T>(from) & sign));
}

/// True where the sign bit is set, that of -0 and of NaN included.
template <class T>
XGRAD_ALWAYS_INLINE mask<T> signbit(batch<T> x) noexcept
{
    return copysign(batch<T>(1), x) < batch<T>(0);
}

template <class T>
XGRAD_ALWAYS_INLINE mask<T> isnan(batch<T> x) noexcept
{
    return x != x;
}

namespace detail {
// x^N for a power of two N.
template <std::size_t N, class T>
XGRAD_ALWAYS_INLINE batch<T> repeated_square(batch<T> x) noexcept
{
    if constexpr (N == 1) {
        return x;
    } else {
        auto const root = repeated_square<N / 2>(x);
        return root * root;
    }
}

template <std::size_t First, std::size_t Count, class T, std::size_t N>
XGRAD_ALWAYS_INLINE batch<T> polynomial_part(batch<T> x, std::array<T, N> const& c) noexcept
{
    if constexpr (Count == 1) {
        return batch<T>(c[First]);
    } else {
        // The largest power of two below Count, or half of it where that is as deep: one square
        // less.
        constexpr std::size_t most = std::bit_ceil(Count) / 2;
        constexpr std::size_t split = 2 * Count <= 3 * most ? most / 2 : most;
        return fma(
            polynomial_part<First + split, Count - split>(x, c),
            repeated_square<split>(x),
            polynomial_part<First, split>(x, c));
    }
}
} // namespace detail

/// c0 + c1 x + c2 x² + ..., halves in parallel (Estrin).
template <class T, std::size_t N>
XGRAD_ALWAYS_INLINE batch<T> polynomial(batch<T> x, std::array<T, N> const& c) noexcept
{
    return detail::polynomial_part<0, N>(x, c);
}

/// (p(x) - p(0))/x for the polynomial p with these coefficients.
template <class T, std::size_t N>
constexpr std::array<T, N - 1> drop_first(std::array<T, N> const& c) noexcept
{
    std::array<T, N - 1> rest{};
    for (std::size_t i = 0; i + 1 < N; ++i) {
        rest[i] = c[i + 1];
    }
    return rest;
}

/// p(-x) for the polynomial p(x) with these coefficients.
template <class T, std::size_t N>
constexpr std::array<T, N> mirrored(std::array<T, N> c) noexcept
{
    for (std::size_t i = 1; i < N; i += 2) {
        c[i] = -c[i];
    }
    return c;
}

/// Each lane on its own, where a vector algorithm would not pay.
template <class F, class T, class... B>
XGRAD_NOINLINE batch<T> by_lanes(F f, batch<T> x, B... y)
{
    constexpr auto n = batch<T>::size;
    std::array<T, n> a;
    std::array<std::array<T, n>, sizeof...(B)> b;
    x.store(a.data());
    std::size_t k = 0;
    (y.store(b[k++].data()), ...);
    for (std::size_t i = 0; i < n; ++i) {
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            a[i] = static_cast<T>(f(a[i], b[K][i]...));
        }(std::make_index_sequence<sizeof...(B)>{});
    }
    return batch<T>::load(a.data());
}

/// Rounded to the nearest float, ties to even. By the compiler's own conversion of a register: of a
/// loop over lanes, to float and back, GCC 12 makes nothing.
XGRAD_ALWAYS_INLINE batch<double> round_to_float(batch<double> x) noexcept
{
    using doubles [[gnu::vector_size(sizeof(x))]] = double;
    using floats [[gnu::vector_size(sizeof(x) / 2)]] = float;
    auto rounded = __builtin_convertvector(std::bit_cast<doubles>(x.lanes), floats);
    XGRAD_KEEP_ROUNDED(rounded);
    return std::bit_cast<batch<double>::register_type>(__builtin_convertvector(rounded, doubles));
}

XGRAD_ALWAYS_INLINE batch<float> round_to_float(batch<float> x) noexcept
{
    return x;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
