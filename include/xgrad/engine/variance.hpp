#pragma once

#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/variance_columns.hpp>

#include <array>
#include <cstddef>
#include <limits>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// Σ (x - x̄)² / n in one pass: the states are the number of elements so far, their mean,
/// and the sum of squares about it. Runs are taken in about their own mean, while they are in
/// cache, and joined as Chan, Golub and LeVeque do.
template <class T>
struct variance_accumulator
{
    using V = simd::batch<T>;
    static constexpr std::size_t states = 3;
    static constexpr std::size_t result_state = 2;
    static constexpr bool joins_in_pairs = true;

    void start(std::array<T*, 3> state, std::size_t count) const
    {
        for (auto* const s : state) {
            vectorized::fill_places(s, count, T(0));
        }
    }

    void run(std::array<T*, 3> state, T const* x, std::size_t count) const
    {
        if (*state[0] == T(0)) {
            first_run(state, x, count);
            return;
        }
        T own[3];
        std::array<T*, 3> const others{&own[0], &own[1], &own[2]};
        first_run(others, x, count);
        merge(state, others, 1);
    }

    void rows(std::array<T*, 3> state, T const* x, std::size_t length, std::size_t count) const
    {
        if (length < vectorized::short_row<T>) {
            vectorized::for_short_rows(
                x, length, count, [&](T const* part, std::size_t first, std::size_t some) {
                    take_in_columns(
                        {state[0] + first, state[1] + first, state[2] + first}, part, some, length);
                });
            return;
        }
        for (std::size_t row = 0; row < count; ++row, x += length) {
            run({state[0] + row, state[1] + row, state[2] + row}, x, length);
        }
    }

    void first_run(std::array<T*, 3> state, T const* x, std::size_t count) const
    {
        auto const n = static_cast<T>(count);
        auto mean = sum_about<add_element>(T(0), x, count) / n;
        auto squares = sum_about<add_square>(mean, x, count);
        // Of elements that lie close together beside their mean, the sum has lost too much. About
        // the first of them, the mean of equal ones is exact, and their variance 0.
        constexpr auto close = 64 * std::numeric_limits<T>::epsilon();
        if (!(squares > n * close * (mean * mean))) {
            mean = x[0] + sum_about<add_deviation>(x[0], x, count) / n;
            squares = sum_about<add_square>(mean, x, count);
        }
        *state[0] = n;
        *state[1] = mean;
        *state[2] = squares;
    }

    void each(std::array<T*, 3> state, T const* x, std::size_t count) const
    {
        columns(state, x, count, 1);
    }

    void columns(std::array<T*, 3> state, T const* x, std::size_t width, std::size_t rows) const
    {
        if (vectorized::are_narrow_columns<T>(width, rows)) {
            vectorized::for_narrow_columns(
                x, width, rows, [&](std::size_t i, T const* column, std::size_t count) {
                    run({state[0] + i, state[1] + i, state[2] + i}, column, count);
                });
            return;
        }
        vectorized::variance_columns<T>::take_in(state, x, width, rows);
    }

    void
    first_columns(std::array<T*, 3> state, T const* x, std::size_t width, std::size_t rows) const
    {
        if (vectorized::are_narrow_columns<T>(width, rows)) {
            start(state, width);
            columns(state, x, width, rows);
        } else {
            vectorized::variance_columns<T>::start(state, x, width, rows);
        }
    }

    void few_rows(T const* x, std::size_t width, std::size_t rows, T* means, T* variances) const
    {
        vectorized::variance_columns<T>::of_few_rows(x, width, rows, means, variances);
    }

    void merge(std::array<T*, 3> state, std::array<T*, 3> other, std::size_t count) const
    {
        std::size_t i = 0;
        for (; i + V::size <= count; i += V::size) {
            auto n = V::load(state[0] + i);
            auto mean = V::load(state[1] + i);
            auto squares = V::load(state[2] + i);
            join(
                n,
                mean,
                squares,
                V::load(other[0] + i),
                V::load(other[1] + i),
                V::load(other[2] + i));
            n.store(state[0] + i);
            mean.store(state[1] + i);
            squares.store(state[2] + i);
        }
        for (; i < count; ++i) {
            join(state[0][i], state[1][i], state[2][i], other[0][i], other[1][i], other[2][i]);
        }
    }

    void finish(std::array<T*, 3> state, T* out, std::size_t count) const
    {
        std::size_t i = 0;
        for (; i + V::size <= count; i += V::size) {
            (V::load(state[2] + i) / V::load(state[0] + i)).store(out + i);
        }
        for (; i < count; ++i) {
            out[i] = state[2][i] / state[0][i];
        }
    }

    /// The means, which the way back reads.
    void companion(std::array<T*, 3> state, T* means, std::size_t count) const
    {
        std::copy_n(state[1], count, means);
    }

private:
    /// A few columns, each about its mean.
    void
    take_in_columns(std::array<T*, 3> state, T const* x, std::size_t width, std::size_t rows) const
    {
        constexpr auto most = vectorized::rows_as_columns<T>;
        alignas(64) T own[3][most];
        V const count(static_cast<T>(rows));
        for (std::size_t i = 0; i < width; i += V::size) {
            // The mean about the first element: of equal ones it is exact.
            auto const center = V::load(x + i);
            V sum(0);
            for (std::size_t row = 1; row < rows; ++row) {
                sum = sum + (V::load(x + row * width + i) - center);
            }
            auto const mean = center + sum / count;
            V squares(0);
            for (std::size_t row = 0; row < rows; ++row) {
                auto const deviation = V::load(x + row * width + i) - mean;
                squares = fma(deviation, deviation, squares);
            }
            count.store(own[0] + i);
            mean.store(own[1] + i);
            squares.store(own[2] + i);
        }
        merge(state, {own[0], own[1], own[2]}, width);
    }

    /// Of elements and of others: either may be none.
    template <class U>
    static void
    join(U& n, U& mean, U& squares, U const& other_n, U const& other_mean, U const& other_squares)
    {
        using vectorized::choose;
        auto const no_other = other_n == U(0);
        auto const only_other = n == U(0);
        auto const both = n + other_n;
        auto const between = other_mean - mean;
        auto const share = other_n / both;
        auto const joined = squares + (other_squares + between * between * n * share);
        squares = choose(no_other, squares, choose(only_other, other_squares, joined));
        mean = choose(no_other, mean, choose(only_other, other_mean, mean + between * share));
        n = both;
    }

    // What a sum takes in of an element beside a value.
    struct add_element
    {
        XGRAD_ALWAYS_INLINE V operator()(V const& sum, V const& element, V const&) const
        {
            return sum + element;
        }
    };

    struct add_deviation
    {
        XGRAD_ALWAYS_INLINE V operator()(V const& sum, V const& element, V const& value) const
        {
            return sum + (element - value);
        }
    };

    struct add_square
    {
        XGRAD_ALWAYS_INLINE V operator()(V const& sum, V const& element, V const& value) const
        {
            auto const deviation = element - value;
            return fma(deviation, deviation, sum);
        }
    };

    /// Over at least one element; the value is what adds nothing.
    template <class Add>
    XGRAD_ALWAYS_INLINE static T sum_about(T value, T const* x, std::size_t count)
    {
        constexpr std::size_t flight = 8;
        auto sums = vectorized::registers_of<flight>(V(0));
        V const center(value);
        auto const take_in = [&](std::size_t k, V const& element) {
            sums[k] = Add{}(sums[k], element, center);
        };
        std::size_t i = 0;
        for (; i + flight * V::size <= count; i += flight * V::size) {
            vectorized::unrolled<flight>([&](auto k) { take_in(k, V::load(x + i + k * V::size)); });
        }
        for (; i + V::size <= count; i += V::size) {
            take_in(0, V::load(x + i));
        }
        if (i < count) {
            auto const rest = count - i;
            take_in(
                0,
                i > 0 ? vectorized::last_lanes(V::load(x + count - V::size), rest, value)
                      : vectorized::padded_register(x, rest, value));
        }
        return vectorized::fold_lanes(sums, vectorized::add{});
    }
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
