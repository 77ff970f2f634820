#pragma once

#include <xgrad/expr/operand.hpp>
#include <xgrad/rule/rule.hpp>

namespace xgrad {
/// How many parts of each kind an expression has.
struct part_counts
{
    unsigned nodes = 0;  // every part, leaves included
    unsigned leaves = 0; // tensors
    unsigned scalars = 0;
    unsigned stages = 0; // rules that are a call over a sub-block
    unsigned slots = 0;  // operands of those

    constexpr part_counts operator+(part_counts const& o) const
    {
        return {
            nodes + o.nodes,
            leaves + o.leaves,
            scalars + o.scalars,
            stages + o.stages,
            slots + o.slots};
    }
};

template <class E>
inline constexpr part_counts parts_of{.nodes = 1, .leaves = is_tensor<E>, .scalars = is_scalar<E>};

template <class R, class... X>
inline constexpr part_counts parts_of<call_node<R, X...>> =
    (part_counts{
         .nodes = 1,
         .stages = !is_inlined<R>,
         .slots = is_inlined<R> ? 0u : static_cast<unsigned>(sizeof...(X))} +
     ... + parts_of<X>);
} // namespace xgrad
