#pragma once

#include <xgrad/simd/extended.hpp>
#include <xgrad/simd/logarithm.hpp>

// The cube root without a division: a polynomial for the inverse root, one step of a method of
// third order for it, and one of Newton's for the root itself with the exact cube.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
template <class T>
struct cube_root_constants;

// m^(-1/3) in m - 1 for √(1/2) <= m < √2, minimax, computed by Remez's algorithm at 60 digits.
template <>
struct cube_root_constants<double>
{
    static constexpr std::array<double, 6> start{
        1.0000038460723712,
        -0.33326097385810577,
        0.22160512640207208,
        -0.17581863480165752,
        0.16041713271534058,
        -0.10806387806357337};
};

template <>
struct cube_root_constants<float>
{
    static constexpr std::array<float, 3> start{
        1.0005979911767162f, -0.34788428991179793f, 0.20967144222604905f};
};
} // namespace detail

/// ∛x.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> cbrt(batch<T> x) noexcept
{
    using B = batch<T>;
    constexpr T root_of_2 = T(1.2599210498948732);
    constexpr T root_of_half = T(0.7937005259840998);
    constexpr T scale = sizeof(T) == 8 ? T(0x1p54) : T(0x1p24);
    constexpr T log2_of_root = sizeof(T) == 8 ? T(18) : T(8);
    B const zero(0);
    B const one(1);
    B const third(T(1. / 3));
    auto const magnitude = abs(x);
    auto const subnormal = magnitude < B(std::numeric_limits<T>::min());
    auto const split = detail::split(select(subnormal, magnitude * B(scale), magnitude));
    // |x| = 8^j a, a = 2^left m
    auto const j = round_small(split.k * third);
    auto const left = fma(j, B(-3), split.k);
    auto const m = one + split.f;
    auto const a = m * select(left == zero, one, select(left < zero, B(T(0.5)), B(2)));
    auto const factor =
        select(left == zero, one, select(left < zero, B(root_of_2), B(root_of_half)));
    auto const start = factor * polynomial(split.f, detail::cube_root_constants<T>::start);
    // (1 - e)^(-1/3) = 1 + e/3 + 2/9 e² + ...
    auto const e = one - a * start * (start * start);
    auto const inverse = fma(start * e, fma(e, B(T(2. / 9)), third), start);
    auto const square_of_inverse = inverse * inverse;
    auto const y = a * square_of_inverse;
    auto const square = exact_product(y, y);
    auto const cube = exact_product(square.upper, y);
    auto const excess = (cube.upper - a) + fma(square.lower, y, cube.lower);
    auto const root = fma(excess * square_of_inverse, -third, y);
    auto const exponent = j - select(subnormal, B(log2_of_root), zero);
    auto const value = copysign(root * power_of_two(exponent), x);
    B const largest(std::numeric_limits<T>::max());
    return select(magnitude <= largest && x != zero, value, x);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
