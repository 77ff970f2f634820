#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/parallel.hpp>

#include <cmath>
#include <cstddef>
#include <limits>

// Running results along one axis of dense arrays, forwards or backwards.

namespace xgrad {
/// An axis of a row-major array: `outer` times `length` rows of `inner` elements.
struct scanned_axis
{
    std::size_t outer = 1;
    std::size_t length = 1;
    std::size_t inner = 1;
    bool backwards = false;

    scanned_axis(shape_type const& shape, std::size_t axis, bool from_the_end)
        : length(shape[axis]), backwards(from_the_end)
    {
        for (std::size_t i = 0; i < shape.size(); ++i) {
            (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
        }
    }

    /// to[i] = first(i) at the start of the axis, and then, in order, next(i, what came before).
    template <class T, class First, class Next>
    void walk(T* to, First const& first, Next const& next) const
    {
        if (length == 0 || inner == 0) {
            return;
        }
        auto const step = static_cast<std::ptrdiff_t>(inner) * (backwards ? -1 : 1);
        auto const work = 2 * static_cast<double>(outer * length * inner);
        for_each_chunk(outer, work, [&](auto o) {
            auto const begin = static_cast<std::ptrdiff_t>(o * length * inner);
            auto const end = begin + static_cast<std::ptrdiff_t>(length * inner);
            auto row = backwards ? end - static_cast<std::ptrdiff_t>(inner) : begin;
            if (inner == 1) {
                auto before = first(row);
                for (to[row] = before, row += step; row >= begin && row < end; row += step) {
                    to[row] = before = next(row, before);
                }
                return;
            }
            auto const count = static_cast<std::ptrdiff_t>(inner);
            for (auto i = row; i < row + count; ++i) {
                to[i] = first(i);
            }
            for (row += step; row >= begin && row < end; row += step) {
                for (auto i = row; i < row + count; ++i) {
                    to[i] = next(i, to[i - step]);
                }
            }
        });
    }
};

/// to[i] = b[i] + a[i] to[i - 1].
template <class T>
void linear_scan(scanned_axis const& axis, T const* a, T const* b, T* to)
{
    axis.walk(
        to,
        [=](std::ptrdiff_t i) { return b[i]; },
        [=](std::ptrdiff_t i, T before) { return b[i] + a[i] * before; });
}

template <class T>
void cumulative_sum(scanned_axis const& axis, T const* x, T* to)
{
    axis.walk(
        to,
        [=](std::ptrdiff_t i) { return x[i]; },
        [=](std::ptrdiff_t i, T before) { return static_cast<T>(x[i] + before); });
}

template <class T>
void cumulative_product(scanned_axis const& axis, T const* x, T* to)
{
    axis.walk(
        to,
        [=](std::ptrdiff_t i) { return x[i]; },
        [=](std::ptrdiff_t i, T before) { return static_cast<T>(x[i] * before); });
}

/// log(e^x + e^(what came before)), without overflow.
template <class T>
void cumulative_logsumexp(scanned_axis const& axis, T const* x, T* to)
{
    axis.walk(
        to,
        [=](std::ptrdiff_t i) { return x[i]; },
        [=](std::ptrdiff_t i, T before) {
            auto const larger = x[i] > before || x[i] != x[i] ? x[i] : before;
            auto const smaller = x[i] < before ? x[i] : before;
            return std::isfinite(larger) ? larger + std::log1p(std::exp(smaller - larger)) : larger;
        });
}
} // namespace xgrad
