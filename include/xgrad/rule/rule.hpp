#pragma once

#include <xgrad/rule/dependence.hpp>
#include <xgrad/rule/partial.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

// The protocol of a rule: a stateless struct that says what an elementwise function is, once.
//
//     struct name_rule
//     {
//         static constexpr std::string_view name = "name";
//         template <class V> static V value(V const& x, ...);
//
//     and its derivative in one of three forms, which says what the reverse sweep must keep:
//         static auto partials();                                          nothing
//         template <class V> static auto partials_of_result(V const& y);   the result
//         template <class V> static auto partials_at(V const& x, ...);     the operands
//     };
//
// One operand: the partial itself. Several: `partials(p, q, ...)`. Optional members:
//
//     symbol             the infix operator it is printed with
//     inlined            true: a few instructions, fused into the statement's loop; otherwise the
//                        rule is one call over a sub-block, compiled once per program
//     finite_partials    true: no partial is ever infinite
//     condition_operands bit i: operand i is a truth value
//     result             the element type of the result, a template over the operands' types
//     value_and_partials_at  both at once, where they share work; to be inlined always: a call for
//                        every register may cost more than was shared

namespace xgrad {
template <class R>
concept named_rule = requires {
    {
        R::name
    } -> std::convertible_to<std::string_view>;
};

template <class R>
inline constexpr bool is_inlined = false;

template <class R>
    requires requires { R::inlined; }
inline constexpr bool is_inlined<R> = R::inlined;

template <class R>
inline constexpr bool has_finite_partials = false;

template <class R>
    requires requires { R::finite_partials; }
inline constexpr bool has_finite_partials<R> = R::finite_partials;

template <class R>
inline constexpr unsigned condition_operands = 0;

template <class R>
    requires requires { R::condition_operands; }
inline constexpr unsigned condition_operands<R> = R::condition_operands;

/// Operand I of the rule is a truth value.
template <class R, std::size_t I>
inline constexpr bool is_condition = ((condition_operands<R> >> I) & 1u) != 0;

template <class R>
concept constant_partials_rule = requires { R::partials(); };

template <class R>
concept result_partials_rule =
    requires(operand_dependence y) { R::template partials_of_result<operand_dependence>(y); };

template <class R>
concept differentiable_rule_without_operands = constant_partials_rule<R> || result_partials_rule<R>;

namespace detail {
template <class R, std::size_t... I>
consteval bool has_partials_at(std::index_sequence<I...>)
{
    return requires {
        R::template partials_at<operand_dependence>(((void)I, operand_dependence{})...);
    };
}
} // namespace detail

template <class R, std::size_t Arity>
concept operand_partials_rule = detail::has_partials_at<R>(std::make_index_sequence<Arity>{});

/// The rule has a derivative (a comparison has none).
template <class R, std::size_t Arity>
concept differentiable_rule =
    differentiable_rule_without_operands<R> || operand_partials_rule<R, Arity>;

/// Partial number I of what a rule returned; a rule of one operand returns it bare.
template <std::size_t I, class P>
XGRAD_ALWAYS_INLINE constexpr decltype(auto) partial_of(P const& partials)
{
    if constexpr (requires { std::tuple_size<P>::value; }) {
        return std::get<I>(partials);
    } else {
        return (partials);
    }
}

/// The partials of a rule, from what it takes them from: nothing, its value, or its operands.
template <class R, class V, class... X>
XGRAD_ALWAYS_INLINE constexpr auto partials_from(V const& value, X const&... x)
{
    if constexpr (constant_partials_rule<R>) {
        return R::partials();
    } else if constexpr (result_partials_rule<R>) {
        return R::template partials_of_result<V>(value);
    } else {
        return R::partials_at(x...);
    }
}

namespace detail {
template <class R, std::size_t I, std::size_t... Operand>
constexpr std::uint32_t evaluated_operands()
{
    return operands_of(partial_of<I>(
        R::template partials_at<operand_dependence>(operand_dependence::on(Operand)...)));
}

template <class R, std::size_t I, std::size_t... Operand>
consteval std::uint32_t operands_in_partial(std::index_sequence<Operand...>)
{
    // A user's rule need not be constexpr: then it is taken to need all there is. (To clang 16, a
    // local lambda would never be constant in here.)
    if constexpr (requires {
                      typename std::
                          integral_constant<std::uint32_t, evaluated_operands<R, I, Operand...>()>;
                  }) {
        return evaluated_operands<R, I, Operand...>();
    } else {
        return ~0u;
    }
}

template <class R, std::size_t... I>
consteval std::array<std::uint32_t, sizeof...(I)>
operands_in_partials(std::index_sequence<I...> all)
{
    return {operands_in_partial<R, I>(all)...};
}
} // namespace detail

/// Of each partial of the rule, bit j: it needs the value of operand j; and whether it takes an
/// elementary function (`operand_dependence::function`).
template <class R, std::size_t Arity>
inline constexpr auto operands_in_partials =
    detail::operands_in_partials<R>(std::make_index_sequence<Arity>{});
} // namespace xgrad
