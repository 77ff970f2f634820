#pragma once

#include <xgrad/base/element_type.hpp>
#include <xgrad/engine/runs.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace xgrad {
namespace detail {
template <class To, class From>
void copy_run(From const* from, std::ptrdiff_t stride, To* to, std::size_t count)
{
    if (stride == 0) {
        std::fill_n(to, count, static_cast<To>(*from));
    } else if (stride == 1) {
        std::transform(from, from + count, to, [](From x) { return static_cast<To>(x); });
    } else {
        for (std::size_t i = 0; i < count; ++i, from += stride) {
            to[i] = static_cast<To>(*from);
        }
    }
}
} // namespace detail

/// Gathers elements [begin, begin + count) of a strided array of any element type into a
/// contiguous run of T.
template <class T>
void pack(
    element_type type,
    void const* data,
    shape_type const& axes,
    strides_type const& strides,
    std::size_t begin,
    std::size_t count,
    T* to)
{
    with_element_type(type, [&]<class From>() {
        auto const* const from = static_cast<From const*>(data);
        for_each_run(
            axes, strides, begin, count, [&](auto position, auto offset, auto length, auto stride) {
                detail::copy_run(from + offset, stride, to + position, length);
            });
    });
}

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

/// Writes a contiguous run of T into a dense array of any element type.
template <class T>
void unpack(T const* from, std::size_t count, element_type type, void* data, std::size_t begin)
{
    with_element_type(type, [&]<class To>() {
        std::transform(from, from + count, static_cast<To*>(data) + begin, [](T x) {
            return convert_element<To>(x);
        });
    });
}
} // namespace xgrad
