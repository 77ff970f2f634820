#pragma once

#include <xgrad/expr/compute_type.hpp>
#include <xgrad/expr/node.hpp>

#include <utility>

namespace xgrad {
namespace detail {
// Integers inside a floating-point statement are computed as integers, exactly: such a
// subexpression carries no gradient and becomes a tensor before the statement.
template <class Whole, class X>
struct placed_operand
{
    using type = X;
};

template <class Whole, class X>
    requires(is_node<X> && computes_in_floating_point<Whole> && !computes_in_floating_point<X>)
struct placed_operand<Whole, X>
{
    using type = tensor<typename X::value_type>;
};

template <class Rule, class... X>
struct placed_node
{
    using whole = call_node<Rule, X...>;
    using type = call_node<Rule, typename placed_operand<whole, X>::type...>;
};
} // namespace detail

/// The node that `call<Rule>(x...)` makes.
template <class Rule, class... X>
using node_of = typename detail::placed_node<Rule, stored_as<X>...>::type;

/// Applies a rule to operands: the single entry of every elementwise function, built in or a
/// user's own. Nothing is computed, and no shape is checked, until the result is assigned.
template <class Rule, operand... X>
node_of<Rule, X...> call(X&&... x)
{
    static_assert(
        named_rule<Rule>,
        "xgrad: a rule needs `static constexpr std::string_view name`, by which errors and "
        "formulas "
        "call it");
    return node_of<Rule, X...>(Rule{}, std::forward<X>(x)...);
}
} // namespace xgrad
