#pragma once

#include <xgrad/base/element_type.hpp>
#include <xgrad/base/xtensor/expression.hpp>

#include <concepts>
#include <type_traits>

namespace xgrad {
/// The tag by which xtensor's functions recognise our operands.
struct expression_tag
{};

template <class T = double>
class tensor;

template <class Rule, class... Operands>
class call_node;

/// A number in an expression.
template <tensor_element T>
struct scalar_operand
{
    using value_type = T;
    T value;
};

template <class X>
inline constexpr bool is_tensor = false;

template <class T>
inline constexpr bool is_tensor<tensor<T>> = true;

template <class X>
inline constexpr bool is_node = false;

template <class R, class... X>
inline constexpr bool is_node<call_node<R, X...>> = true;

template <class X>
inline constexpr bool is_scalar = false;

template <class T>
inline constexpr bool is_scalar<scalar_operand<T>> = true;

/// A tensor or an expression over tensors.
template <class X>
concept expression = is_tensor<std::remove_cvref_t<X>> || is_node<std::remove_cvref_t<X>>;

/// Any expression of xtensor's that is not ours; it enters our expressions as a constant.
template <class X>
concept foreign_expression = !expression<X> && xt::is_xexpression<std::remove_cvref_t<X>>::value;

/// xt::xarray, xt::xtensor and the like: what an expression of ours can be assigned to.
template <class X>
concept xtensor_container = xt::has_container_semantics<X>::value;

/// What an elementwise function takes.
template <class X>
concept operand = expression<X> || foreign_expression<X> || arithmetic<std::remove_cvref_t<X>>;

/// What an array function takes: any operand that is not a bare number.
template <class X>
concept array_operand = expression<X> || foreign_expression<X>;

/// Arguments of a function that takes tensors, of which some are expressions to be computed first.
template <class... X>
concept some_expressions = (array_operand<X> && ...) && (!is_tensor<std::remove_cvref_t<X>> || ...);

/// The same, where they may be numbers too: tensors of rank 0.
template <class... X>
concept some_not_tensors = (operand<X> && ...) && (!is_tensor<std::remove_cvref_t<X>> || ...);

/// Arguments of one of our elementwise functions: at least one of them is an array.
template <class... X>
concept operands = (operand<X> && ...) && (array_operand<X> || ...);

/// Arguments of one of our operators: at least one of them is ours.
template <class... X>
concept own_operands = (operand<X> && ...) && (expression<X> || ...);

namespace detail {
template <class X>
struct stored_operand
{
    using type = X;
};

template <arithmetic X>
struct stored_operand<X>
{
    using type = scalar_operand<element_for<X>>;
};

template <foreign_expression X>
struct stored_operand<X>
{
    using type = tensor<element_for<typename X::value_type>>;
};
} // namespace detail

/// How a node holds an argument: a tensor handle, a node or a number, by value.
template <class X>
using stored_as = typename detail::stored_operand<std::remove_cvref_t<X>>::type;

/// The element type of any operand.
template <operand X>
using value_type_of = typename stored_as<X>::value_type;
} // namespace xgrad
