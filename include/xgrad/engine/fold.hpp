#pragma once

#include <xgrad/engine/block_length.hpp>
#include <xgrad/simd/integer_batch.hpp>
#include <xgrad/simd/math.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

// Many elements joined to one, or rows of them to one row, in registers.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
template <class F, std::size_t... K>
XGRAD_ALWAYS_INLINE void call_with_each(F& f, std::index_sequence<K...>)
{
    (f(std::integral_constant<std::size_t, K>()), ...);
}

/// f(0), f(1), ... with constants, so that registers in an array stay registers.
template <std::size_t N, class F>
XGRAD_ALWAYS_INLINE void unrolled(F&& f)
{
    call_with_each(f, std::make_index_sequence<N>());
}

template <class V, std::size_t... K>
XGRAD_ALWAYS_INLINE std::array<V, sizeof...(K)> repeated(V const& value, std::index_sequence<K...>)
{
    return {((void)K, value)...};
}

/// Registers of one value each. (`fill` is a loop, for whose sake they would all lie in memory.)
template <std::size_t N, class V>
XGRAD_ALWAYS_INLINE std::array<V, N> registers_of(V const& value)
{
    return repeated(value, std::make_index_sequence<N>());
}

/// One value in every place. (A loop over single ones is not compiled to registers everywhere.)
template <class T>
void fill_places(T* places, std::size_t count, T value)
{
    using V = simd::batch<T>;
    std::size_t i = 0;
    for (; i + V::size <= count; i += V::size) {
        V(value).store(places + i);
    }
    std::fill_n(places + i, count - i, value);
}

template <class Join, class T>
T fold_few(T const* x, std::size_t count, T result, Join join)
{
    for (std::size_t i = 0; i < count; ++i) {
        result = join(result, x[i]);
    }
    return result;
}

struct add
{
    template <class V>
    XGRAD_ALWAYS_INLINE V operator()(V const& a, V const& b) const
    {
        return a + b;
    }
};

/// Joins registers in pairs, into the first one.
template <std::size_t N, class Registers, class Join>
XGRAD_ALWAYS_INLINE void join_first(Registers& all, Join join)
{
    if constexpr (N > 1) {
        unrolled<N / 2>([&](auto k) { all[k] = join(all[k], all[k + N / 2]); });
        join_first<N / 2>(all, join);
    }
}

/// Joins all lanes of some registers, without a branch on their values: in registers of one value
/// each, as a choice between numbers may be compiled to a jump.
template <class Join, class V, std::size_t N>
XGRAD_ALWAYS_INLINE auto fold_lanes(std::array<V, N>& partial, Join join)
{
    join_first<N>(partial, join);
    using T = typename V::value_type;
    std::array<T, V::size> lanes;
    partial[0].store(lanes.data());
    if constexpr (std::same_as<Join, add>) {
        join_first<V::size>(lanes, join);
        return lanes[0];
    }
    std::array<V, V::size> spread;
    unrolled<V::size>([&](auto k) { spread[k] = V(lanes[k]); });
    join_first<V::size>(spread, join);
    spread[0].store(lanes.data());
    return lanes[0];
}

/// Registers that one fold joins to, which hides the latency of an addition.
inline constexpr std::size_t fold_flight = 8;

/// Folds the registers that at(i) gives for the elements i, i + 1, ... of a block.
template <class T, class At, class Join>
XGRAD_ALWAYS_INLINE T fold_block_of(At const& at, T identity, Join join)
{
    using V = simd::batch<T>;
    static_assert(block_length<T> % (fold_flight * V::size) == 0);
    auto partial = registers_of<fold_flight>(V(identity));
    for (std::size_t i = 0; i < block_length<T>; i += fold_flight * V::size) {
        unrolled<fold_flight>([&](auto k) { partial[k] = join(partial[k], at(i + k * V::size)); });
    }
    return fold_lanes(partial, join);
}

/// Folds a block of elements. `fold` has the same result; with no ends to look after there is
/// nothing but the loop.
template <class Join, class T>
XGRAD_ALWAYS_INLINE T fold_block(T const* x, T identity, Join join)
{
    return fold_block_of(
        [x](std::size_t i) { return simd::batch<T>::load(x + i); }, identity, join);
}

/// Fewer elements than a register has, and what changes nothing behind them.
template <class T>
XGRAD_NOINLINE simd::batch<T> padded_register(T const* x, std::size_t count, T identity)
{
    std::array<T, simd::batch<T>::size> elements;
    elements.fill(identity);
    std::copy_n(x, count, elements.begin());
    return simd::batch<T>::load(elements.data());
}

/// 0, 1, 2, ... in the lanes of a register.
template <class V>
inline constexpr auto lane_numbers = [] {
    std::array<typename V::value_type, V::size> all;
    for (std::size_t i = 0; i < V::size; ++i) {
        all[i] = static_cast<typename V::value_type>(i);
    }
    return all;
}();

/// The last lanes of a register, and `identity` in the other ones: of the last register before the
/// end of a run, those that the one before has not had. (To fill one in memory takes ten
/// nanoseconds.)
template <class V>
XGRAD_ALWAYS_INLINE V last_lanes(V const& x, std::size_t lanes, typename V::value_type identity)
{
    using T = typename V::value_type;
    V const others(static_cast<T>(V::size - lanes));
    return select(V::load(lane_numbers<V>.data()) < others, V(identity), x);
}

/// Joins a run of at least a register and up to a block to one register.
template <class Join, class T>
XGRAD_ALWAYS_INLINE simd::batch<T>
joined_register(T const* x, std::size_t count, T identity, Join join)
{
    using V = simd::batch<T>;
    auto const take_rest = [&](auto& partial, std::size_t i) {
        for (; i + V::size <= count; i += V::size) {
            partial[0] = join(partial[0], V::load(x + i));
        }
        if (i < count) {
            auto const end = V::load(x + count - V::size);
            partial[1] = join(partial[1], last_lanes(end, count - i, identity));
        }
    };
    constexpr auto flight = fold_flight;
    if (count < flight * V::size) {
        // The others would stay what changes nothing.
        auto partial = registers_of<2>(V(identity));
        take_rest(partial, 0);
        join_first<2>(partial, join);
        return partial[0];
    }
    auto partial = registers_of<flight>(V(identity));
    std::size_t i = 0;
    for (; i + flight * V::size <= count; i += flight * V::size) {
        unrolled<flight>(
            [&](auto k) { partial[k] = join(partial[k], V::load(x + i + k * V::size)); });
    }
    take_rest(partial, i);
    join_first<flight>(partial, join);
    return partial[0];
}

/// Folds a run of up to a block.
template <class Join, class T>
XGRAD_ALWAYS_INLINE T fold_short(T const* x, std::size_t count, T identity, Join join)
{
    using V = simd::batch<T>;
    if (count < V::size) {
        return fold_few(x, count, identity, join);
    }
    std::array<V, 1> partial{joined_register(x, count, identity, join)};
    return fold_lanes(partial, join);
}

/// Folds a run: one that is longer than a block in halves, so that the error of a sum grows with
/// the logarithm of its length.
template <class Join, class T>
T fold(T const* x, std::size_t count, T identity, Join join)
{
    constexpr auto longest = block_length<T>;
    if (count > longest) {
        auto const half = (count / 2 + longest - 1) / longest * longest;
        return join(fold(x, half, identity, join), fold(x + half, count - half, identity, join));
    }
    return fold_short(x, count, identity, join);
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

/// The same folds of runs in which no element is NaN.
struct larger_number_of
{
    template <class V>
    XGRAD_ALWAYS_INLINE V operator()(V const& a, V const& b) const
    {
        return larger_number(a, b);
    }
};

struct smaller_number_of
{
    template <class V>
    XGRAD_ALWAYS_INLINE V operator()(V const& a, V const& b) const
    {
        return smaller_number(a, b);
    }
};

template <class Join>
inline constexpr bool is_extreme = std::same_as<Join, larger> || std::same_as<Join, smaller>;

/// Joins that give the same in any order.
template <class Join>
concept exact_join = is_extreme<Join> || requires { requires Join::is_exact; };

template <class Join>
using number_of =
    std::conditional_t<std::same_as<Join, larger>, larger_number_of, smaller_number_of>;

/// The extremes of `Flight` columns of registers, and sums that are NaN where an element is.
template <std::size_t Flight, class Number, class V>
struct extremes
{
    std::array<V, Flight> most;
    std::array<V, Flight> sums = registers_of<Flight>(V(0));

    XGRAD_ALWAYS_INLINE void take_in(typename V::value_type const* x)
    {
        unrolled<Flight>([&](auto k) {
            auto const element = V::load_once(x + k * V::size);
            most[k] = Number{}(most[k], element);
            sums[k] = sums[k] + element;
        });
    }
};

/// The extreme of a run of numbers, at least `Flight` registers of them. False where the sum of the
/// elements, which is NaN if one of them is, does not say that they are numbers.
template <std::size_t Flight, class Number, class T>
XGRAD_ALWAYS_INLINE bool extreme_of_numbers(T const* x, std::size_t count, T& result)
{
    using V = simd::batch<T>;
    constexpr auto step = Flight * V::size;
    extremes<Flight, Number, V> all_of{registers_of<Flight>(V(result))};
    std::size_t i = 0;
    for (; i + step <= count; i += step) {
        all_of.take_in(x + i);
    }
    if (i < count) {
        all_of.take_in(x + count - step); // some elements once more: an extreme does not mind
    }
    join_first<Flight>(all_of.sums, add{});
    result = fold_lanes(all_of.most, Number{});
    return all(all_of.sums[0] == all_of.sums[0]);
}

/// The extreme element of a run. Only where one may be NaN they are looked at one by one.
template <class Join, class T>
T extreme(T const* x, std::size_t count, T identity, Join join)
{
    if constexpr (std::floating_point<T>) {
        using number = number_of<Join>;
        constexpr auto width = simd::batch<T>::size;
        constexpr std::size_t flight = 4;
        auto result = identity;
        if (count >= width && identity == identity &&
            (count >= flight * width ? extreme_of_numbers<flight, number>(x, count, result)
                                     : extreme_of_numbers<1, number>(x, count, result))) {
            return result;
        }
    }
    return fold(x, count, identity, join);
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
