#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/mode/grad.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace xgrad {
/// A value and the gradients by each argument.
template <class Value, class Gradients>
struct value_with_gradients
{
    Value value;
    Gradients gradients;
};

namespace detail {
template <class T>
void require_scalar(
    tensor<T> const& value, std::string_view mode, std::source_location const& where)
{
    if (value.dimension() != 0) {
        throw shape_error(
            std::string(mode) + ": the function returned shape " + to_string(value.shape()) +
            "; it must return a scalar of rank 0, as sum(...) does" + at(where));
    }
}
} // namespace detail

namespace detail {
/// The argument under a name of its own, so that the same tensor given twice is two arguments.
/// Other tapes follow it to what it came from.
template <class T>
tensor<T> renamed(tensor<T> const& x)
{
    auto const itself = [](tensor<T> const& g) { return g; };
    auto const again = [](tensor<T> const& other) { return renamed(other); };
    return recorded_linear("argument", same_values(x), x, itself, std::source_location(), again);
}
} // namespace detail

/// f(x...) and its gradients by every x: `auto [value, gradients] = value_and_grad(f, x, y);`.
/// f takes and returns tensors (an expression is evaluated). Throws shape_error where its result is
/// not of rank 0. Arguments on which f does not depend get zeros.
template <class F, tensor_element... T>
auto value_and_grad(F&& f, tensor<T> const&... x)
{
    std::source_location const where; // after a list of arguments it cannot be had
    std::tuple<tensor<T>...> const arguments{detail::renamed(x)...};
    auto t = create_tape();
    auto const value = std::apply(
        [&](auto const&... argument) { return as_tensor(std::invoke(f, argument...)); }, arguments);
    detail::require_scalar(value, "value_and_grad", where);
    t.record().know(value.body()); // also where it depends on nothing
    auto gradients = std::apply(
        [&](auto const&... argument) {
            return grad(t, value, wrt(argument...), {.unconnected = unconnected::zero}, where);
        },
        arguments);
    return value_with_gradients<std::remove_cvref_t<decltype(value)>, decltype(gradients)>{
        value, std::move(gradients)};
}

/// Expressions as arguments are computed first, and numbers are tensors of rank 0, by this and by
/// the functions below.
template <class F, class... X>
    requires some_not_tensors<X...>
auto value_and_grad(F&& f, X const&... x)
{
    return value_and_grad(std::forward<F>(f), as_tensor(x, {})...);
}

namespace detail {
/// A tensor for one argument, a tuple for several.
template <class Value, class... T>
auto gradients_alone(value_with_gradients<Value, std::tuple<tensor<T>...>> result)
{
    if constexpr (sizeof...(T) == 1) {
        return std::get<0>(std::move(result.gradients));
    } else {
        return std::move(result.gradients);
    }
}
} // namespace detail

/// The same of a function of a list of tensors (the parameters of a model), with a list of
/// gradients.
template <class F, differentiable_element T>
auto value_and_grad(F&& f, std::vector<tensor<T>> const& x)
{
    std::source_location const where;
    std::vector<tensor<T>> arguments;
    for (auto const& one : x) {
        arguments.push_back(detail::renamed(one));
    }
    auto t = create_tape();
    auto const value = as_tensor(std::invoke(f, std::as_const(arguments)));
    detail::require_scalar(value, "value_and_grad", where);
    t.record().know(value.body());
    auto gradients = grad(t, value, arguments, {.unconnected = unconnected::zero}, where);
    return value_with_gradients<std::remove_cvref_t<decltype(value)>, std::vector<tensor<T>>>{
        value, std::move(gradients)};
}

/// The gradients of f at x...: a tensor for one argument, a tuple for several; for a list of
/// tensors a list.
template <class F, tensor_element... T>
auto gradient(F&& f, tensor<T> const&... x)
{
    return detail::gradients_alone(value_and_grad(std::forward<F>(f), x...));
}

template <class F, class... X>
    requires some_not_tensors<X...>
auto gradient(F&& f, X const&... x)
{
    return gradient(std::forward<F>(f), as_tensor(x, {})...);
}

template <class F, differentiable_element T>
auto gradient(F&& f, std::vector<tensor<T>> const& x)
{
    return value_and_grad(std::forward<F>(f), x).gradients;
}
} // namespace xgrad
