#pragma once

#include <xgrad/base/config.hpp>
#include <xgrad/base/element_type.hpp>
#include <xgrad/engine/convert.hpp>
#include <xgrad/engine/copy_rows.hpp>
#include <xgrad/engine/runs.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace xgrad {
/// Neighbours along the last axis are further from each other than those along the one before.
inline bool is_transposed(shape_type const& axes, strides_type const& strides) noexcept
{
    auto const rank = axes.size();
    if (rank < 2) {
        return false;
    }
    auto const along = std::abs(strides[rank - 1]);
    auto const across = std::abs(strides[rank - 2]);
    return along > 1 && across != 0 && across < along;
}

namespace detail {
template <std::size_t Bytes>
void pack_elements(
    std::byte const* from,
    shape_type const& axes,
    strides_type const& strides,
    std::size_t begin,
    std::size_t count,
    std::byte* to)
{
    auto const copy_runs = [&](std::size_t first, std::size_t number, std::byte* at) {
        for_each_run(
            axes,
            strides,
            first,
            number,
            [&](auto position, auto offset, auto length, auto stride) {
                copy_run<Bytes>(
                    from + offset * static_cast<std::ptrdiff_t>(Bytes),
                    stride,
                    at + position * Bytes,
                    length);
            });
    };
    // Of a few columns the lines stay in cache from row to row.
    bool const transposed = is_transposed(axes, strides) && axes.back() > transposed_rows;
    if (count == 0 || !(transposed || are_short_rows<Bytes>(axes))) {
        copy_runs(begin, count, to);
        return;
    }
    // Whole rows together, with what is left of a row before and after them.
    auto const length = axes.back();
    auto const end = begin + count;
    auto const first_row = (begin + length - 1) / length;
    auto const last_row = end / length;
    if (first_row >= last_row) {
        copy_runs(begin, count, to);
        return;
    }
    copy_runs(begin, first_row * length - begin, to);
    for_each_run(
        shape_type(axes.begin(), axes.end() - 1),
        strides_type(strides.begin(), strides.end() - 1),
        first_row,
        last_row - first_row,
        [&](auto position, auto offset, auto rows, auto row_stride) {
            auto const copy = transposed ? copy_transposed<Bytes> : copy_short_rows<Bytes>;
            auto const* const first = from + offset * static_cast<std::ptrdiff_t>(Bytes);
            copy(
                {first, rows, row_stride, length, strides.back()},
                to + ((first_row + position) * length - begin) * Bytes);
        });
    copy_runs(last_row * length, end - last_row * length, to + (last_row * length - begin) * Bytes);
}
} // namespace detail

/// Gathers elements [begin, begin + count) of a strided array into a contiguous run.
void pack_elements(
    element_type type,
    void const* data,
    shape_type const& axes,
    strides_type const& strides,
    std::size_t begin,
    std::size_t count,
    void* to);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_FUNCTION void pack_elements(
    element_type type,
    void const* data,
    shape_type const& axes,
    strides_type const& strides,
    std::size_t begin,
    std::size_t count,
    void* to)
{
    auto const bytes = bytes_of(type);
    auto const pack = bytes == 8 ? detail::pack_elements<8>
        : bytes == 4             ? detail::pack_elements<4>
                                 : detail::pack_elements<1>;
    pack(
        static_cast<std::byte const*>(data),
        axes,
        strides,
        begin,
        count,
        static_cast<std::byte*>(to));
}
#endif

inline namespace XGRAD_ARCHITECTURE {
/// The same as a contiguous run of T, whatever the array's element type.
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
    if (type == type_of<T>) {
        pack_elements(type, data, axes, strides, begin, count, to);
        return;
    }
    bool const in_a_row = axes.size() == 1 && strides[0] == 1;
    constexpr std::size_t some = 512;
    alignas(8) std::byte own[8 * some];
    for (std::size_t done = 0; done < count; done += some) {
        auto const number = std::min(some, count - done);
        auto const* from = static_cast<std::byte const*>(data) + (begin + done) * bytes_of(type);
        if (!in_a_row) {
            pack_elements(type, data, axes, strides, begin + done, number, own);
            from = own;
        }
        with_element_type(type, [&]<class From>() {
            vectorized::convert_elements<From>(from, number, to + done);
        });
    }
}

/// Writes a contiguous run of T into a dense array of any element type.
template <class T>
void unpack(T const* from, std::size_t count, element_type type, void* data, std::size_t begin)
{
    with_element_type(type, [&]<class To>() {
        vectorized::convert_elements<T>(
            reinterpret_cast<std::byte const*>(from), count, static_cast<To*>(data) + begin);
    });
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
