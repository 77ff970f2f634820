#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/base/element_type.hpp>
#include <xgrad/simd/xsimd.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

// One register of numbers and one of truth values, with the operators of C++ and the meaning of
// IEEE 754. It stands between the rules and xsimd: what differs between xsimd's versions, or is
// wrong in one of them, is put right here and nowhere else.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
template <class T>
struct mask;

template <class T>
struct batch;

template <differentiable_element T>
struct mask<T>
{
    using register_type = xsimd::batch_bool<T>;
    register_type bits;

    mask() = default;

    XGRAD_ALWAYS_INLINE mask(register_type b) noexcept : bits(b) {}

    XGRAD_ALWAYS_INLINE explicit mask(bool b) noexcept : bits(b) {}

    XGRAD_ALWAYS_INLINE friend mask operator&&(mask a, mask b) noexcept { return a.bits & b.bits; }

    XGRAD_ALWAYS_INLINE friend mask operator||(mask a, mask b) noexcept { return a.bits | b.bits; }

    XGRAD_ALWAYS_INLINE friend mask operator!(mask a) noexcept { return ~a.bits; }

    XGRAD_ALWAYS_INLINE friend mask operator==(mask a, mask b) noexcept { return a.bits == b.bits; }

    // xsimd 8's `^` is an OR with AVX-512; `!=` is the exclusive or that works everywhere.
    XGRAD_ALWAYS_INLINE friend mask operator!=(mask a, mask b) noexcept { return a.bits != b.bits; }

    XGRAD_ALWAYS_INLINE friend bool any(mask a) noexcept { return xsimd::any(a.bits); }
};

template <differentiable_element T>
struct batch<T>
{
    using value_type = T;
    using mask_type = mask<T>;
    using register_type = xsimd::batch<T>;
    static constexpr std::size_t size = register_type::size;

    register_type lanes;

    batch() = default;

    XGRAD_ALWAYS_INLINE batch(register_type r) noexcept : lanes(r) {}

    template <arithmetic U>
    XGRAD_ALWAYS_INLINE batch(U value) noexcept : lanes(static_cast<T>(value))
    {}

    XGRAD_ALWAYS_INLINE static batch load(T const* from) noexcept
    {
        return register_type::load_unaligned(from);
    }

    XGRAD_ALWAYS_INLINE void store(T* to) const noexcept { lanes.store_unaligned(to); }

    XGRAD_ALWAYS_INLINE friend batch operator+(batch a) noexcept { return a; }

    XGRAD_ALWAYS_INLINE friend batch operator-(batch a) noexcept { return -a.lanes; }

    XGRAD_ALWAYS_INLINE friend batch operator+(batch a, batch b) noexcept
    {
        return a.lanes + b.lanes;
    }

    XGRAD_ALWAYS_INLINE friend batch operator-(batch a, batch b) noexcept
    {
        return a.lanes - b.lanes;
    }

    XGRAD_ALWAYS_INLINE friend batch operator*(batch a, batch b) noexcept
    {
        return a.lanes * b.lanes;
    }

    XGRAD_ALWAYS_INLINE friend batch operator/(batch a, batch b) noexcept
    {
        return a.lanes / b.lanes;
    }

    XGRAD_ALWAYS_INLINE friend mask<T> operator==(batch a, batch b) noexcept
    {
        return a.lanes == b.lanes;
    }

    // With AVX, xsimd 8's `!=` is false where an operand is NaN.
    XGRAD_ALWAYS_INLINE friend mask<T> operator!=(batch a, batch b) noexcept { return !(a == b); }

    XGRAD_ALWAYS_INLINE friend mask<T> operator<(batch a, batch b) noexcept
    {
        return a.lanes < b.lanes;
    }

    XGRAD_ALWAYS_INLINE friend mask<T> operator<=(batch a, batch b) noexcept
    {
        return a.lanes <= b.lanes;
    }

    XGRAD_ALWAYS_INLINE friend mask<T> operator>(batch a, batch b) noexcept { return b < a; }

    XGRAD_ALWAYS_INLINE friend mask<T> operator>=(batch a, batch b) noexcept { return b <= a; }

    XGRAD_ALWAYS_INLINE friend batch select(mask<T> c, batch a, batch b) noexcept
    {
        return xsimd::select(c.bits, a.lanes, b.lanes);
    }

    XGRAD_ALWAYS_INLINE friend batch fma(batch a, batch b, batch c) noexcept
    {
        return xsimd::fma(a.lanes, b.lanes, c.lanes);
    }

    XGRAD_ALWAYS_INLINE friend batch sqrt(batch a) noexcept { return xsimd::sqrt(a.lanes); }

    XGRAD_ALWAYS_INLINE friend batch abs(batch a) noexcept { return xsimd::abs(a.lanes); }
};

// Integers and truth values: a short array that the compiler vectorises. They carry no
// gradient and never stand in a hot loop of floating-point numbers.
template <class T>
    requires std::integral<T>
struct mask<T>
{
    static constexpr std::size_t size = 32 / sizeof(T);
    bool lanes[size];

    mask() = default;

    explicit mask(bool b) noexcept
    {
        for (auto& lane : lanes) {
            lane = b;
        }
    }

    template <class F>
    static mask from(F&& f) noexcept
    {
        mask result;
        for (std::size_t i = 0; i < size; ++i) {
            result.lanes[i] = f(i);
        }
        return result;
    }

    friend mask operator&&(mask const& a, mask const& b) noexcept
    {
        return from([&](auto i) { return a.lanes[i] && b.lanes[i]; });
    }

    friend mask operator||(mask const& a, mask const& b) noexcept
    {
        return from([&](auto i) { return a.lanes[i] || b.lanes[i]; });
    }

    friend mask operator!(mask const& a) noexcept
    {
        return from([&](auto i) { return !a.lanes[i]; });
    }

    friend mask operator==(mask const& a, mask const& b) noexcept
    {
        return from([&](auto i) { return a.lanes[i] == b.lanes[i]; });
    }

    friend mask operator!=(mask const& a, mask const& b) noexcept
    {
        return from([&](auto i) { return a.lanes[i] != b.lanes[i]; });
    }
};

template <class T>
    requires std::integral<T>
struct batch<T>
{
    using value_type = T;
    using mask_type = mask<T>;
    static constexpr std::size_t size = 32 / sizeof(T);
    // Wraps around as two's complement does, instead of being undefined.
    using unsigned_type = std::make_unsigned_t<T>;

    T lanes[size];

    batch() = default;

    template <arithmetic U>
    batch(U value) noexcept
    {
        for (auto& lane : lanes) {
            lane = static_cast<T>(value);
        }
    }

    template <class F>
    static batch from(F&& f) noexcept
    {
        batch result;
        for (std::size_t i = 0; i < size; ++i) {
            result.lanes[i] = static_cast<T>(f(i));
        }
        return result;
    }

    static batch load(T const* elements) noexcept
    {
        return from([&](auto i) { return elements[i]; });
    }

    void store(T* elements) const noexcept
    {
        for (std::size_t i = 0; i < size; ++i) {
            elements[i] = lanes[i];
        }
    }

    unsigned_type bits(std::size_t i) const noexcept
    {
        return static_cast<unsigned_type>(lanes[i]);
    }

    friend batch operator+(batch const& a) noexcept { return a; }

    friend batch operator-(batch const& a) noexcept
    {
        return from([&](auto i) { return unsigned_type{0} - a.bits(i); });
    }

    friend batch operator+(batch const& a, batch const& b) noexcept
    {
        return from([&](auto i) { return a.bits(i) + b.bits(i); });
    }

    friend batch operator-(batch const& a, batch const& b) noexcept
    {
        return from([&](auto i) { return a.bits(i) - b.bits(i); });
    }

    friend batch operator*(batch const& a, batch const& b) noexcept
    {
        return from([&](auto i) { return a.bits(i) * b.bits(i); });
    }

    // Truncates; 0 where the divisor is 0 (as NumPy), and never a trap.
    friend batch operator/(batch const& a, batch const& b) noexcept
    {
        return from([&](auto i) {
            auto const y = b.lanes[i];
            return y == 0 ? T{0}
                : y == -1 ? static_cast<T>(unsigned_type{0} - a.bits(i))
                          : static_cast<T>(a.lanes[i] / y);
        });
    }

    friend mask<T> operator==(batch const& a, batch const& b) noexcept
    {
        return mask<T>::from([&](auto i) { return a.lanes[i] == b.lanes[i]; });
    }

    friend mask<T> operator!=(batch const& a, batch const& b) noexcept { return !(a == b); }

    friend mask<T> operator<(batch const& a, batch const& b) noexcept
    {
        return mask<T>::from([&](auto i) { return a.lanes[i] < b.lanes[i]; });
    }

    friend mask<T> operator<=(batch const& a, batch const& b) noexcept
    {
        return mask<T>::from([&](auto i) { return a.lanes[i] <= b.lanes[i]; });
    }

    friend mask<T> operator>(batch const& a, batch const& b) noexcept { return b < a; }

    friend mask<T> operator>=(batch const& a, batch const& b) noexcept { return b <= a; }

    friend batch select(mask<T> const& c, batch const& a, batch const& b) noexcept
    {
        return from([&](auto i) { return c.lanes[i] ? a.lanes[i] : b.lanes[i]; });
    }

    friend batch fma(batch const& a, batch const& b, batch const& c) noexcept { return a * b + c; }

    friend batch abs(batch const& a) noexcept { return select(a < batch(0), -a, a); }
};

/// The sum of all lanes, in a fixed order.
template <class T>
XGRAD_ALWAYS_INLINE T sum_of_lanes(batch<T> const& a) noexcept
{
    T lanes[batch<T>::size];
    a.store(lanes);
    for (std::size_t half = batch<T>::size / 2; half > 0; half /= 2) {
        for (std::size_t i = 0; i < half; ++i) {
            lanes[i] += lanes[i + half];
        }
    }
    return lanes[0];
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
