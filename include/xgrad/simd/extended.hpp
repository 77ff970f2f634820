#pragma once

#include <xgrad/simd/bits.hpp>

#include <array>
#include <utility>

// More digits than a register's type has: a number as an unevaluated sum of two (T. J. Dekker, A
// floating-point technique for extending the available precision, 1971), and float through double.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
/// upper + lower, where |lower| is at most half a unit in the last place of upper, or nearly.
template <class T>
struct pair
{
    batch<T> upper;
    batch<T> lower;
};

/// a + b exactly, where |a| >= |b| or a = 0.
template <class T>
XGRAD_ALWAYS_INLINE pair<T> sum_of_ordered(batch<T> a, batch<T> b) noexcept
{
    auto const s = a + b;
    return {s, b - (s - a)};
}

/// a + b exactly.
template <class T>
XGRAD_ALWAYS_INLINE pair<T> exact_sum(batch<T> a, batch<T> b) noexcept
{
    auto const s = a + b;
    auto const b_in_s = s - a;
    return {s, (a - (s - b_in_s)) + (b - b_in_s)};
}

/// a b exactly, unless it is subnormal or near overflow.
template <class T>
XGRAD_ALWAYS_INLINE pair<T> exact_product(batch<T> a, batch<T> b) noexcept
{
    auto const p = a * b;
    if constexpr (has_fused_multiply_add) {
        return {p, fma(a, b, -p)};
    } else {
        constexpr T splitter = sizeof(T) == 8 ? T(0x1p27 + 1) : T(0x1p12 + 1);
        auto const upper = [&](batch<T> x) {
            auto const y = x * batch<T>(splitter);
            return y - (y - x);
        };
        auto const a1 = upper(a);
        auto const b1 = upper(b);
        auto const a2 = a - a1;
        auto const b2 = b - b1;
        return {p, a2 * b2 - (((p - a1 * b1) - a2 * b1) - a1 * b2)};
    }
}

/// a - q d, where q is a/d to the last digit or nearly: exact with a fused multiply-add.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> rest_of_quotient(batch<T> a, batch<T> q, batch<T> d) noexcept
{
    if constexpr (has_fused_multiply_add) {
        return fma(-q, d, a);
    } else {
        auto const product = exact_product(q, d);
        return (a - product.upper) - product.lower;
    }
}

/// The product of two numbers of two parts each, but for the product of the lower parts.
template <class T>
XGRAD_ALWAYS_INLINE pair<T> product(pair<T> const& a, pair<T> const& b) noexcept
{
    auto const p = exact_product(a.upper, b.upper);
    return {p.upper, fma(a.upper, b.lower, fma(a.lower, b.upper, p.lower))};
}

/// A function of doubles over a register of floats: right to the last digit but for ties.
template <class F, std::same_as<batch<float>>... B>
XGRAD_ALWAYS_INLINE batch<float> in_double(F f, B... x) noexcept
{
    constexpr auto n = batch<float>::size;
    constexpr auto half = batch<double>::size;
    static_assert(n == 2 * half);
    std::array<std::array<float, n>, sizeof...(B)> narrow;
    std::size_t k = 0;
    (x.store(narrow[k++].data()), ...);
    std::array<std::array<double, n>, sizeof...(B)> wide;
    for (std::size_t j = 0; j < sizeof...(B); ++j) {
        for (std::size_t i = 0; i < n; ++i) {
            wide[j][i] = static_cast<double>(narrow[j][i]);
        }
    }
    std::array<double, n> result;
    for (std::size_t i = 0; i < n; i += half) {
        [&]<std::size_t... J>(std::index_sequence<J...>) {
            f(batch<double>::load(wide[J].data() + i)...).store(result.data() + i);
        }(std::index_sequence_for<B...>{});
    }
    std::array<float, n> rounded;
    for (std::size_t i = 0; i < n; ++i) {
        rounded[i] = static_cast<float>(result[i]);
    }
    return batch<float>::load(rounded.data());
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
