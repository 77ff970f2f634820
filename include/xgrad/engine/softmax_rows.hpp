#pragma once

#include <xgrad/base/size_class.hpp>
#include <xgrad/engine/compute.hpp>
#include <xgrad/engine/fold_accumulator.hpp>
#include <xgrad/engine/parallel.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

// Shares e^x / Σ e^x of rows, and their logarithms: a row, or several short ones as columns, goes
// through all its steps while it is in the fastest cache.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// How an element becomes its share, given the row's largest element (0 where all are -inf) and the
/// sum of the powers e^(x - largest).
template <bool Logarithms>
struct share_of
{
    template <class V>
    XGRAD_ALWAYS_INLINE static V power(V const& x, V const& largest)
    {
        return exp(x - largest);
    }

    /// What all elements of a row have in common at the end.
    template <class V>
    XGRAD_ALWAYS_INLINE static V of_total(V const& total)
    {
        if constexpr (Logarithms) {
            return select(total == V(0), V(0), log(total));
        } else {
            return total;
        }
    }

    template <class V>
    XGRAD_ALWAYS_INLINE static V
    result(V const& x, V const& power, V const& largest, V const& total)
    {
        if constexpr (Logarithms) {
            return (x - largest) - total;
        } else {
            return select(power == V(0), V(0), power / total);
        }
    }
};

template <class V>
XGRAD_ALWAYS_INLINE V finite_largest(V const& largest)
{
    constexpr auto nothing = -std::numeric_limits<typename V::value_type>::infinity();
    return select(largest == V(nothing), V(0), largest);
}

/// out = f of the places of whole registers in a row, which has one at least. The last one may
/// overlap the one before: it is computed first, and stored last.
template <class T, class F>
XGRAD_ALWAYS_INLINE void for_each_register(T* out, std::size_t length, F const& f)
{
    constexpr auto width = simd::batch<T>::size;
    auto const last = length - width;
    auto const end = f(last);
    std::size_t i = 0;
    for (; i + 2 * width <= last; i += 2 * width) {
        auto const one = f(i);
        auto const other = f(i + width);
        one.store(out + i);
        other.store(out + i + width);
    }
    for (; i < last; i += width) {
        f(i).store(out + i);
    }
    end.store(out + last);
}

/// Up to as many rows as a register has lanes, which are as long as one at least.
template <bool Logarithms, class T>
void softmax_few_rows(T const* x, std::size_t rows, std::size_t length, T* out)
{
    using V = simd::batch<T>;
    using share = share_of<Logarithms>;
    alignas(V) T largest[V::size];
    alignas(V) T total[V::size];
    maximum_accumulator<T>.start({largest}, V::size);
    maximum_accumulator<T>.rows({largest}, x, length, rows);
    finite_largest(V::load(largest)).store(largest);
    for (std::size_t row = 0; row < rows; ++row) {
        auto const* const from = x + row * length;
        V const most(largest[row]);
        for_each_register(out + row * length, length, [&](std::size_t i) {
            return share::power(V::load(from + i), most);
        });
    }
    sum_accumulator<T>.start({total}, V::size);
    if (length <= block_length<T>) {
        sum_accumulator<T>.rows({total}, out, length, rows);
    } else {
        for (std::size_t row = 0; row < rows; ++row) {
            total[row] = fold(out + row * length, length, T(0), add{});
        }
    }
    share::of_total(V::load(total)).store(total);
    for (std::size_t row = 0; row < rows; ++row) {
        auto const* const from = x + row * length;
        auto* const to = out + row * length;
        V const most(largest[row]);
        V const sum(total[row]);
        for_each_register(to, length, [&](std::size_t i) {
            return share::result(V::load(from + i), V::load(to + i), most, sum);
        });
    }
}

/// Short rows, of which some are columns at a time.
template <bool Logarithms, class T>
void softmax_short_rows(T const* x, std::size_t rows, std::size_t length, T* out)
{
    using V = simd::batch<T>;
    using share = share_of<Logarithms>;
    constexpr auto most = rows_as_columns<T>;
    alignas(block_alignment) T columns[most * short_row<T>] = {};
    alignas(block_alignment) T powers[most * short_row<T>];
    for (std::size_t first = 0; first < rows; first += most) {
        auto const some = std::min(most, rows - first);
        auto const* const from = x + first * length;
        auto* const to = out + first * length;
        transpose_rows(
            rows_at<T const>{from, length},
            some,
            length,
            (rows - first) * length,
            rows_at<T>{columns, most});
        for (std::size_t row = 0; row < some; row += V::size) {
            auto largest = V::load(columns + row);
            for (std::size_t i = 1; i < length; ++i) {
                largest = larger{}(largest, V::load(columns + i * most + row));
            }
            largest = finite_largest(largest);
            V total(0);
            for (std::size_t i = 0; i < length; ++i) {
                auto const power = share::power(V::load(columns + i * most + row), largest);
                power.store(powers + i * most + row);
                total = total + power;
            }
            total = share::of_total(total);
            for (std::size_t i = 0; i < length; ++i) {
                auto* const element = columns + i * most + row;
                share::result(V::load(element), V::load(powers + i * most + row), largest, total)
                    .store(element);
            }
        }
        transpose_rows(
            rows_at<T const>{columns, most},
            length,
            some,
            most * short_row<T>,
            rows_at<T>{to, length});
    }
}

/// Calls f(first, some) for some of so many rows, on all cores.
template <class T, class F>
void for_rows(std::size_t rows, std::size_t length, double nanoseconds, F const& f)
{
    if (rows * length == 0) {
        return;
    }
    constexpr std::size_t elements = 4 * any_block_length;
    constexpr auto group = rows_as_columns<T>;
    auto const chunk = std::max<std::size_t>(1, elements / (group * length)) * group;
    auto const work = nanoseconds * static_cast<double>(rows * length);
    for_each_chunk(chunks_in(rows, chunk), work, [&](std::size_t which) {
        auto const first = which * chunk;
        f(first, std::min(chunk, rows - first));
    });
}
} // namespace vectorized

/// The softmax, or its logarithm, of each of so many rows that lie one behind the other.
template <bool Logarithms, class T>
void softmax_rows(T const* x, std::size_t rows, std::size_t length, T* out)
{
    vectorized::for_rows<T>(rows, length, 1.5, [&](std::size_t first, std::size_t some) {
        auto const* const from = x + first * length;
        auto* const to = out + first * length;
        if (length < vectorized::short_row<T>) {
            vectorized::softmax_short_rows<Logarithms>(from, some, length, to);
            return;
        }
        auto const few = vectorized::are_folded_together<T>(length) ? simd::batch<T>::size : 1;
        for (std::size_t row = 0; row < some; row += few) {
            auto const place = row * length;
            vectorized::softmax_few_rows<Logarithms>(
                from + place, std::min(few, some - row), length, to + place);
        }
    });
}

/// Their adjoints from results y and the results' adjoints g: y (g - Σ g y), or g - e^y Σ g where
/// an element of -inf (a y of -inf) neither takes nor gives. Of rows that fill a register.
template <bool Logarithms, class T>
void softmax_adjoints(T const* y, T const* g, std::size_t rows, std::size_t length, T* out)
{
    using V = simd::batch<T>;
    constexpr auto nothing = -std::numeric_limits<T>::infinity();
    vectorized::for_rows<T>(
        rows, length, Logarithms ? 1. : 0.3, [&](std::size_t first, std::size_t some) {
            for (auto row = first; row < first + some; ++row) {
                auto const* const of = y + row * length;
                auto const* const by = g + row * length;
                auto* const to = out + row * length;
                // What is to be added up is stored first, where the results go.
                vectorized::for_each_register(to, length, [&](std::size_t i) {
                    auto const element = V::load(of + i);
                    auto const adjoint = V::load(by + i);
                    if constexpr (Logarithms) {
                        return select(element == V(nothing), V(0), adjoint);
                    } else {
                        return adjoint * element;
                    }
                });
                V const total(vectorized::fold(to, length, T(0), vectorized::add{}));
                vectorized::for_each_register(to, length, [&](std::size_t i) {
                    auto const element = V::load(of + i);
                    if constexpr (Logarithms) {
                        return V::load(to + i) - exp(element) * total;
                    } else {
                        return element * (V::load(by + i) - total);
                    }
                });
            }
        });
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
