#pragma once

#include <xgrad/expr/state.hpp>
#include <xgrad/expr/uniform_operands.hpp>

#include <algorithm>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// One staged rule over a sub-block; the one instance of it in a program.
template <class R, class T, std::size_t... I>
XGRAD_NOINLINE XGRAD_FLATTEN void stage_values(
    std::array<T const*, sizeof...(I)> x, T* value, std::size_t count, std::index_sequence<I...>)
{
    using V = simd::batch<T>;
    auto const computed = different_elements(x, count);
    for (std::size_t i = 0; i < computed; i += V::size) {
        R::value(V::load(x[I] + i)...).store(value + i);
    }
    repeat_register(value, computed, count);
}

/// Runs the staged rules below a part, and its own, innermost first.
template <class E, class T>
inline void run_value_stages(state<E, T>&, std::size_t, std::index_sequence<>)
{}

template <class R, class... X, class T, std::size_t... I>
inline void run_value_stages(
    state<call_node<R, X...>, T>& s, std::size_t count, std::index_sequence<I...> operands)
{
    using E = call_node<R, X...>;
    if constexpr (parts_of<E>.stages > 0) {
        (run_value_stages(operand<I, X, T>(s), count, operands_of<X, T>{}), ...);
        if constexpr (!is_inlined<R>) {
            stage_values<R, T>(
                {stage_operand<E, X, I>(operand<I, X, T>(s), s.slots[I], count)...},
                s.values,
                count,
                operands);
        }
    }
}

/// So little work that the loop itself would be felt: four registers go at a time.
template <class E>
inline constexpr bool is_short = parts_of<E>.stages == 0 && parts_of<E>.nodes <= 8;

template <class E, class T>
XGRAD_ALWAYS_INLINE void store_value(state<E, T>& s, std::size_t i, T* out)
{
    compute(s, i, operands_of<E, T>{});
    as_operand<false, simd::batch<T>>(s.value).store(out + i);
}
} // namespace vectorized

/// Values of one block of expression E, computed in T.
template <class E, class T>
XGRAD_FLATTEN void value_kernel(value_block const& block)
{
    using V = simd::batch<T>;
    constexpr auto parts = parts_of<E>;
    constexpr auto length = parts.stages > 0 ? sub_block_length<T> : std::size_t{1} << 40;
    vectorized::operands_of<E, T> constexpr operands;
    alignas(64) vectorized::buffer<T> buffers[std::max(parts.slots, 1u)];
    vectorized::state<E, T> s;
    for (std::size_t begin = 0; begin < block.count; begin += length) {
        auto const count = std::min(length, block.count - begin);
        auto* const out = static_cast<T*>(block.values) + begin;
        vectorized::block_cursor<T> next{
            block.operands, static_cast<T const*>(block.scalars), buffers, begin};
        vectorized::place<false>(s, next, operands);
        if constexpr (is_staged<E>) {
            s.values = out; // the root's stage writes the result itself
        }
        vectorized::run_value_stages(s, count, operands);
        if constexpr (!is_staged<E>) {
            std::size_t i = 0;
            if constexpr (vectorized::is_short<E>) {
                for (; i + 4 * V::size <= count; i += 4 * V::size) {
                    vectorized::store_value(s, i, out);
                    vectorized::store_value(s, i + V::size, out);
                    vectorized::store_value(s, i + 2 * V::size, out);
                    vectorized::store_value(s, i + 3 * V::size, out);
                }
            }
            for (; i < count; i += V::size) {
                vectorized::store_value(s, i, out);
            }
        }
    }
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
