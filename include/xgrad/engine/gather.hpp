#pragma once

#include <xgrad/base/index_list.hpp>
#include <xgrad/engine/dense.hpp>
#include <xgrad/engine/parallel.hpp>
#include <xgrad/engine/scatter.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace xgrad {
/// Runs of neighbouring elements of a row-major array, in any order, any of them several times:
/// those that start at `starts` times `step`, and again at these places of the next `outer` parts,
/// `stride` apart.
struct element_runs
{
    index_list starts;
    std::ptrdiff_t step = 1;
    std::size_t length = 1; // of every run
    std::size_t outer = 1;
    std::ptrdiff_t stride = 0;

    std::size_t count() const noexcept { return outer * starts.size(); }

    /// Calls f(run, its start) for those from `begin` to `end`.
    template <class F>
    void for_each(std::size_t begin, std::size_t end, F const& f) const
    {
        if (begin == end) {
            return;
        }
        // (Copies: for all that a compiler knows, f writes to these members.)
        auto const* const places = starts.data();
        auto const number = starts.size();
        auto const between = step;
        auto const apart = stride;
        auto part = static_cast<std::ptrdiff_t>(begin / number) * apart;
        auto next = begin % number;
        for (auto run = begin; run < end; ++run) {
            f(run, part + places[next] * between);
            if (++next == number) {
                next = 0;
                part += apart;
            }
        }
    }
};

namespace detail {
/// Those from `begin` to `end`, of elements of so many bytes.
template <std::size_t Bytes>
void gather_runs(
    std::byte const* from,
    element_runs const& runs,
    std::size_t begin,
    std::size_t end,
    std::byte* to)
{
    auto const bytes = runs.length * Bytes;
    auto const each = [&](auto const& copy) {
        runs.for_each(begin, end, [&](std::size_t run, std::ptrdiff_t start) {
            copy(from + start * static_cast<std::ptrdiff_t>(Bytes), to + run * bytes);
        });
    };
    if (runs.length == 1) {
        each([](auto const* x, auto* y) { std::memcpy(y, x, Bytes); });
    } else if (bytes > short_row_bytes) {
        each([&](auto const* x, auto* y) { std::memcpy(y, x, bytes); });
    } else if (bytes >= 64) {
        each([&](auto const* x, auto* y) { copy_bytes<64>(x, y, bytes); });
    } else if (bytes >= 16) {
        each([&](auto const* x, auto* y) { copy_bytes<16>(x, y, bytes); });
    } else {
        each([&](auto const* x, auto* y) { copy_bytes<Bytes>(x, y, bytes); });
    }
}
} // namespace detail

/// The runs one after the other into `to`, which has room for them.
void gather(tensor_body const& from, element_runs const& runs, tensor_body& to);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_FUNCTION void gather(tensor_body const& from, element_runs const& runs, tensor_body& to)
{
    if (to.size == 0) {
        return;
    }
    auto const bytes = bytes_of(from.type);
    auto const gather_some = bytes == 8 ? detail::gather_runs<8>
        : bytes == 4                    ? detail::gather_runs<4>
                                        : detail::gather_runs<1>;
    auto const part = std::max<std::size_t>(16384 / std::max<std::size_t>(runs.length, 1), 1);
    auto const count = runs.count();
    auto const work = static_cast<double>(count * runs.length);
    for_each_chunk((count + part - 1) / part, work, [&](auto chunk) {
        gather_some(
            static_cast<std::byte const*>(from.data),
            runs,
            chunk * part,
            std::min(count, (chunk + 1) * part),
            static_cast<std::byte*>(to.data));
    });
}
#endif

/// Adds them back to where they came from: one after the other, so that the sums of elements that
/// occur again have one order.
void scatter_add(tensor_body const& from, element_runs const& runs, tensor_body& to);

#if XGRAD_DEFINES_FUNCTIONS
namespace detail {
/// Runs of so many elements. (0: any number; short ones are not worth a call for each.)
template <std::size_t Length, class T>
void add_runs(T const* x, element_runs const& runs, T* to)
{
    auto const length = Length > 0 ? Length : runs.length;
    bool const is_long = length >= 16;
    runs.for_each(0, runs.count(), [=](std::size_t run, std::ptrdiff_t start) {
        auto const* const from = x + run * length;
        if (is_long) {
            add_run(to + start, std::ptrdiff_t{1}, from, length);
            return;
        }
        for (std::size_t i = 0; i < length; ++i) {
            to[start + static_cast<std::ptrdiff_t>(i)] += from[i];
        }
    });
}
} // namespace detail

XGRAD_FUNCTION void scatter_add(tensor_body const& from, element_runs const& runs, tensor_body& to)
{
    with_element_type(from.type, [&]<class T>() {
        auto const add = runs.length == 1 ? detail::add_runs<1, T>
            : runs.length == 2            ? detail::add_runs<2, T>
            : runs.length == 3            ? detail::add_runs<3, T>
            : runs.length == 4            ? detail::add_runs<4, T>
                                          : detail::add_runs<0, T>;
        add(from.elements<T const>(), runs, to.elements<T>());
    });
}
#endif
} // namespace xgrad
