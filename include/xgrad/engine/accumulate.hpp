#pragma once

#include <xgrad/engine/runs.hpp>
#include <xgrad/simd/integer_batch.hpp>
#include <xgrad/simd/math.hpp>

#include <array>
#include <cstddef>
#include <limits>

// How many elements become one. An accumulator holds one or two state arrays, one place for every
// result, and takes in runs of elements that all go to one place (`run`), or to neighbouring
// places (`each`).

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
template <class Join, class T>
T fold_few(T const* x, std::size_t count, T result, Join join)
{
    for (std::size_t i = 0; i < count; ++i) {
        result = join(result, x[i]);
    }
    return result;
}

/// Folds a run with eight registers in flight: the error of a sum grows with the logarithm
/// of the block, and the latency of an addition is hidden.
template <class Join, class T>
T fold(T const* x, std::size_t count, T identity, Join join)
{
    using V = simd::batch<T>;
    if (count < V::size) {
        return fold_few(x, count, identity, join);
    }
    constexpr std::size_t flight = 8;
    std::array<V, flight> partial;
    partial.fill(V(identity));
    std::size_t i = 0;
    for (; i + flight * V::size <= count; i += flight * V::size) {
        for (std::size_t k = 0; k < flight; ++k) {
            partial[k] = join(partial[k], V::load(x + i + k * V::size));
        }
    }
    for (; i + V::size <= count; i += V::size) {
        partial[0] = join(partial[0], V::load(x + i));
    }
    if (i < count) {
        alignas(64) std::array<T, V::size> rest;
        rest.fill(identity);
        std::copy(x + i, x + count, rest.begin());
        partial[1] = join(partial[1], V::load(rest.data()));
    }
    for (std::size_t half = flight / 2; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) {
            partial[k] = join(partial[k], partial[k + half]);
        }
    }
    std::array<T, V::size> lanes;
    partial[0].store(lanes.data());
    for (std::size_t half = V::size / 2; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) {
            lanes[k] = join(lanes[k], lanes[k + half]);
        }
    }
    return lanes[0];
}

template <class Join, class T>
void join_each(T* into, T const* x, std::size_t count, Join join)
{
    using V = simd::batch<T>;
    std::size_t i = 0;
    for (; i + V::size <= count; i += V::size) {
        join(V::load(into + i), V::load(x + i)).store(into + i);
    }
    for (; i < count; ++i) {
        into[i] = join(into[i], x[i]);
    }
}

struct add
{
    template <class V>
    XGRAD_ALWAYS_INLINE V operator()(V const& a, V const& b) const
    {
        return a + b;
    }
};

template <class C, class V>
XGRAD_ALWAYS_INLINE V choose(C const& c, V const& a, V const& b)
{
    if constexpr (std::same_as<C, bool>) {
        return c ? a : b;
    } else {
        return select(c, a, b);
    }
}

// A NaN wins, wherever it stands.
struct larger
{
    template <class V>
    XGRAD_ALWAYS_INLINE V operator()(V const& a, V const& b) const
    {
        return choose(a > b || a != a, a, b);
    }
};

struct smaller
{
    template <class V>
    XGRAD_ALWAYS_INLINE V operator()(V const& a, V const& b) const
    {
        return choose(a < b || a != a, a, b);
    }
};
} // namespace vectorized

/// Folds with an associative operation; one state.
template <class T, class Join>
struct fold_accumulator
{
    static constexpr std::size_t states = 1;
    T identity;

    void start(std::array<T*, 1> state, std::size_t count) const
    {
        std::fill_n(state[0], count, identity);
    }

    void run(std::array<T*, 1> state, T const* x, std::size_t count) const
    {
        *state[0] = Join{}(*state[0], vectorized::fold(x, count, identity, Join{}));
    }

    void each(std::array<T*, 1> state, T const* x, std::size_t count) const
    {
        vectorized::join_each(state[0], x, count, Join{});
    }

    void merge(std::array<T*, 1> state, std::array<T*, 1> other, std::size_t count) const
    {
        vectorized::join_each(state[0], other[0], count, Join{});
    }

    void finish(std::array<T*, 1> state, T* out, std::size_t count) const
    {
        std::copy_n(state[0], count, out);
    }
};

template <class T>
inline constexpr fold_accumulator<T, vectorized::add> sum_accumulator{T(0)};
template <class T>
inline constexpr fold_accumulator<T, vectorized::larger> maximum_accumulator{
    std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                         : std::numeric_limits<T>::lowest()};
template <class T>
inline constexpr fold_accumulator<T, vectorized::smaller> minimum_accumulator{
    std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                         : std::numeric_limits<T>::max()};

/// Takes `count` consecutive elements of an index space into an accumulator whose places have
/// the given strides in that space (0 along the axes that are reduced).
template <class Accumulator, class T, std::size_t States>
void accumulate(
    Accumulator const& accumulator,
    std::array<T*, States> state,
    shape_type const& axes,
    strides_type const& strides,
    std::size_t begin,
    std::size_t count,
    T const* x)
{
    for_each_run(
        axes, strides, begin, count, [&](auto position, auto offset, auto length, auto stride) {
            auto at = state;
            for (auto& s : at) {
                s += offset;
            }
            if (stride == 0) {
                accumulator.run(at, x + position, length);
            } else {
                accumulator.each(at, x + position, length);
            }
        });
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
