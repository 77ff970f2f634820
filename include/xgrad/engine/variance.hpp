#pragma once

#include <xgrad/engine/accumulate.hpp>

#include <array>
#include <cstddef>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// Σ (x - x̄)² / (n - ddof) in one pass: the states are the number of elements so far, their mean,
/// and the sum of squares about it. Runs are taken in about their own mean, while they are in
/// cache, and joined as Chan, Golub and LeVeque do.
template <class T>
struct variance_accumulator
{
    using V = simd::batch<T>;
    static constexpr std::size_t states = 3;
    T ddof;

    void start(std::array<T*, 3> state, std::size_t count) const
    {
        for (auto* const s : state) {
            std::fill_n(s, count, T(0));
        }
    }

    void run(std::array<T*, 3> state, T const* x, std::size_t count) const
    {
        auto n = static_cast<T>(count);
        auto mean = vectorized::fold(x, count, T(0), vectorized::add{}) / n;
        auto squares = squares_about(mean, x, count);
        if (*state[0] == T(0)) {
            *state[0] = n;
            *state[1] = mean;
            *state[2] = squares;
        } else {
            merge(state, {&n, &mean, &squares}, 1);
        }
    }

    void each(std::array<T*, 3> state, T const* x, std::size_t count) const
    {
        auto const take_in = [](auto& n, auto& mean, auto& squares, auto const& element) {
            using U = std::remove_cvref_t<decltype(element)>;
            n = n + U(1);
            auto const deviation = element - mean;
            mean = mean + deviation / n;
            squares = squares + deviation * (element - mean);
        };
        std::size_t i = 0;
        for (; i + V::size <= count; i += V::size) {
            auto n = V::load(state[0] + i);
            auto mean = V::load(state[1] + i);
            auto squares = V::load(state[2] + i);
            take_in(n, mean, squares, V::load(x + i));
            n.store(state[0] + i);
            mean.store(state[1] + i);
            squares.store(state[2] + i);
        }
        for (; i < count; ++i) {
            take_in(state[0][i], state[1][i], state[2][i], x[i]);
        }
    }

    void merge(std::array<T*, 3> state, std::array<T*, 3> other, std::size_t count) const
    {
        for (std::size_t i = 0; i < count; ++i) {
            auto const n = state[0][i] + other[0][i];
            if (other[0][i] == T(0)) {
                continue;
            }
            auto const between = other[1][i] - state[1][i];
            auto const share = other[0][i] / n;
            state[2][i] += other[2][i] + between * between * state[0][i] * share;
            state[1][i] += between * share;
            state[0][i] = n;
        }
    }

    void finish(std::array<T*, 3> state, T* out, std::size_t count) const
    {
        for (std::size_t i = 0; i < count; ++i) {
            out[i] = state[2][i] / (state[0][i] - ddof);
        }
    }

private:
    static T squares_about(T mean, T const* x, std::size_t count)
    {
        constexpr std::size_t flight = 4;
        std::array<V, flight> sums;
        sums.fill(V(0));
        std::size_t i = 0;
        for (; i + flight * V::size <= count; i += flight * V::size) {
            for (std::size_t k = 0; k < flight; ++k) {
                auto const deviation = V::load(x + i + k * V::size) - V(mean);
                sums[k] = sums[k] + deviation * deviation;
            }
        }
        T rest = 0;
        for (; i < count; ++i) {
            rest += (x[i] - mean) * (x[i] - mean);
        }
        std::array<T, V::size> lanes;
        ((sums[0] + sums[1]) + (sums[2] + sums[3])).store(lanes.data());
        return rest + vectorized::fold_few(lanes.data(), lanes.size(), T(0), vectorized::add{});
    }
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
