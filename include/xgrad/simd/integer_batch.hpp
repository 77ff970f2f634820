#pragma once

#include <xgrad/simd/batch.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <type_traits>

// Registers of integers, in the compiler's own vectors: their operators are C++'s, and those of
// xsimd 8 are not right on every machine. Integers carry no gradient.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
namespace detail {
inline constexpr std::size_t integer_register_bytes = sizeof(batch<double>);

template <std::integral T>
struct integer_register
{
    using type [[gnu::vector_size(integer_register_bytes)]] = T;
};
} // namespace detail

template <class T>
    requires std::integral<T>
struct mask<T>
{
    using register_type = typename detail::integer_register<T>::type;
    static constexpr std::size_t size = detail::integer_register_bytes / sizeof(T);

    register_type bits; // all of a lane where it is true

    mask() = default;

    XGRAD_ALWAYS_INLINE mask(register_type b) noexcept : bits(b) {}

    XGRAD_ALWAYS_INLINE explicit mask(bool b) noexcept : bits(register_type{} - T{b}) {}

    XGRAD_ALWAYS_INLINE friend mask operator&&(mask a, mask b) noexcept { return a.bits & b.bits; }

    XGRAD_ALWAYS_INLINE friend mask operator||(mask a, mask b) noexcept { return a.bits | b.bits; }

    XGRAD_ALWAYS_INLINE friend mask operator!(mask a) noexcept { return ~a.bits; }

    XGRAD_ALWAYS_INLINE friend mask operator==(mask a, mask b) noexcept
    {
        return ~(a.bits ^ b.bits);
    }

    XGRAD_ALWAYS_INLINE friend mask operator!=(mask a, mask b) noexcept { return a.bits ^ b.bits; }
};

template <class T>
    requires std::integral<T>
struct batch<T>
{
    using value_type = T;
    using mask_type = mask<T>;
    using register_type = typename detail::integer_register<T>::type;
    // Wraps around as two's complement does, instead of being undefined.
    using unsigned_type = typename detail::integer_register<std::make_unsigned_t<T>>::type;
    static constexpr std::size_t size = mask_type::size;

    register_type lanes;

    batch() = default;

    XGRAD_ALWAYS_INLINE batch(register_type r) noexcept : lanes(r) {}

    XGRAD_ALWAYS_INLINE explicit batch(unsigned_type r) noexcept
        : lanes(std::bit_cast<register_type>(r))
    {}

    template <arithmetic U>
    XGRAD_ALWAYS_INLINE batch(U value) noexcept : lanes(register_type{} + static_cast<T>(value))
    {}

    XGRAD_ALWAYS_INLINE static batch load(T const* elements) noexcept
    {
        batch result;
        std::memcpy(&result.lanes, elements, sizeof(register_type));
        return result;
    }

    XGRAD_ALWAYS_INLINE void store(T* elements) const noexcept
    {
        std::memcpy(elements, &lanes, sizeof(register_type));
    }

    XGRAD_ALWAYS_INLINE unsigned_type bits() const noexcept
    {
        return std::bit_cast<unsigned_type>(lanes);
    }

    XGRAD_ALWAYS_INLINE friend batch operator+(batch a) noexcept { return a; }

    XGRAD_ALWAYS_INLINE friend batch operator-(batch a) noexcept { return batch(-a.bits()); }

    XGRAD_ALWAYS_INLINE friend batch operator+(batch a, batch b) noexcept
    {
        return batch(a.bits() + b.bits());
    }

    XGRAD_ALWAYS_INLINE friend batch operator-(batch a, batch b) noexcept
    {
        return batch(a.bits() - b.bits());
    }

    XGRAD_ALWAYS_INLINE friend batch operator*(batch a, batch b) noexcept
    {
        return batch(a.bits() * b.bits());
    }

    // Truncates; 0 where the divisor is 0 (as NumPy), and never a trap.
    friend batch operator/(batch a, batch b) noexcept
    {
        std::array<T, size> quotients;
        for (std::size_t i = 0; i < size; ++i) {
            T const x = a.lanes[i];
            T const y = b.lanes[i];
            quotients[i] = y == 0 ? T{0}
                : y == -1         ? static_cast<T>(std::make_unsigned_t<T>{0} - x)
                                  : static_cast<T>(x / y);
        }
        return load(quotients.data());
    }

    XGRAD_ALWAYS_INLINE friend mask<T> operator==(batch a, batch b) noexcept
    {
        return a.lanes == b.lanes;
    }

    XGRAD_ALWAYS_INLINE friend mask<T> operator!=(batch a, batch b) noexcept
    {
        return a.lanes != b.lanes;
    }

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
        return (a.lanes & c.bits) | (b.lanes & ~c.bits);
    }

    XGRAD_ALWAYS_INLINE friend batch fma(batch a, batch b, batch c) noexcept { return a * b + c; }

    XGRAD_ALWAYS_INLINE friend batch abs(batch a) noexcept { return select(a < batch(0), -a, a); }
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
