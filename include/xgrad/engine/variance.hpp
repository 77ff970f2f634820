#pragma once

#include <xgrad/engine/accumulate.hpp>

#include <array>
#include <cstddef>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// Σ (x - x̄)² in one pass: the states are the number of elements so far, their mean,
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
        for (std::size_t row = 0; row < count; ++row, x += length) {
            run({state[0] + row, state[1] + row, state[2] + row}, x, length);
        }
    }

    void first_run(std::array<T*, 3> state, T const* x, std::size_t count) const
    {
        // About the first element: the mean of equal ones is exact, and their variance 0.
        auto const n = static_cast<T>(count);
        auto const mean = x[0] + sum_about<add_deviation>(x[0], x, count) / n;
        *state[0] = n;
        *state[1] = mean;
        *state[2] = sum_about<add_square>(mean, x, count);
    }

    void each(std::array<T*, 3> state, T const* x, std::size_t count) const
    {
        columns(state, x, count, 1);
    }

    /// About the mean so far (at first, the first row): about a value near the data nothing is
    /// lost, and about one far from them the distance is what counts.
    void columns(std::array<T*, 3> state, T const* x, std::size_t width, std::size_t rows) const
    {
        using vectorized::rows_at_once;
        for (std::size_t row = 0; row < rows; row += rows_at_once, x += rows_at_once * width) {
            auto const end = std::min(rows_at_once, rows - row);
            // All places have the same number of elements, unless a part of a row came before.
            auto const before = state[0][0];
            if (before != state[0][width - 1]) {
                take_in_panels(state, x, width, end, different_counts{});
            } else {
                take_in_panels(state, x, width, end, equal_counts(before, end));
            }
        }
    }

    void
    first_columns(std::array<T*, 3> state, T const* x, std::size_t width, std::size_t rows) const
    {
        auto const some = std::min(vectorized::rows_at_once, rows);
        take_in_panels(state, x, width, some, no_counts(some));
        columns(state, x + some * width, width, rows - some);
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
        vectorized::copy_results(state[2], count, out);
    }

    /// The means, which the way back reads.
    void companion(std::array<T*, 3> state, T* means, std::size_t count) const
    {
        std::copy_n(state[1], count, means);
    }

private:
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

    struct add_deviation
    {
        XGRAD_ALWAYS_INLINE V operator()(V const& sum, V const& deviation) const
        {
            return sum + deviation;
        }
    };

    struct add_square
    {
        XGRAD_ALWAYS_INLINE V operator()(V const& sum, V const& deviation) const
        {
            return fma(deviation, deviation, sum);
        }
    };

    /// Of the deviations from a value, over at least one element.
    template <class Add>
    XGRAD_ALWAYS_INLINE static T sum_about(T value, T const* x, std::size_t count)
    {
        constexpr std::size_t flight = 8;
        auto sums = vectorized::registers_of<flight>(V(0));
        V const center(value);
        auto const take_in = [&](std::size_t k, V const& element) {
            sums[k] = Add{}(sums[k], element - center);
        };
        std::size_t i = 0;
        for (; i + flight * V::size <= count; i += flight * V::size) {
            vectorized::unrolled<flight>([&](auto k) { take_in(k, V::load(x + i + k * V::size)); });
        }
        for (; i + V::size <= count; i += V::size) {
            take_in(0, V::load(x + i));
        }
        if (i < count) {
            take_in(0, vectorized::padded_register(x + i, count - i, value));
        }
        return vectorized::fold_lanes(sums, vectorized::add{});
    }

    /// How many elements the places have before some rows, and with them.
    struct different_counts
    {
        static V center(T const* counts, T const* x, T const* means)
        {
            return select(V::load(counts) == V(0), V::load(x), V::load(means));
        }

        static V with(T const* counts, std::size_t rows) { return V::load(counts) + V(rows); }

        static V divided(V const& sum, V const& count) { return sum / count; }

        static V squares(T const* before) { return V::load(before); }
    };

    struct equal_counts
    {
        V count;
        V inverse;
        bool is_first;

        equal_counts(T before, std::size_t rows)
            : count(before + static_cast<T>(rows)),
              inverse(T(1) / (before + static_cast<T>(rows))),
              is_first(before == T(0))
        {}

        V center(T const*, T const* x, T const* means) const
        {
            return V::load(is_first ? x : means);
        }

        V with(T const*, std::size_t) const { return count; }

        V divided(V const& sum, V const&) const { return sum * inverse; }

        static V squares(T const* before) { return V::load(before); }
    };

    /// In places that have not been started.
    struct no_counts
    {
        V count;
        V inverse;

        explicit no_counts(std::size_t rows)
            : count(static_cast<T>(rows)), inverse(T(1) / static_cast<T>(rows))
        {}

        static V center(T const*, T const* x, T const*) { return V::load(x); }

        V with(T const*, std::size_t) const { return count; }

        V divided(V const& sum, V const&) const { return sum * inverse; }

        static V squares(T const*) { return V(0); }
    };

    template <class Counts>
    static void take_in_panels(
        std::array<T*, 3> const& state,
        T const* x,
        std::size_t width,
        std::size_t rows,
        Counts const& counts)
    {
        // Four columns fit the registers with all that they need. Rows that lie a page or more
        // apart are better read in longer pieces: their places in the first cache are few.
        constexpr std::size_t page = 4096;
        std::size_t i = 0;
        for (; width * sizeof(T) >= page && i + 8 * V::size <= width; i += 8 * V::size) {
            take_in<8>(state, x, width, rows, i, counts);
        }
        for (; i + 4 * V::size <= width; i += 4 * V::size) {
            take_in<4>(state, x, width, rows, i, counts);
        }
        for (; i + V::size <= width; i += V::size) {
            take_in<1>(state, x, width, rows, i, counts);
        }
        if (i < width) {
            take_in_last(state, x, width, rows, i, counts);
        }
    }

    /// Some registers of neighbouring places.
    template <std::size_t Flight, class Counts>
    static void take_in(
        std::array<T*, 3> const& state,
        T const* x,
        std::size_t width,
        std::size_t rows,
        std::size_t i,
        Counts const& counts)
    {
        using vectorized::unrolled;
        std::array<V, Flight> center;
        auto sums = vectorized::registers_of<Flight>(V(0));
        auto squares = vectorized::registers_of<Flight>(V(0));
        unrolled<Flight>([&](auto k) {
            auto const place = i + k * V::size;
            center[k] = counts.center(state[0] + place, x + place, state[1] + place);
        });
        for (std::size_t row = 0; row < rows; ++row) {
            unrolled<Flight>([&](auto k) {
                auto const deviation = V::load(x + row * width + i + k * V::size) - center[k];
                sums[k] = sums[k] + deviation;
                squares[k] = fma(deviation, deviation, squares[k]);
            });
        }
        unrolled<Flight>([&](auto k) {
            auto const place = i + k * V::size;
            auto const n = counts.with(state[0] + place, rows);
            auto const step = counts.divided(sums[k], n);
            n.store(state[0] + place);
            (center[k] + step).store(state[1] + place);
            auto const before = counts.squares(state[2] + place);
            (before + (squares[k] - sums[k] * step)).store(state[2] + place);
        });
    }

    /// The places that fill no register, padded to one.
    template <class Counts>
    static void take_in_last(
        std::array<T*, 3> const& state,
        T const* x,
        std::size_t width,
        std::size_t rows,
        std::size_t i,
        Counts const& counts)
    {
        auto const count = width - i;
        std::array<std::array<T, V::size>, 3> own{};
        std::array<T, vectorized::rows_at_once * V::size> elements{};
        for (std::size_t k = 0; k < 3; ++k) {
            std::copy_n(state[k] + i, count, own[k].begin());
        }
        for (std::size_t row = 0; row < rows; ++row) {
            std::copy_n(x + row * width + i, count, elements.begin() + row * V::size);
        }
        take_in<1>(
            {own[0].data(), own[1].data(), own[2].data()},
            elements.data(),
            V::size,
            rows,
            0,
            counts);
        for (std::size_t k = 0; k < 3; ++k) {
            std::copy_n(own[k].begin(), count, state[k] + i);
        }
    }
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
