#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/simd/integer_batch.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

// Elements of one type become those of another.

namespace xgrad {
/// As C++ converts; a number outside the integer's range gives the nearest one, NaN gives 0.
template <class To, class From>
To convert_element(From x) noexcept
{
    if constexpr (std::floating_point<From> && std::integral<To> && !std::same_as<To, bool>) {
        constexpr auto low = static_cast<From>(std::numeric_limits<To>::min());
        return x != x   ? To{0}
            : x < low   ? std::numeric_limits<To>::min()
            : x >= -low ? std::numeric_limits<To>::max()
                        : static_cast<To>(x);
    } else {
        return static_cast<To>(x);
    }
}

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
template <class T, std::size_t Bytes = simd::detail::integer_register_bytes>
struct compiler_register
{
    using type [[gnu::vector_size(Bytes)]] = T;
};

/// Numbers as many at a time as a register has of the wider type. (Of a loop over them, also of one
/// whose length it knows, GCC 12 converts a number at a time.)
template <class To, class From>
struct number_lanes
{
    static constexpr std::size_t some =
        simd::detail::integer_register_bytes / std::max(sizeof(To), sizeof(From));

    static void convert(std::byte const* from, To* to) noexcept
    {
        numbers<From> x;
        std::memcpy(&x, from, sizeof(x));
        auto const converted = [&] {
            if constexpr (std::floating_point<From> && std::integral<To>) {
                return within_range(x);
            } else {
                return __builtin_convertvector(x, numbers<To>);
            }
        }();
        std::memcpy(to, &converted, sizeof(converted));
    }

private:
    template <class T>
    using numbers = typename compiler_register<T, some * sizeof(T)>::type;

    /// As `convert_element` does it.
    XGRAD_ALWAYS_INLINE static numbers<To> within_range(numbers<From> x) noexcept
    {
        constexpr auto low = static_cast<From>(std::numeric_limits<To>::min());
        auto const below = x < low;
        auto const above = x >= -low;
        auto const within = (x >= low) & (x < -low); // neither is NaN
        using bits = std::remove_const_t<decltype(within)>;
        auto const number = std::bit_cast<numbers<From>>(std::bit_cast<bits>(x) & within);
        return __builtin_convertvector(number, numbers<To>) |
            (__builtin_convertvector(below, numbers<To>) & std::numeric_limits<To>::min()) |
            (__builtin_convertvector(above, numbers<To>) & std::numeric_limits<To>::max());
    }
};

/// Between truth values, a byte each, and numbers of type T, as many at a time as a register has
/// bytes. Those registers of numbers lie in the bytes of one: byte b of its lane k is for lane k of
/// the b-th. So each number costs one operation or two, and all of them a single shuffle.
template <class T>
class truth_planes
{
public:
    static constexpr std::size_t some = simd::detail::integer_register_bytes;

    static void to_truth(std::byte const* from, bool* to) noexcept
    {
        lanes planes{};
        for (std::size_t b = 0; b < width; ++b) {
            numbers x;
            std::memcpy(&x, from + b * some, some);
            planes |= (x != numbers{}) & plane(b);
        }
        auto const truth = shuffled(
            std::bit_cast<bytes>(planes), [](auto k) { return k % count * width + k / count; });
        std::memcpy(to, &truth, some);
    }

    static void from_truth(std::byte const* from, T* to) noexcept
    {
        bytes truth;
        std::memcpy(&truth, from, some);
        auto const planes = std::bit_cast<lanes>(
            shuffled(truth, [](auto k) { return k % width * count + k / width; }));
        auto const one = std::bit_cast<lanes>(numbers{} + T{1});
        for (std::size_t b = 0; b < width; ++b) {
            lanes const x = ((planes & plane(b)) != lanes{}) & one;
            std::memcpy(to + b * count, &x, some);
        }
    }

private:
    using integer = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
    using numbers = typename compiler_register<T>::type;
    using lanes = typename compiler_register<integer>::type;
    using bytes = typename compiler_register<std::int8_t>::type;

    static constexpr std::size_t width = sizeof(T);
    static constexpr std::size_t count = some / width;

    XGRAD_ALWAYS_INLINE static lanes plane(std::size_t b) noexcept
    {
        return lanes{} + (integer{1} << (8 * b));
    }

    template <class Place>
    XGRAD_ALWAYS_INLINE static bytes shuffled(bytes from, Place place) noexcept
    {
        return [&]<std::size_t... K>(std::index_sequence<K...>) {
            return __builtin_shufflevector(from, from, static_cast<int>(place(K))...);
        }(std::make_index_sequence<some>{});
    }
};

/// Where they pay: GCC makes no good shuffle of the bytes of short registers.
template <class T>
inline constexpr bool has_truth_planes =
    !std::same_as<T, bool> && simd::detail::integer_register_bytes >= 32;

/// Converts elements that lie one after the other.
template <class From, class To>
void convert_elements(std::byte const* from, std::size_t count, To* to) noexcept
{
    if constexpr (std::same_as<To, bool> && has_truth_planes<From>) {
        constexpr auto some = truth_planes<From>::some;
        for (; count >= some; count -= some, from += sizeof(From) * some, to += some) {
            truth_planes<From>::to_truth(from, to);
        }
    } else if constexpr (std::same_as<From, bool> && has_truth_planes<To>) {
        constexpr auto some = truth_planes<To>::some;
        for (; count >= some; count -= some, from += some, to += some) {
            truth_planes<To>::from_truth(from, to);
        }
    }
    if constexpr (!std::same_as<From, bool> && !std::same_as<To, bool>) {
        constexpr auto some = number_lanes<To, From>::some;
        for (; count >= some; count -= some, from += sizeof(From) * some, to += some) {
            number_lanes<To, From>::convert(from, to);
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        From x;
        std::memcpy(&x, from + i * sizeof(From), sizeof(From));
        to[i] = convert_element<To>(x);
    }
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
