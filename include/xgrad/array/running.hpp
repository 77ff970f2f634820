#pragma once

#include <xgrad/array/recurrence.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/exponential.hpp>
#include <xgrad/ops/selection.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

// The scans: each a step from one result to the next, and how derivatives run along the axis. These
// are linear recurrences, back along the axis or forth, without a division: exact also where an
// element is zero.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// What the derivative of a scan sees: its elements x where it needs them, its results y, and their
/// adjoints or the elements' tangents. The axis is the second of three.
template <class T>
struct scanned_rows
{
    tensor<T> x;
    tensor<T> y;
    tensor<T> incoming;
    std::source_location const& where;

    tensor<T> shifted(tensor<T> const& v, bool backwards, T fill) const
    {
        return xgrad::detail::shifted(v, 1, backwards, fill, where);
    }

    tensor<T> recurrence(tensor<T> const& a, tensor<T> const& b, bool backwards) const
    {
        return xgrad::detail::recurrence(a, b, 1, backwards, where);
    }
};

/// Runs a scan over the second of three axes.
template <class Scan, class T>
tensor<T> scan_rows(tensor<T> const& x, std::source_location const& where);

/// y_i = y_(i-1) + x_i: the adjoints are sums from the other end.
template <class T, bool Backwards>
struct running_sum
{
    using value_type = T;
    static constexpr std::string_view name = "cumsum";
    static constexpr bool backwards = Backwards;
    static constexpr bool elements_needed = false;
    static constexpr bool result_needed = false;

    T operator()(T x, T before) const { return static_cast<T>(x + before); }

    static void back(scanned_axis const& axis, T const*, T const* g, T* adjoints)
    {
        axis.reversed().walk(
            adjoints,
            [=](std::ptrdiff_t i) { return g[i]; },
            [=](std::ptrdiff_t i, T before) { return g[i] + before; });
    }

    static tensor<T> recorded_back(scanned_rows<T> const& rows)
    {
        return scan_rows<running_sum<T, !Backwards>>(rows.incoming, rows.where);
    }

    static tensor<T> forth(scanned_rows<T> const& rows)
    {
        return scan_rows<running_sum>(rows.incoming, rows.where);
    }
};

/// y_i = y_(i-1) x_i. The adjoint of x_i is y_(i-1) s_i, with s_i = g_i + x_(i+1) s_(i+1).
template <class T, bool Backwards>
struct running_product
{
    using value_type = T;
    static constexpr std::string_view name = "cumprod";
    static constexpr bool backwards = Backwards;
    static constexpr bool elements_needed = true;
    static constexpr bool result_needed = true;

    T operator()(T x, T before) const { return static_cast<T>(x * before); }

    /// First all c_i = x_i s_i in the place of the elements, then what is left of them.
    static void back(scanned_axis const& axis, T const* y, T const* g, T* adjoints)
    {
        axis.reversed().walk(
            adjoints,
            [=](std::ptrdiff_t i) { return adjoints[i] * g[i]; },
            [=](std::ptrdiff_t i, T before) { return adjoints[i] * (g[i] + before); });
        auto const step = static_cast<std::ptrdiff_t>(axis.inner) * (Backwards ? -1 : 1);
        auto const slab = static_cast<std::ptrdiff_t>(axis.slab());
        axis.walk(
            adjoints,
            [=](std::ptrdiff_t i) { return g[i] + (axis.length > 1 ? adjoints[i + step] : T(0)); },
            [=](std::ptrdiff_t i, T) {
                auto const inside = i % slab + step;
                bool const is_last = inside < 0 || inside >= slab;
                return y[i - step] * (g[i] + (is_last ? T(0) : adjoints[i + step]));
            });
    }

    static tensor<T> recorded_back(scanned_rows<T> const& rows)
    {
        auto const next = rows.shifted(rows.x, !Backwards, T(0));
        auto const s = rows.recurrence(next, rows.incoming, !Backwards);
        return tensor<T>(s * rows.shifted(rows.y, Backwards, T(1)), rows.where);
    }

    static tensor<T> forth(scanned_rows<T> const& rows)
    {
        auto const before = rows.shifted(rows.y, Backwards, T(1));
        tensor<T> const own(before * rows.incoming, rows.where);
        return rows.recurrence(rows.x, own, Backwards);
    }
};

/// y_i = log(e^y_(i-1) + e^x_i), without overflow. The adjoint of x_i is e^(x_i - y_i) s_i, with
/// s_i = g_i + e^(y_i - y_(i+1)) s_(i+1), whose factors are at most 1.
template <class T>
struct running_logsumexp
{
    using value_type = T;
    static constexpr std::string_view name = "logcumsumexp";
    static constexpr bool backwards = false;
    static constexpr bool elements_needed = false;
    static constexpr bool result_needed = true;
    static constexpr T nothing = -std::numeric_limits<T>::infinity();

    T operator()(T x, T before) const
    {
        auto const larger = x > before || x != x ? x : before;
        auto const smaller = x < before ? x : before;
        return std::isfinite(larger) ? larger + std::log1p(std::exp(smaller - larger)) : larger;
    }

    /// Leaves s, of which `softmax_seed` makes the adjoints.
    static void back(scanned_axis const& axis, T const* y, T const* g, T* adjoints)
    {
        fill_factors(y, axis.inner, axis.size(), adjoints);
        linear_scan(axis.reversed(), adjoints, g, adjoints);
    }

    static tensor<T> recorded_back(scanned_rows<T> const& rows)
    {
        auto const next = rows.shifted(rows.y, true, -nothing);
        tensor<T> const factor(where(rows.y == nothing, T(0), exp(rows.y - next)), rows.where);
        return rows.recurrence(factor, rows.incoming, true);
    }

    static tensor<T> forth(scanned_rows<T> const& rows)
    {
        auto const before = rows.shifted(rows.y, false, nothing);
        tensor<T> const factor(where(before == nothing, T(0), exp(before - rows.y)), rows.where);
        return rows.recurrence(factor, rows.incoming, false);
    }

private:
    /// e^(y_i - y_(i+1)), 0 where y_i is -inf; of the last row of each slab, anything.
    static void fill_factors(T const* y, std::size_t row, std::size_t size, T* factors)
    {
        using V = simd::batch<T>;
        auto const count = size - row;
        auto const factor = [](T const* from, T const* next) {
            auto const v = V::load(from);
            return select(v == V(nothing), V(0), exp(v - V::load(next)));
        };
        auto const chunks = (count + block_length<T> - 1) / block_length<T>;
        for_each_chunk(chunks, static_cast<double>(count), [&](std::size_t chunk) {
            auto i = chunk * block_length<T>;
            auto const end = std::min(count, i + block_length<T>);
            for (; i + V::size <= end; i += V::size) {
                factor(y + i, y + i + row).store(factors + i);
            }
            if (i < end) {
                std::array<T, V::size> own{};
                std::array<T, V::size> next{};
                std::copy(y + i, y + end, own.begin());
                std::copy(y + i + row, y + end + row, next.begin());
                factor(own.data(), next.data()).store(own.data());
                std::copy_n(own.begin(), end - i, factors + i);
            }
        });
    }
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
