#pragma once

#include <xgrad/simd/batch.hpp>

// Integers and truth values: a short array that the compiler vectorises. They carry no gradient and
// never stand in a hot loop of floating-point numbers.

namespace xgrad::simd {
inline namespace XGRAD_ARCHITECTURE {
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
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad::simd
