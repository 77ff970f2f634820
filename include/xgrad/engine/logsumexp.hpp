#pragma once

#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/compute_reduction.hpp>
#include <xgrad/engine/fold_rows.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// log Σ exp x = m + log Σ exp(x - m) in one pass: the states are the largest element m so far
/// and the sum relative to it, rescaled whenever m grows.
template <class T>
struct logsumexp_accumulator
{
    using V = simd::batch<T>;
    static constexpr std::size_t states = 2;
    static constexpr bool joins_in_pairs = false; // as logsumexp_and_softmax has it

    void start(std::array<T*, 2> state, std::size_t count) const
    {
        vectorized::fill_places(state[0], count, -std::numeric_limits<T>::infinity());
        vectorized::fill_places(state[1], count, T(0));
    }

    /// `weights`, where it is not null, gets exp(x - m) with the m that the state then holds.
    void run(std::array<T*, 2> state, T const* x, std::size_t count, T* weights = nullptr) const
    {
        auto const m = vectorized::extreme(x, count, *state[0], vectorized::larger{});
        auto const plain = [m](V const& element) { return exp(element - V(m)); };
        auto const careful = [m](V const& element) { return relative(element, V(m)); };
        auto const sum = m - m != T(0) ? sum_of(x, count, careful, weights)
            : weights == nullptr       ? sum_of(x, count, plain, nullptr)
                                       : sum_of(x, count, plain, weights);
        *state[1] =
            *state[1] == T(0) ? sum : *state[1] * first_lane(relative(V(*state[0]), V(m))) + sum;
        *state[0] = m;
    }

    void rows(std::array<T*, 2> state, T const* x, std::size_t length, std::size_t count) const
    {
        if (length < vectorized::short_row<T>) {
            vectorized::for_short_rows(
                x, length, count, [&](T const* part, std::size_t first, std::size_t some) {
                    columns({state[0] + first, state[1] + first}, part, some, length);
                });
            return;
        }
        std::size_t row = 0;
        for (; vectorized::are_folded_together<T>(length) && row + V::size <= count;
             row += V::size, x += V::size * length) {
            run_together({state[0] + row, state[1] + row}, x, length);
        }
        for (; row < count; ++row, x += length) {
            run({state[0] + row, state[1] + row}, x, length);
        }
    }

    void each(std::array<T*, 2> state, T const* x, std::size_t count) const
    {
        columns(state, x, count, 1);
    }

    void columns(std::array<T*, 2> state, T const* x, std::size_t width, std::size_t rows) const
    {
        using vectorized::rows_at_once;
        if (vectorized::are_narrow_columns<T>(width, rows)) {
            vectorized::for_narrow_columns(
                x, width, rows, [&](std::size_t i, T const* column, std::size_t count) {
                    run({state[0] + i, state[1] + i}, column, count);
                });
            return;
        }
        for (std::size_t row = 0; row < rows; row += rows_at_once, x += rows_at_once * width) {
            auto const end = std::min(rows_at_once, rows - row);
            std::size_t i = 0;
            for (; i + 2 * V::size <= width; i += 2 * V::size) {
                take_in<2>({state[0] + i, state[1] + i}, x + i, width, end);
            }
            for (; i + V::size <= width; i += V::size) {
                take_in<1>({state[0] + i, state[1] + i}, x + i, width, end);
            }
            if (i < width) {
                take_in_last({state[0] + i, state[1] + i}, x + i, width, width - i, end);
            }
        }
    }

    void merge(std::array<T*, 2> state, std::array<T*, 2> other, std::size_t count) const
    {
        auto const join = [](V const& a, V const& sum_a, V const& b, V const& sum_b, V& m) {
            m = vectorized::larger{}(a, b);
            return sum_a * relative(a, m) + sum_b * relative(b, m);
        };
        V m;
        std::size_t i = 0;
        for (; i + V::size <= count; i += V::size) {
            auto const sum = join(
                V::load(state[0] + i),
                V::load(state[1] + i),
                V::load(other[0] + i),
                V::load(other[1] + i),
                m);
            sum.store(state[1] + i);
            m.store(state[0] + i);
        }
        for (; i < count; ++i) {
            state[1][i] =
                first_lane(join(V(state[0][i]), V(state[1][i]), V(other[0][i]), V(other[1][i]), m));
            state[0][i] = first_lane(m);
        }
    }

    void finish(std::array<T*, 2> state, T* out, std::size_t count) const
    {
        // An infinite maximum is the result; the sum relative to it has no meaning.
        auto const result = [](V const& m, V const& sum) {
            return select(m - m == V(0), m + log(sum), m);
        };
        std::size_t i = 0;
        for (; i + V::size <= count; i += V::size) {
            result(V::load(state[0] + i), V::load(state[1] + i)).store(out + i);
        }
        for (; i < count; ++i) {
            out[i] = first_lane(result(V(state[0][i]), V(state[1][i])));
        }
    }

private:
    /// `run` of as many rows as a register has lanes.
    void run_together(std::array<T*, 2> state, T const* x, std::size_t length) const
    {
        alignas(V) std::array<T, V::size> largest;
        auto const before = V::load(state[0]);
        before.store(largest.data());
        vectorized::fold_together(
            largest.data(),
            x,
            length,
            V::size,
            -std::numeric_limits<T>::infinity(),
            vectorized::larger{});
        auto const m = V::load(largest.data());
        if (!all(m - m == V(0))) {
            for (std::size_t row = 0; row < V::size; ++row) {
                run({state[0] + row, state[1] + row}, x + row * length, length);
            }
            return;
        }
        std::array<V, V::size> sums;
        for (std::size_t row = 0; row < V::size; ++row) {
            auto const weight = [most = V(largest[row])](V const& element) {
                return exp(element - most);
            };
            sums[row] = register_of_sum(x + row * length, length, weight, nullptr);
        }
        vectorized::fold_lanes_of_each<V::size>(sums, vectorized::add{});
        auto const sum_before = V::load(state[1]);
        auto const sum = sum_before * relative(before, m) + sums[0];
        select(sum_before == V(0), sums[0], sum).store(state[1]);
        m.store(state[0]);
    }

    /// Σ weight(x), each of which goes into `weights`, where that is an array.
    template <class Weight, class Weights>
    static T sum_of(T const* x, std::size_t count, Weight const& weight, Weights weights)
    {
        std::array<V, 1> sum{register_of_sum(x, count, weight, weights)};
        return vectorized::fold_lanes(sum, vectorized::add{});
    }

    /// The same in the lanes of a register, which are still to be added.
    template <class Weight, class Weights>
    XGRAD_ALWAYS_INLINE static V
    register_of_sum(T const* x, std::size_t count, Weight const& weight, Weights weights)
    {
        constexpr std::size_t flight = 2;
        auto sums = vectorized::registers_of<flight>(V(0));
        auto const take_in = [&](std::size_t k, V const& element, std::size_t i) {
            auto const w = weight(element);
            sums[k] = sums[k] + w;
            if constexpr (std::is_pointer_v<Weights>) {
                if (weights != nullptr) {
                    w.store(weights + i);
                }
            }
        };
        std::size_t i = 0;
        for (; i + flight * V::size <= count; i += flight * V::size) {
            vectorized::unrolled<flight>(
                [&](auto k) { take_in(k, V::load(x + i + k * V::size), i + k * V::size); });
        }
        for (; i + V::size <= count; i += V::size) {
            take_in(0, V::load(x + i), i);
        }
        if (i == 0) {
            constexpr auto nothing = -std::numeric_limits<T>::infinity();
            take_in(1, vectorized::padded_register(x, count, nothing), 0);
        } else if (auto const rest = count - i; rest > 0) {
            auto const w = weight(V::load(x + count - V::size)); // some of them once more
            sums[1] = sums[1] + vectorized::last_lanes(w, rest, T(0));
            if constexpr (std::is_pointer_v<Weights>) {
                if (weights != nullptr) {
                    w.store(weights + count - V::size);
                }
            }
        }
        return sums[0] + sums[1];
    }

    /// Some registers of neighbouring places. The largest elements seldom grow, and only then the
    /// sums have to be scaled.
    template <std::size_t Flight>
    static void take_in(std::array<T*, 2> state, T const* x, std::size_t width, std::size_t rows)
    {
        using vectorized::unrolled;
        std::array<V, Flight> m;
        std::array<V, Flight> sum;
        unrolled<Flight>([&](auto k) {
            m[k] = V::load(state[0] + k * V::size);
            sum[k] = V::load(state[1] + k * V::size);
        });
        auto const largest = vectorized::joined_panel<Flight>(x, width, rows, vectorized::larger{});
        unrolled<Flight>([&](auto k) { m[k] = vectorized::larger{}(m[k], largest[k]); });
        unrolled<Flight>([&](auto k) {
            auto const before = V::load(state[0] + k * V::size);
            if (any(m[k] != before && sum[k] != V(0))) {
                sum[k] = sum[k] * relative(before, m[k]);
            }
        });
        auto const add_up = [&](auto const& weight) {
            for (std::size_t row = 0; row < rows; ++row) {
                unrolled<Flight>([&](auto k) {
                    sum[k] = sum[k] + weight(V::load(x + row * width + k * V::size), m[k]);
                });
            }
        };
        bool is_finite = true;
        unrolled<Flight>([&](auto k) { is_finite = is_finite && all(m[k] - m[k] == V(0)); });
        if (is_finite) {
            add_up([](V const& element, V const& most) { return exp(element - most); });
        } else {
            add_up([](V const& element, V const& most) { return relative(element, most); });
        }
        unrolled<Flight>([&](auto k) {
            m[k].store(state[0] + k * V::size);
            sum[k].store(state[1] + k * V::size);
        });
    }

    /// The places that fill no register, padded to one.
    static void take_in_last(
        std::array<T*, 2> state, T const* x, std::size_t width, std::size_t count, std::size_t rows)
    {
        std::array<T, vectorized::rows_at_once * V::size> elements{};
        std::array<T, V::size> m{}, sum{};
        for (std::size_t row = 0; row < rows; ++row) {
            std::copy_n(x + row * width, count, elements.begin() + row * V::size);
        }
        std::copy_n(state[0], count, m.begin());
        std::copy_n(state[1], count, sum.begin());
        take_in<1>({m.data(), sum.data()}, elements.data(), V::size, rows);
        std::copy_n(m.begin(), count, state[0]);
        std::copy_n(sum.begin(), count, state[1]);
    }

    /// exp(x - m), 1 where both are the same infinity (then only m counts).
    XGRAD_ALWAYS_INLINE static V relative(V x, V m) { return exp(select(x == m, V(0), x - m)); }

    XGRAD_ALWAYS_INLINE static T first_lane(V x)
    {
        std::array<T, V::size> lanes;
        x.store(lanes.data());
        return lanes[0];
    }
};

/// log Σ exp x over `size` elements, bitwise as aligned_reduction has it, and its gradient softmax
/// x from the same exponentials: each is relative to the largest element so far, and put right once
/// all are known. Where the result is not finite, `softmax` holds nothing of meaning.
template <class T>
T logsumexp_and_softmax(T const* x, std::size_t size, T* softmax)
{
    using V = simd::batch<T>;
    constexpr logsumexp_accumulator<T> accumulator;
    constexpr auto cost = 0.1f;
    auto const length = accumulation_chunk(size, 1, cost);
    auto const chunks = std::max<std::size_t>(1, vectorized::chunks_in(size, length));
    auto const blocks = vectorized::chunks_in(size, block_length<T>);
    scratch_memory partial((2 * chunks + blocks) * sizeof(T));
    auto* const maxima = partial.as<T>() + 2 * chunks;
    auto const state = [&](std::size_t chunk) {
        return vectorized::states_at<T, 2>(partial.template as<T>() + chunk * 2, 1);
    };
    auto const nanoseconds = static_cast<double>(size);
    for_each_chunk(chunks, nanoseconds, [&](std::size_t chunk) {
        auto const s = state(chunk);
        accumulator.start(s, 1);
        auto const end = std::min(size, (chunk + 1) * length);
        for (auto begin = chunk * length; begin < end; begin += block_length<T>) {
            accumulator.run(s, x + begin, std::min(block_length<T>, end - begin), softmax + begin);
            maxima[begin / block_length<T>] = *s[0];
        }
    });
    for (std::size_t step = 1; step < chunks; step *= 2) {
        for (std::size_t chunk = 0; chunk + step < chunks; chunk += 2 * step) {
            accumulator.merge(state(chunk), state(chunk + step), 1);
        }
    }
    T result;
    accumulator.finish(state(0), &result, 1);
    for_each_chunk(chunks, 0.3 * nanoseconds, [&](std::size_t chunk) {
        auto const end = std::min(size, (chunk + 1) * length);
        for (auto begin = chunk * length; begin < end; begin += block_length<T>) {
            V const factor(std::exp(maxima[begin / block_length<T>] - result));
            auto const last = std::min(end, begin + block_length<T>);
            for (auto i = begin; i < last; i += V::size) {
                (V::load(softmax + i) * factor).store(softmax + i);
            }
        }
    });
    return result;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
