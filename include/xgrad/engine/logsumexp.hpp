#pragma once

#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/compute.hpp>

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

    void start(std::array<T*, 2> state, std::size_t count) const
    {
        std::fill_n(state[0], count, -std::numeric_limits<T>::infinity());
        std::fill_n(state[1], count, T(0));
    }

    /// `weights`, where it is not null, gets exp(x - m) with the m that the state then holds.
    void run(std::array<T*, 2> state, T const* x, std::size_t count, T* weights = nullptr) const
    {
        auto const m = vectorized::fold(x, count, *state[0], vectorized::larger{});
        std::array<T, 8 * V::size> lanes{};
        T sum = 0;
        std::size_t i = 0;
        for (; i + V::size <= count; i += V::size) {
            auto* const lane = lanes.data() + i / V::size % 8 * V::size;
            auto const weight = relative(V::load(x + i), V(m));
            (V::load(lane) + weight).store(lane);
            if (weights != nullptr) {
                weight.store(weights + i);
            }
        }
        if (i < count) {
            std::array<T, V::size> rest;
            rest.fill(-std::numeric_limits<T>::infinity());
            std::copy(x + i, x + count, rest.begin());
            auto const weight = relative(V::load(rest.data()), V(m));
            (V::load(lanes.data()) + weight).store(lanes.data());
            if (weights != nullptr) {
                weight.store(weights + i);
            }
        }
        sum = vectorized::fold(lanes.data(), lanes.size(), T(0), vectorized::add{});
        *state[1] = *state[1] * first_lane(relative(V(*state[0]), V(m))) + sum;
        *state[0] = m;
    }

    void each(std::array<T*, 2> state, T const* x, std::size_t count) const
    {
        std::array<T, V::size> padded_x{}, padded_m{}, padded_s{};
        for (std::size_t i = 0; i < count; i += V::size) {
            auto const n = std::min(V::size, count - i);
            std::copy_n(x + i, n, padded_x.begin());
            std::copy_n(state[0] + i, n, padded_m.begin());
            std::copy_n(state[1] + i, n, padded_s.begin());
            auto const old = V::load(padded_m.data());
            auto const value = V::load(padded_x.data());
            auto const m = vectorized::larger{}(old, value);
            (V::load(padded_s.data()) * relative(old, m) + relative(value, m))
                .store(padded_s.data());
            m.store(padded_m.data());
            std::copy_n(padded_m.begin(), n, state[0] + i);
            std::copy_n(padded_s.begin(), n, state[1] + i);
        }
    }

    void merge(std::array<T*, 2> state, std::array<T*, 2> other, std::size_t count) const
    {
        for (std::size_t i = 0; i < count; ++i) {
            auto const m = vectorized::larger{}(state[0][i], other[0][i]);
            state[1][i] = state[1][i] * first_lane(relative(V(state[0][i]), V(m))) +
                other[1][i] * first_lane(relative(V(other[0][i]), V(m)));
            state[0][i] = m;
        }
    }

    void finish(std::array<T*, 2> state, T* out, std::size_t count) const
    {
        for (std::size_t i = 0; i < count; ++i) {
            // An infinite maximum is the result; the sum relative to it has no meaning.
            auto const m = state[0][i];
            out[i] = m - m == T(0) ? m + first_lane(log(V(state[1][i]))) : m;
        }
    }

private:
    /// exp(x - m), 1 where both are the same infinity (then only m counts).
    XGRAD_ALWAYS_INLINE static V relative(V x, V m) { return exp(select(x == m, V(0), x - m)); }

    XGRAD_ALWAYS_INLINE static T first_lane(V x)
    {
        std::array<T, V::size> lanes;
        x.store(lanes.data());
        return lanes[0];
    }
};

/// log Σ exp x over `size` elements, bitwise as reduce_aligned has it, and its gradient softmax x
/// from the same exponentials: each is relative to the largest element so far, and put right once
/// all are known. Where the result is not finite, `softmax` holds nothing of meaning.
template <class T>
T logsumexp_and_softmax(T const* x, std::size_t size, T* softmax)
{
    using V = simd::batch<T>;
    constexpr logsumexp_accumulator<T> accumulator;
    constexpr auto cost = 0.1f;
    auto const length = accumulation_chunk(size, 1, cost);
    auto const chunks = std::max<std::size_t>(1, vectorized::chunks_in(size, length));
    auto const blocks = vectorized::chunks_in(size, block_length);
    scratch partial((2 * chunks + blocks) * sizeof(T));
    auto* const maxima = partial.as<T>() + 2 * chunks;
    auto const state = [&](std::size_t chunk) {
        return vectorized::states_at<T, 2>(partial.template as<T>() + chunk * 2, 1);
    };
    auto const nanoseconds = static_cast<double>(size);
    for_each_chunk(chunks, nanoseconds, [&](std::size_t chunk) {
        auto const s = state(chunk);
        accumulator.start(s, 1);
        auto const end = std::min(size, (chunk + 1) * length);
        for (auto begin = chunk * length; begin < end; begin += block_length) {
            accumulator.run(s, x + begin, std::min(block_length, end - begin), softmax + begin);
            maxima[begin / block_length] = *s[0];
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
        for (auto begin = chunk * length; begin < end; begin += block_length) {
            V const factor(std::exp(maxima[begin / block_length] - result));
            auto const last = std::min(end, begin + block_length);
            for (auto i = begin; i < last; i += V::size) {
                (V::load(softmax + i) * factor).store(softmax + i);
            }
        }
    });
    return result;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
