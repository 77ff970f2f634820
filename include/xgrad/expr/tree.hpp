#pragma once

#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/expr/compute_type.hpp>

#include <array>
#include <utility>

// An expression's type, read as a tree: how many parts it has, where each stands among all parts
// of its kind, and what the adjoint of each needs.

namespace xgrad {
/// Numbers of parts, or (as an origin) the index of a part among those of its kind.
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
inline constexpr part_counts parts_of<node<R, X...>> =
    (part_counts{
         .nodes = 1,
         .stages = !is_inlined<R>,
         .slots = is_inlined<R> ? 0u : static_cast<unsigned>(sizeof...(X))} +
     ... + parts_of<X>);

/// Where a part stands: its own indices are the first of those of its subtree.
using origin = part_counts;

template <class E>
struct operands_of_node;

template <class R, class... X>
struct operands_of_node<node<R, X...>>
{
    template <std::size_t I>
    using at = std::tuple_element_t<I, std::tuple<X...>>;

    static constexpr origin own{
        .nodes = 1,
        .stages = !is_inlined<R>,
        .slots = is_inlined<R> ? 0u : static_cast<unsigned>(sizeof...(X))};

    template <std::size_t I>
    static consteval origin origin_of(origin o)
    {
        o = o + own;
        std::size_t i = 0;
        ((o = i++ < I ? o + parts_of<X> : o), ...);
        return o;
    }
};

/// E is a node whose rule is a call over a sub-block.
template <class E>
inline constexpr bool is_staged = false;

template <class R, class... X>
inline constexpr bool is_staged<node<R, X...>> = !is_inlined<R>;

template <class E, std::size_t I>
using operand_at = typename operands_of_node<E>::template at<I>;

template <class E, origin O, std::size_t I>
inline constexpr origin operand_origin = operands_of_node<E>::template origin_of<I>(O);

/// Some tensor below has a derivative that reaches E.
template <class E>
inline constexpr bool carries_gradient = false;

template <differentiable_element T>
inline constexpr bool carries_gradient<tensor<T>> = true;

namespace detail {
template <class R, class... X>
consteval bool node_carries_gradient()
{
    if constexpr (
        differentiable_element<typename node<R, X...>::value_type> &&
        differentiable_rule<R, sizeof...(X)>) {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return ((carries_gradient<X> && !is_condition<R, I>) || ...);
        }(std::index_sequence_for<X...>{});
    } else {
        return false;
    }
}
} // namespace detail

template <class R, class... X>
inline constexpr bool carries_gradient<node<R, X...>> = detail::node_carries_gradient<R, X...>();

/// Whether the adjoint of a node at the root (or below it) uses the node's own value.
template <class E>
inline constexpr bool partials_use_result = false;

template <class R, class... X>
inline constexpr bool partials_use_result<node<R, X...>> =
    carries_gradient<node<R, X...>> && result_partials_rule<R> && !constant_partials_rule<R>;

template <class E>
inline constexpr bool partials_use_operands = false;

template <class R, class... X>
inline constexpr bool partials_use_operands<node<R, X...>> =
    carries_gradient<node<R, X...>> && !differentiable_rule_without_operands<R>;

/// The derivative of E reaches its operand I.
template <class E, std::size_t I>
inline constexpr bool gradient_reaches =
    carries_gradient<operand_at<E, I>> && !is_condition<typename E::rule_type, I>;

namespace detail {
template <class E, bool Needed, std::size_t J>
inline constexpr bool operand_value_needed = false;

template <class R, class... X, bool Needed, std::size_t J>
inline constexpr bool operand_value_needed<node<R, X...>, Needed, J> =
    []<std::size_t... I>(std::index_sequence<I...>) {
        using E = node<R, X...>;
        if (Needed || (!is_inlined<R> && partials_use_operands<E>)) {
            return true;
        }
        if constexpr (partials_use_operands<E>) {
            return (
                (carries_gradient<X> &&
                 ((xgrad::operands_in_partial<R, sizeof...(X), I>() >> J) & 1u)) ||
                ...);
        }
        return false;
    }(std::index_sequence_for<X...>{});
} // namespace detail

/// The adjoint kernel needs the value of operand J of E; `Needed`: it needs that of E itself.
template <class E, bool Needed, std::size_t J>
inline constexpr bool operand_value_needed = detail::operand_value_needed<E, Needed, J>;

namespace detail {
template <class E, bool Needed, bool Root, std::size_t N>
constexpr void describe_leaves(std::array<leaf_traits, N>& leaves, std::size_t& next)
{
    if constexpr (is_tensor<E>) {
        leaves[next++] = {carries_gradient<E>, Needed};
    } else if constexpr (is_node<E>) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            constexpr bool own = Needed || (partials_use_result<E> && !Root);
            (describe_leaves<operand_at<E, I>, operand_value_needed<E, own, I>, false>(
                 leaves, next),
             ...);
        }(std::make_index_sequence<E::arity>{});
    }
}

// A derivative that an ancestor blocks (a comparison, a cast to integers) ends there.
template <class E, bool Reached, std::size_t N>
constexpr void mark_gradients(std::array<leaf_traits, N>& leaves, std::size_t& next)
{
    if constexpr (is_tensor<E>) {
        leaves[next].carries_gradient = Reached && carries_gradient<E>;
        ++next;
    } else if constexpr (is_node<E>) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (mark_gradients < operand_at<E, I>,
             Reached && carries_gradient<E> && gradient_reaches < E,
             I >> (leaves, next),
             ...);
        }(std::make_index_sequence<E::arity>{});
    }
}

template <class E>
consteval auto describe_leaves()
{
    std::array<leaf_traits, parts_of<E>.leaves> leaves{};
    std::size_t next = 0;
    // The root's own value is kept as the statement's result, never computed again.
    describe_leaves<E, false, true>(leaves, next);
    next = 0;
    mark_gradients<E, true>(leaves, next);
    return leaves;
}

template <class R>
consteval std::string_view symbol_of()
{
    if constexpr (requires { R::symbol; }) {
        return R::symbol;
    } else {
        return {};
    }
}

template <class E, std::size_t N>
constexpr void describe_terms(std::array<expression_term, N>& terms, std::size_t& next)
{
    using kind = expression_term::kind;
    if constexpr (is_tensor<E>) {
        terms[next++] = {kind::tensor, 0, {}, {}};
    } else if constexpr (is_scalar<E>) {
        terms[next++] = {kind::scalar, 0, {}, {}};
    } else {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (describe_terms<operand_at<E, I>>(terms, next), ...);
        }(std::make_index_sequence<E::arity>{});
        using rule = typename E::rule_type;
        terms[next++] = {kind::operation, E::arity, rule::name, symbol_of<rule>()};
    }
}

template <class E>
consteval auto describe_terms()
{
    std::array<expression_term, parts_of<E>.nodes> terms{};
    std::size_t next = 0;
    describe_terms<E>(terms, next);
    return terms;
}
} // namespace detail

template <class E>
inline constexpr auto leaves_of = detail::describe_leaves<E>();

template <class E>
inline constexpr auto terms_of = detail::describe_terms<E>();
} // namespace xgrad
