#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/base/element_type.hpp>
#include <xgrad/simd/xsimd.hpp>

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

    XGRAD_ALWAYS_INLINE friend mask operator==(mask a, mask b) noexcept { return !(a != b); }

    // xsimd 8's `^` is an OR with AVX-512, and its `!=` compares the masks as numbers with SSE2.
    XGRAD_ALWAYS_INLINE friend mask operator!=(mask a, mask b) noexcept
    {
        return (a || b) && !(a && b);
    }

    XGRAD_ALWAYS_INLINE friend bool any(mask a) noexcept { return xsimd::any(a.bits); }

    XGRAD_ALWAYS_INLINE friend bool all(mask a) noexcept { return xsimd::all(a.bits); }
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

    /// However many instructions read it: for loops that do little more than load.
    XGRAD_ALWAYS_INLINE static batch load_once(T const* from) noexcept
    {
        auto loaded = load(from);
        XGRAD_KEEP_IN_REGISTER(loaded.lanes.data);
        return loaded;
    }

    XGRAD_ALWAYS_INLINE void store(T* to) const noexcept { lanes.store_unaligned(to); }

    XGRAD_ALWAYS_INLINE friend batch operator+(batch a) noexcept { return a; }

    // With AVX-512, xsimd 8's `-` subtracts from 0, which is wrong for 0. And what the compiler
    // knows as a negation costs nothing beside a fused multiply-add.
    XGRAD_ALWAYS_INLINE friend batch operator-(batch a) noexcept
    {
        if constexpr (requires(typename register_type::register_type r) { -r; }) {
            return register_type(-a.lanes.data);
        } else {
            return -a.lanes;
        }
    }

    XGRAD_ALWAYS_INLINE friend batch operator+(batch a, batch b) noexcept
    {
        return detail::rounded(a.lanes + b.lanes);
    }

    /// a + b, of which neither is a product that has not been rounded: the sum is the same wherever
    /// they come from. To be taken where a condition that is no mask chooses it, too: with AVX-512,
    /// g++ 12 and 14 make of a loop with `c ? a + b : b` an addition in the lanes of the mask c, as
    /// if true were all of them and not the first. They make none of a loop with this.
    XGRAD_ALWAYS_INLINE friend batch sum_of_rounded(batch a, batch b) noexcept
    {
        XGRAD_KEEP_IN_REGISTER(a.lanes.data);
        XGRAD_KEEP_IN_REGISTER(b.lanes.data);
        return a + b;
    }

    XGRAD_ALWAYS_INLINE friend batch operator-(batch a, batch b) noexcept
    {
        return detail::rounded(a.lanes - b.lanes);
    }

    XGRAD_ALWAYS_INLINE friend batch operator*(batch a, batch b) noexcept
    {
        return a.lanes * b.lanes;
    }

    XGRAD_ALWAYS_INLINE friend batch operator/(batch a, batch b) noexcept
    {
        return detail::quotient(a.lanes, b.lanes);
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
        return detail::fused_multiply_add(a.lanes, b.lanes, c.lanes);
    }

    XGRAD_ALWAYS_INLINE friend batch sqrt(batch a) noexcept { return detail::square_root(a.lanes); }

    /// The larger and the smaller of numbers: where one is NaN, either.
    XGRAD_ALWAYS_INLINE friend batch larger_number(batch a, batch b) noexcept
    {
        return xsimd::max(a.lanes, b.lanes);
    }

    XGRAD_ALWAYS_INLINE friend batch smaller_number(batch a, batch b) noexcept
    {
        return xsimd::min(a.lanes, b.lanes);
    }

    XGRAD_ALWAYS_INLINE friend batch abs(batch a) noexcept { return xsimd::abs(a.lanes); }

    /// The number itself, of which the compiler makes no part of another product.
    XGRAD_ALWAYS_INLINE friend batch rounded(batch a) noexcept { return detail::rounded(a.lanes); }
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
