#pragma once

#include <xgrad/engine/fold.hpp>
#include <xgrad/expr/value_kernel.hpp>

#include <concepts>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// The sum of the values of one whole block of expression E, computed in T, which stay in
/// registers: the value kernel and `fold_block` in one, and no bit differs.
template <class E, class T>
XGRAD_FLATTEN void sum_kernel(value_block const& block)
{
    using V = simd::batch<T>;
    constexpr vectorized::operands_of<E, T> operands;
    vectorized::state<E, T> s;
    vectorized::block_cursor<T> next{
        block.operands, static_cast<T const*>(block.scalars), nullptr, 0};
    vectorized::place<false>(s, next, operands);
    auto const sum = vectorized::fold_block_of<T>(
        [&](std::size_t i) {
            vectorized::compute(s, i, operands);
            auto value = vectorized::as_operand<false, V>(s.value);
            if constexpr (std::floating_point<T>) {
                // A product that the sum took in unrounded would be another than the value.
                XGRAD_KEEP_IN_REGISTER(value.lanes.data);
            }
            return value;
        },
        T(0),
        vectorized::add{});
    *static_cast<T*>(block.values) = sum;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
