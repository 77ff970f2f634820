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

/// ∛x for a normal x > 0.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> cube_root(batch<T> x) noexcept
{
    using B = batch<T>;
    constexpr T root_of_2 = T(1.2599210498948732);
    constexpr T root_of_half = T(0.7937005259840998);
    B const zero(0);
    B const one(1);
    B const third(T(1. / 3));
    B const shift(format<T>::shift);
    auto const split = detail::split(x);
    // x = 8^j a, a = 2^left m
    auto const shifted = fma(split.k, third, shift);
    auto const left = fma(shifted - shift, B(-3), split.k);
    auto const m = one + split.f;
    auto const more = left > zero;
    auto const less = left < zero;
    auto const a = m * select(more, B(2), select(less, B(T(0.5)), one));
    auto const factor = select(more, B(root_of_half), select(less, B(root_of_2), one));
    auto const start = factor * polynomial(split.f, cube_root_constants<T>::start);
    // (1 - e)^(-1/3) = 1 + e/3 + 2/9 e² + ...
    auto const e = one - a * start * (start * start);
    auto const inverse = fma(start * e, fma(e, B(T(2. / 9)), third), start);
    auto const square_of_inverse = inverse * inverse;
    auto const y = a * square_of_inverse;
    auto const square = exact_product(y, y);
    auto const cube = exact_product(square.upper, y);
    auto const excess = (cube.upper - a) + fma(square.lower, y, cube.lower);
    return add_to_exponent(fma(excess * square_of_inverse, -third, y), shifted);
}

/// ∛x where x is subnormal, zero, infinite or NaN.
template <class T>
XGRAD_NOINLINE batch<T> cube_root_extreme(batch<T> x) noexcept
{
    using B = batch<T>;
    constexpr T scale = sizeof(T) == 8 ? T(0x1p54) : T(0x1p24);
    constexpr T root_of_scale = sizeof(T) == 8 ? T(0x1p18) : T(0x1p8);
    auto const root = cube_root(x * B(scale)) * B(1 / root_of_scale);
    return select(x > B(0) && x < B(1), root, x);
}
} // namespace detail

/// ∛x.
template <class T>
XGRAD_ALWAYS_INLINE batch<T> cbrt(batch<T> x) noexcept
{
    using B = batch<T>;
    auto const magnitude = abs(x);
    auto const root = copysign(detail::cube_root(magnitude), x);
    auto const ordinary = magnitude >= B(std::numeric_limits<T>::min()) &&
        magnitude <= B(std::numeric_limits<T>::max());
    if (!all(ordinary)) [[unlikely]] {
        return select(ordinary, root, copysign(detail::cube_root_extreme(magnitude), x));
    }
    return root;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
