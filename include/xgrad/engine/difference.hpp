#pragma once

#include <xgrad/engine/scan.hpp>
#include <xgrad/simd/batch.hpp>

#include <algorithm>
#include <cstddef>

// Differences of neighbours along one axis. In slabs of rows (see scanned_axis), neighbours lie a
// row apart, and a slab has one row of results fewer than of elements.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
template <class T>
void subtract_each(T const* a, T const* b, std::size_t count, T* to)
{
    using V = simd::batch<T>;
    std::size_t i = 0;
    for (; i + V::size <= count; i += V::size) {
        (V::load(a + i) - V::load(b + i)).store(to + i);
    }
    for (; i < count; ++i) {
        to[i] = static_cast<T>(a[i] - b[i]);
    }
}

/// Cuts slabs into pieces of about `length` elements, for the threads: f(first, last, begin, end)
/// gets elements [begin, end) of each of the slabs [first, last).
template <class F>
void for_each_piece(
    std::size_t slabs, std::size_t slab, std::size_t length, double nanoseconds, F const& f)
{
    if (slabs * slab == 0) {
        return;
    }
    auto const together = std::max<std::size_t>(1, length / slab);
    auto const parts = chunks_in(slab, length);
    for_each_chunk(chunks_in(slabs, together) * parts, nanoseconds, [&](std::size_t piece) {
        auto const first = piece / parts * together;
        auto const begin = piece % parts * length;
        f(first, std::min(slabs, first + together), begin, std::min(slab, begin + length));
    });
}
} // namespace vectorized

/// The differences of an expression's values. A piece of these is written where it stays in cache,
/// with the row behind it (once more: it begins the next piece); of rows that are too long for
/// that, all are written first.
template <class T>
void compute_differences(
    block_kernels const& kernels,
    loop_plan const& p,
    T const* scalars,
    scanned_axis const& axis,
    T* out)
{
    using namespace vectorized;
    constexpr std::size_t register_end = 16; // kernels read whole registers
    constexpr std::size_t longest_row = few_blocks<T>;
    bool const where_it_lies = kernels.is_tensor() && p.operands[0].how == access_kind::direct;
    bool const as_a_whole = !where_it_lies && axis.inner > longest_row;
    scratch_memory whole(as_a_whole ? padded_bytes(p.size * sizeof(T)) : 0);
    if (as_a_whole) {
        compute_stretch(kernels, p, scalars, 0, p.size, whole.as<T>());
    }
    auto const* const all = where_it_lies ? static_cast<T const*>(p.operands[0].data)
        : as_a_whole                      ? whole.as<T>()
                                          : nullptr;
    auto const results = axis.slab() - axis.inner;
    auto const length = std::max(4 * few_blocks<T>, 16 * std::min(axis.inner, longest_row));
    auto const work = static_cast<double>(p.size) * (all != nullptr ? 0.2f : kernels.cost + 0.2f);
    for_each_piece(
        axis.outer, results, length, work, [&](auto first, auto last, auto begin, auto end) {
            auto const from = (first * axis.slab() + begin) / register_end * register_end;
            auto const to = (last - 1) * axis.slab() + end + axis.inner;
            scratch_memory values(all != nullptr ? 0 : padded_bytes((to - from) * sizeof(T)));
            if (all == nullptr) {
                compute_stretch(kernels, p, scalars, from, to, values.as<T>());
            }
            auto const* const x = all != nullptr ? all + from : values.as<T>();
            for (auto o = first; o < last; ++o) {
                auto const* const own = x + (o * axis.slab() + begin - from);
                subtract_each(own + axis.inner, own, end - begin, out + o * results + begin);
            }
        });
}

/// And back: the adjoint of an element is that of the difference before it, without that of the one
/// behind it.
template <class T>
void differences_back(scanned_axis const& axis, T const* g, T* adjoints)
{
    using namespace vectorized;
    auto const slab = axis.slab();
    auto const row = axis.inner;
    auto const results = slab - row;
    auto const work = static_cast<double>(axis.size()) * 0.2;
    for_each_piece(
        axis.outer, slab, 8 * few_blocks<T>, work, [&](auto first, auto last, auto b, auto e) {
            for (auto o = first; o < last; ++o) {
                auto const* const own = g + o * results;
                auto* const to = adjoints + o * slab;
                auto i = b;
                for (auto const end = std::min({e, row, results}); i < end; ++i) {
                    to[i] = -own[i];
                }
                if (auto const end = std::min(e, results); i < end) {
                    subtract_each(own + (i - row), own + i, end - i, to + i);
                    i = end;
                }
                for (; i < e; ++i) {
                    to[i] = i < row ? T(0) : own[i - row];
                }
            }
        });
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
