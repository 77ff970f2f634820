// Reductions of a matrix over its rows, its columns or all of it, written by hand.
#pragma once

#include <xgrad/simd/math.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace limit {
template <class T>
using batch_of = xgrad::simd::batch<T>;
inline constexpr std::size_t flight = 8;

inline constexpr std::size_t longest_fold = 1024;

/// join over f(register) of a vector, eight registers at a time; what fills no register by rest.
/// Long ones in halves, as the error of a plain sum in float would grow with its length.
template <class T, class F, class Join>
inline T fold(T const* x, std::size_t count, T start, F const& f, Join const& join)
{
    using V = batch_of<T>;
    if (count > longest_fold) {
        auto const half = (count / 2 + longest_fold - 1) / longest_fold * longest_fold;
        return join(fold(x, half, start, f, join), fold(x + half, count - half, start, f, join));
    }
    // All loops over registers are unrolled: else they would lie in memory.
    std::array<V, flight> partial;
#pragma GCC unroll 8
    for (auto& p : partial) {
        p = V(start);
    }
    std::size_t i = 0;
    for (; i + flight * V::size <= count; i += flight * V::size) {
#pragma GCC unroll 8
        for (std::size_t k = 0; k < flight; ++k) {
            partial[k] = join(partial[k], f(V::load(x + i + k * V::size)));
        }
    }
    for (; i + V::size <= count; i += V::size) {
        partial[0] = join(partial[0], f(V::load(x + i)));
    }
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; ++k) {
        partial[k] = join(partial[k], partial[k + 4]);
    }
    partial[0] = join(join(partial[0], partial[2]), join(partial[1], partial[3]));
    std::array<T, V::size> lanes;
    partial[0].store(lanes.data());
    auto result = lanes[0];
#pragma GCC unroll 16
    for (std::size_t k = 1; k < V::size; ++k) {
        result = join(result, lanes[k]);
    }
    for (; i < count; ++i) {
        std::array<T, V::size> one{x[i]};
        f(V::load(one.data())).store(one.data());
        result = join(result, one[0]);
    }
    return result;
}

struct plus
{
    template <class X>
    X operator()(X const& a, X const& b) const
    {
        return a + b;
    }
};

template <class T>
struct sum
{
    using V = batch_of<T>;

    static T of(T const* x, std::size_t count)
    {
        return fold(
            x, count, T(0), [](V const& v) { return v; }, plus{});
    }

    static void columns(T const* x, std::size_t rows, std::size_t width, T* out)
    {
        std::copy_n(x, width, out);
        std::size_t row = 1;
        for (; row + 4 <= rows; row += 4) {
            auto const* const r = x + row * width;
            for (std::size_t j = 0; j < width; ++j) {
                out[j] += (r[j] + r[width + j]) + (r[2 * width + j] + r[3 * width + j]);
            }
        }
        for (; row < rows; ++row) {
            for (std::size_t j = 0; j < width; ++j) {
                out[j] += x[row * width + j];
            }
        }
    }
};

template <class T>
struct mean
{
    using V = batch_of<T>;

    static T of(T const* x, std::size_t count)
    {
        return sum<T>::of(x, count) / static_cast<T>(count);
    }

    static void columns(T const* x, std::size_t rows, std::size_t width, T* out)
    {
        sum<T>::columns(x, rows, width, out);
        for (std::size_t j = 0; j < width; ++j) {
            out[j] /= static_cast<T>(rows);
        }
    }
};

/// The largest element, or NaN where one is: the sum of the elements is NaN then (and where there
/// are infinities of both signs: only then is each one looked at).
template <class T>
struct amax
{
    using V = batch_of<T>;

    static T of(T const* x, std::size_t count)
    {
        std::array<V, 4> most;
        std::array<V, 4> sums;
        most.fill(V(x[0]));
        sums.fill(V(0));
        std::size_t i = 0;
        for (; i + 4 * V::size <= count; i += 4 * V::size) {
#pragma GCC unroll 4
            for (std::size_t k = 0; k < 4; ++k) {
                auto const v = V::load(x + i + k * V::size);
                most[k] = larger_number(most[k], v);
                sums[k] = sums[k] + v;
            }
        }
        std::array<T, V::size> lanes;
        larger_number(larger_number(most[0], most[1]), larger_number(most[2], most[3]))
            .store(lanes.data());
        auto result = *std::max_element(lanes.begin(), lanes.end());
        ((sums[0] + sums[1]) + (sums[2] + sums[3])).store(lanes.data());
        auto sum = std::accumulate(lanes.begin(), lanes.end(), T(0));
        for (; i < count; ++i) {
            result = std::max(result, x[i]);
            sum += x[i];
        }
        return std::isnan(sum) && std::any_of(x, x + count, [](T v) { return std::isnan(v); })
            ? sum
            : result;
    }

    static void columns(T const* x, std::size_t rows, std::size_t width, T* out)
    {
        for (std::size_t j = 0; j < width; j += 4 * V::size) { // the width is whole panels
            std::array<V, 4> most;
            std::array<V, 4> sums;
#pragma GCC unroll 4
            for (std::size_t k = 0; k < 4; ++k) {
                most[k] = sums[k] = V::load(x + j + k * V::size);
            }
            for (std::size_t row = 1; row < rows; ++row) {
#pragma GCC unroll 4
                for (std::size_t k = 0; k < 4; ++k) {
                    auto const v = V::load(x + row * width + j + k * V::size);
                    most[k] = larger_number(most[k], v);
                    sums[k] = sums[k] + v;
                }
            }
#pragma GCC unroll 4
            for (std::size_t k = 0; k < 4; ++k) {
                most[k].store(out + j + k * V::size);
            }
            auto const sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
            if (!all(sum == sum)) {
                for (std::size_t i = j; i < j + 4 * V::size; ++i) {
                    for (std::size_t row = 0; row < rows; ++row) {
                        out[i] = std::isnan(x[row * width + i]) ? x[row * width + i] : out[i];
                    }
                }
            }
        }
    }
};

template <class T>
struct logsumexp
{
    using V = batch_of<T>;

    static T of(T const* x, std::size_t count)
    {
        auto const m = amax<T>::of(x, count);
        return m +
            std::log(fold(
                x, count, T(0), [m](V const& v) { return exp(v - V(m)); }, plus{}));
    }

    static void columns(T const* x, std::size_t rows, std::size_t width, T* out)
    {
        amax<T>::columns(x, rows, width, out);
        for (std::size_t j = 0; j < width; j += V::size) { // the width is whole registers
            V const m = V::load(out + j);
            V total(0);
            for (std::size_t row = 0; row < rows; ++row) {
                total = total + exp(V::load(x + row * width + j) - m);
            }
            (m + log(total)).store(out + j);
        }
    }
};

template <class T>
struct variance
{
    using V = batch_of<T>;

    static T of(T const* x, std::size_t count)
    {
        auto const m = mean<T>::of(x, count);
        auto const square = [m](V const& v) {
            auto const d = v - V(m);
            return d * d;
        };
        return fold(x, count, T(0), square, plus{}) / static_cast<T>(count);
    }

    /// In one pass, relative to the first row.
    static void columns(T const* x, std::size_t rows, std::size_t width, T* out)
    {
        auto const n = static_cast<T>(rows);
        for (std::size_t j = 0; j < width; j += 8 * V::size) { // the width is whole panels
            std::array<V, 8> shift;
            std::array<V, 8> total;
            std::array<V, 8> squares;
#pragma GCC unroll 8
            for (std::size_t k = 0; k < 8; ++k) {
                shift[k] = V::load(x + j + k * V::size);
            }
            total.fill(V(0));
            squares.fill(V(0));
            for (std::size_t row = 1; row < rows; ++row) {
#pragma GCC unroll 8
                for (std::size_t k = 0; k < 8; ++k) {
                    auto const d = V::load(x + row * width + j + k * V::size) - shift[k];
                    total[k] = total[k] + d;
                    squares[k] = squares[k] + d * d;
                }
            }
#pragma GCC unroll 8
            for (std::size_t k = 0; k < 8; ++k) {
                auto const m = total[k] / V(n);
                (squares[k] / V(n) - m * m).store(out + j + k * V::size);
            }
        }
    }
};
} // namespace limit
