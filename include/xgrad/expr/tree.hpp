#pragma once

#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/expr/node.hpp>
#include <xgrad/symbolic/symbol.hpp>

#include <array>
#include <utility>

// An expression's type, read as a tree: how many parts it has, and what the adjoint of each needs.
// Every statement pays for each line here at compile time, once for each of its nodes.

namespace xgrad {
/// E is a node whose rule is a call over a sub-block.
template <class E>
inline constexpr bool is_staged = false;

template <class R, class... X>
inline constexpr bool is_staged<call_node<R, X...>> = !is_inlined<R>;

/// Some tensor below has a derivative that reaches E.
template <class E>
inline constexpr bool carries_gradient = false;

template <differentiable_element T>
inline constexpr bool carries_gradient<tensor<T>> = true;

namespace detail {
/// Bit i: operand i is no condition, and carries a gradient.
template <class R, class... X>
consteval unsigned operands_with_gradient()
{
    unsigned i = 0;
    unsigned operands = 0;
    ((operands |= static_cast<unsigned>(carries_gradient<X>) << i++), ...);
    return operands & ~condition_operands<R>;
}
} // namespace detail

template <class R, class... X>
    requires(differentiable_element<typename call_node<R, X...>::value_type> &&
             differentiable_rule<R, sizeof...(X)>)
inline constexpr bool carries_gradient<call_node<R, X...>> =
    detail::operands_with_gradient<R, X...>() != 0;

/// The derivative of a node of rule R reaches its operand I, an X.
template <class R, class X, std::size_t I>
inline constexpr bool gradient_reaches = carries_gradient<X> && !is_condition<R, I>;

/// Whether the adjoint of a node uses the node's own value.
template <class E>
inline constexpr bool partials_use_result = false;

template <class R, class... X>
    requires(result_partials_rule<R> && !constant_partials_rule<R>)
inline constexpr bool partials_use_result<call_node<R, X...>> =
    carries_gradient<call_node<R, X...>>;

template <class E>
inline constexpr bool partials_use_operands = false;

template <class R, class... X>
    requires(!differentiable_rule_without_operands<R>)
inline constexpr bool partials_use_operands<call_node<R, X...>> =
    carries_gradient<call_node<R, X...>>;

/// Below E an infinite partial may meet an adjoint of zero. `One`: the adjoint of E is a constant
/// other than zero.
template <class E, bool One>
inline constexpr bool may_meet_infinity = false;

template <class R, class... X, bool One>
    requires(carries_gradient<call_node<R, X...>>)
inline constexpr bool may_meet_infinity<call_node<R, X...>, One> =
    (!One && !constant_partials_rule<R> && !has_finite_partials<R>) ||
    (may_meet_infinity<X, One && constant_partials_rule<R>> || ...);

/// Bit i: the adjoint kernel needs the value of operand i of E. `OwnValue`: it needs that of E.
template <class E, bool OwnValue>
inline constexpr unsigned needed_operands = OwnValue ? ~0u : 0u;

namespace detail {
template <class R, bool... Carries>
consteval unsigned operands_in_partials()
{
    unsigned operands = 0;
    std::size_t i = 0;
    ((operands |= Carries ? xgrad::operands_in_partials<R, sizeof...(Carries)>[i] : 0u, ++i), ...);
    return operands;
}
} // namespace detail

template <class R, class... X>
    requires(partials_use_operands<call_node<R, X...>>)
inline constexpr unsigned needed_operands<call_node<R, X...>, false> =
    is_inlined<R> ? detail::operands_in_partials<R, carries_gradient<X>...>() : ~0u;

/// The adjoint kernel needs the value of X, operand I of E, for E or for X itself.
template <class E, bool OwnValue, class X, std::size_t I>
inline constexpr bool operand_value_needed =
    ((needed_operands<E, OwnValue> >> I) & 1u) != 0 || partials_use_result<X>;

namespace detail {
template <class R>
consteval std::string_view symbol_of()
{
    if constexpr (requires { R::symbol; }) {
        return R::symbol;
    } else {
        return {};
    }
}

/// The rule as derivatives of derivatives use it, where Whole has a derivative.
template <class Whole, class R, std::size_t Arity>
consteval primitive_rule const* rule_in()
{
    if constexpr (carries_gradient<Whole>) {
        return &primitive_of<R, xgrad::compute_type<Whole>, Arity>::value;
    } else {
        return nullptr;
    }
}

/// Describes an expression, part by part in postfix order.
template <class E>
struct description;

template <class T>
struct description<tensor<T>>
{
    template <class>
    static constexpr void terms(expression_term*& next)
    {
        *next++ = {expression_term::kind::tensor, 0, {}, {}};
    }

    template <bool Needed, bool Reached>
    static constexpr void leaves(leaf_traits*& next)
    {
        *next++ = {Reached && carries_gradient<tensor<T>>, Needed};
    }
};

template <class T>
struct description<scalar_operand<T>>
{
    template <class>
    static constexpr void terms(expression_term*& next)
    {
        *next++ = {expression_term::kind::scalar, 0, {}, {}};
    }

    template <bool Needed, bool Reached>
    static constexpr void leaves(leaf_traits*&)
    {}
};

template <class R, class... X>
struct description<call_node<R, X...>>
{
    template <class Whole>
    static constexpr void terms(expression_term*& next)
    {
        (description<X>::template terms<Whole>(next), ...);
        *next++ = {
            expression_term::kind::operation,
            sizeof...(X),
            R::name,
            symbol_of<R>(),
            rule_in<Whole, R, sizeof...(X)>()};
    }

    template <bool Needed, bool Reached>
    static constexpr void leaves(leaf_traits*& next)
    {
        leaves<Needed, Reached>(next, std::index_sequence_for<X...>{});
    }

    // A derivative that an ancestor blocks (a comparison, a cast to integers) ends there.
    template <bool Needed, bool Reached, std::size_t... I>
    static constexpr void leaves(leaf_traits*& next, std::index_sequence<I...>)
    {
        using E = call_node<R, X...>;
        (description<X>::template leaves < operand_value_needed<E, Needed, X, I>,
         Reached && carries_gradient<E> && gradient_reaches < R,
         X,
         I >> (next),
         ...);
    }
};

template <class E>
consteval auto leaves_of()
{
    std::array<leaf_traits, parts_of<E>.leaves> leaves{};
    auto* next = leaves.data();
    // The root's own value is kept as the statement's result, never computed again.
    description<E>::template leaves<false, true>(next);
    return leaves;
}

template <class E>
consteval auto terms_of()
{
    std::array<expression_term, parts_of<E>.nodes> terms{};
    auto* next = terms.data();
    description<E>::template terms<E>(next);
    return terms;
}
} // namespace detail

template <class E>
inline constexpr auto leaves_of = detail::leaves_of<E>();

/// Which leaves of E have an adjoint.
template <class E>
inline constexpr auto leaves_with_gradient = [] {
    std::array<bool, parts_of<E>.leaves> carries{};
    for (std::size_t i = 0; i < carries.size(); ++i) {
        carries[i] = leaves_of<E>[i].carries_gradient;
    }
    return carries;
}();

template <class E>
inline constexpr auto terms_of = detail::terms_of<E>();
} // namespace xgrad
