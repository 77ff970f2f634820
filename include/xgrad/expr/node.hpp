#pragma once

#include <xgrad/base/shape.hpp>
#include <xgrad/expr/operand.hpp>
#include <xgrad/rule/rule.hpp>

#include <algorithm>
#include <cstddef>
#include <iosfwd>
#include <utility>

namespace xgrad {
namespace detail {
template <class R, class... T>
struct result_element
{
    using type = floating_element<T...>;
};

template <class R, class... T>
    requires requires { typename R::template result<T...>; }
struct result_element<R, T...>
{
    using type = typename R::template result<T...>;
};

// Bases instead of std::tuple, whose many instantiations every node would pay for.
template <std::size_t I, class X>
struct held
{
    X value;
};

template <class Indices, class... X>
struct held_operands;

template <std::size_t... I, class... X>
struct held_operands<std::index_sequence<I...>, X...> : held<I, X>...
{};

template <class Operand, class X>
Operand store_as(X&& x)
{
    if constexpr (is_scalar<Operand>) {
        return Operand{static_cast<typename Operand::value_type>(x)};
    } else {
        return Operand(std::forward<X>(x));
    }
}

template <std::size_t I, class X>
constexpr X const& get(held<I, X> const& operand) noexcept
{
    return operand.value;
}
} // namespace detail

/// One elementwise operation of an expression: a rule over operands held by value, so that an
/// expression owns all it needs and may be returned from any function. It has no shape of its
/// own and computes nothing until it is assigned.
template <class Rule, class... Operands>
class call_node
{
public:
    using rule_type = Rule;
    using value_type =
        typename detail::result_element<Rule, typename Operands::value_type...>::type;
    using expression_tag = xgrad::expression_tag;
    using shape_type = xgrad::shape_type;
    using size_type = std::size_t;
    using const_stepper = value_type const*; // xtensor asks what it would give when dereferenced
    static constexpr std::size_t arity = sizeof...(Operands);
    static constexpr bool contiguous_layout = false;

    /// xtensor's functions pass a functor of theirs first; the rule has taken its place.
    template <class Functor, class... X>
        requires(sizeof...(X) == sizeof...(Operands))
    explicit call_node(Functor const&, X&&... x)
        : operands_{{detail::store_as<Operands>(std::forward<X>(x))}...}
    {}

    auto const& operands() const noexcept { return operands_; }

    /// The values, at once.
    tensor<value_type> evaluate() const { return tensor<value_type>(*this); }

    auto dimension() const { return evaluate().dimension(); }

    auto shape() const { return shape_type(evaluate().shape()); }

    auto size() const { return evaluate().size(); }

    /// The only element; throws value_error where there are several.
    value_type item() const { return evaluate().item(); }

    /// The only truth value, to branch on.
    explicit operator bool() const
        requires std::same_as<value_type, bool>
    {
        return evaluate().item();
    }

    /// One element of the value.
    template <std::integral... I>
    value_type operator()(I... index) const
    {
        return evaluate()(index...);
    }

    /// The value as a container of xtensor's, computed by our engine: `xt::xarray<double> a = e;`.
    template <xtensor_container Container>
    operator Container() const
    {
        return evaluate();
    }

private:
    detail::held_operands<std::index_sequence_for<Operands...>, Operands...> operands_;
};
} // namespace xgrad
