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

    /// Calls first(place) for the elements at the start of the axis, and then, in order,
    /// next(place, place before) for those at every further position.
    template <class First, class Next>
    void walk(First const& first, Next const& next) const
    {
        if (length == 0 || inner == 0) {
            return;
        }
        auto const work = 2 * static_cast<double>(outer * length * inner);
        for_each_chunk(outer, work, [&](auto o) {
            auto const begin = o * length * inner;
            auto row = begin + (backwards ? (length - 1) * inner : 0);
            for (std::size_t k = 0; k < inner; ++k) {
                first(row + k);
            }
            for (std::size_t i = 1; i < length; ++i) {
                auto const before = row;
                row = backwards ? row - inner : row + inner;
                for (std::size_t k = 0; k < inner; ++k) {
                    next(row + k, before + k);
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
        [=](std::size_t i) { to[i] = b[i]; },
        [=](std::size_t i, std::size_t before) { to[i] = b[i] + a[i] * to[before]; });
}

template <class T>
void cumulative_sum(scanned_axis const& axis, T const* x, T* to)
{
    axis.walk(
        [=](std::size_t i) { to[i] = x[i]; },
        [=](std::size_t i, std::size_t before) { to[i] = static_cast<T>(x[i] + to[before]); });
}

template <class T>
void cumulative_product(scanned_axis const& axis, T const* x, T* to)
{
    axis.walk(
        [=](std::size_t i) { to[i] = x[i]; },
        [=](std::size_t i, std::size_t before) { to[i] = static_cast<T>(x[i] * to[before]); });
}

/// log(e^x + e^(what came before)), without overflow.
template <class T>
void cumulative_logsumexp(scanned_axis const& axis, T const* x, T* to)
{
    axis.walk(
        [=](std::size_t i) { to[i] = x[i]; },
        [=](std::size_t i, std::size_t before) {
            auto const a = x[i];
            auto const b = to[before];
            auto const larger = a > b || a != a ? a : b;
            to[i] = std::isfinite(larger) ? larger + std::log1p(std::exp((a < b ? a : b) - larger))
                                          : larger;
        });
}
} // namespace xgrad
