#pragma once

#include <xgrad/engine/columns.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

// Rows taken into the variances of their columns, in one pass.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The states of a column are those of `variance_accumulator`: the number of elements so far, their
/// mean, and the sum of squares about it.
template <class T>
struct variance_columns
{
    using V = simd::batch<T>;

    /// About the mean so far (at first, the first row): about a value near the data nothing is
    /// lost, and about one far from them the distance is what counts.
    static void take_in(std::array<T*, 3> state, T const* x, std::size_t width, std::size_t rows)
    {
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

    /// And into places that have not been started.
    static void start(std::array<T*, 3> state, T const* x, std::size_t width, std::size_t rows)
    {
        auto const some = std::min(rows_at_once, rows);
        take_in_panels(state, x, width, some, no_counts(some));
        take_in(state, x + some * width, width, rows - some);
    }

    /// The means, where somebody reads them, and the variances of few rows.
    static void of_few_rows(T const* x, std::size_t width, std::size_t rows, T* means, T* variances)
    {
        // Nobody reads the counts.
        if (means != nullptr) {
            take_in_panels({variances, means, variances}, x, width, rows, few_rows<true>(rows));
        } else {
            take_in_panels(
                {variances, variances, variances}, x, width, rows, few_rows<false>(rows));
        }
    }

private:
    /// Where the state of some columns lies.
    struct places
    {
        T* counts;
        T* means;
        T* squares;
    };

    /// Of a few elements of each column, from a value near them.
    struct deviations
    {
        V center;
        V sum;
        V squares;

        /// About their mean, which lies a step away.
        V squares_about(V const& step) const { return squares - sum * step; }
    };

    /// How many elements the places have before some rows, and with them.
    struct different_counts
    {
        static constexpr std::size_t at_center = 0;

        static V center(T const* counts, T const* x, T const* means)
        {
            return select(V::load(counts) == V(0), V::load(x), V::load(means));
        }

        static void leave(places const& to, deviations const& d, std::size_t rows)
        {
            auto const n = V::load(to.counts) + V(rows);
            n.store(to.counts);
            auto const step = d.sum / n;
            (d.center + step).store(to.means);
            (V::load(to.squares) + d.squares_about(step)).store(to.squares);
        }
    };

    struct equal_counts
    {
        static constexpr std::size_t at_center = 0;
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

        void leave(places const& to, deviations const& d, std::size_t) const
        {
            auto const step = d.sum * inverse;
            count.store(to.counts);
            (d.center + step).store(to.means);
            (V::load(to.squares) + d.squares_about(step)).store(to.squares);
        }
    };

    /// In places that have not been started.
    struct no_counts
    {
        static constexpr std::size_t at_center = 1; // the first row: no deviation from itself
        V count;
        V inverse;

        explicit no_counts(std::size_t rows)
            : count(static_cast<T>(rows)), inverse(T(1) / static_cast<T>(rows))
        {}

        static V center(T const*, T const* x, T const*) { return V::load(x); }

        void leave(places const& to, deviations const& d, std::size_t) const
        {
            auto const step = d.sum * inverse;
            count.store(to.counts);
            (d.center + step).store(to.means);
            d.squares_about(step).store(to.squares);
        }
    };

    /// Of all that there are: what is left are the results.
    template <bool WithMeans>
    struct few_rows
    {
        static constexpr std::size_t at_center = 1;
        V count;
        V inverse;
        bool is_power_of_two; // dividing by it is multiplying by its inverse, bit by bit

        explicit few_rows(std::size_t rows)
            : count(static_cast<T>(rows)),
              inverse(T(1) / static_cast<T>(rows)),
              is_power_of_two(std::has_single_bit(rows))
        {}

        static V center(T const*, T const* x, T const*) { return V::load(x); }

        void leave(places const& to, deviations const& d, std::size_t) const
        {
            auto const step = d.sum * inverse;
            if constexpr (WithMeans) {
                (d.center + step).store(to.means);
            }
            auto const squares = d.squares_about(step);
            (is_power_of_two ? squares * inverse : squares / count).store(to.squares);
        }
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
            take_in_panel<8>(state, x, width, rows, i, counts);
        }
        for (; i + 4 * V::size <= width; i += 4 * V::size) {
            take_in_panel<4>(state, x, width, rows, i, counts);
        }
        for (; i + V::size <= width; i += V::size) {
            take_in_panel<1>(state, x, width, rows, i, counts);
        }
        if (i < width) {
            take_in_last(state, x, width, rows, i, counts);
        }
    }

    /// Some registers of neighbouring places. (Copies of state and counts: what is stored might
    /// else be part of them.)
    template <std::size_t Flight, class Counts>
    XGRAD_ALWAYS_INLINE static void take_in_panel(
        std::array<T*, 3> state,
        T const* x,
        std::size_t width,
        std::size_t rows,
        std::size_t i,
        Counts counts)
    {
        std::array<V, Flight> center;
        auto sums = registers_of<Flight>(V(0));
        auto squares = registers_of<Flight>(V(0));
        unrolled<Flight>([&](auto k) {
            auto const place = i + k * V::size;
            center[k] = counts.center(state[0] + place, x + place, state[1] + place);
        });
        for (auto row = rows > 1 ? Counts::at_center : 0; row < rows; ++row) {
            unrolled<Flight>([&](auto k) {
                auto const deviation = V::load(x + row * width + i + k * V::size) - center[k];
                sums[k] = sums[k] + deviation;
                squares[k] = fma(deviation, deviation, squares[k]);
            });
        }
        unrolled<Flight>([&](auto k) {
            auto const place = i + k * V::size;
            counts.leave(
                {state[0] + place, state[1] + place, state[2] + place},
                {center[k], sums[k], squares[k]},
                rows);
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
        std::array<T, rows_at_once * V::size> elements{};
        for (std::size_t k = 0; k < 3; ++k) {
            std::copy_n(state[k] + i, count, own[k].begin());
        }
        for (std::size_t row = 0; row < rows; ++row) {
            std::copy_n(x + row * width + i, count, elements.begin() + row * V::size);
        }
        take_in_panel<1>(
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
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
