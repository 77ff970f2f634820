#pragma once

#include <xgrad/mode/value_and_grad.hpp>

#include <memory>
#include <tuple>
#include <utility>

namespace xgrad {
/// The way back of one evaluation of a function: called with an adjoint shaped like the value, it
/// gives the adjoints of the arguments (a tensor for one, a tuple for several), as often as it is
/// called.
template <class Value, class... T>
class pullback_function
{
public:
    pullback_function(std::shared_ptr<tape> t, Value value, std::tuple<tensor<T>...> arguments)
        : tape_(std::move(t)), value_(std::move(value)), arguments_(std::move(arguments))
    {}

    /// Throws shape_error where `adjoint` is not shaped like the value.
    auto operator()(
        Value const& adjoint, std::source_location where = std::source_location::current()) const
    {
        auto gradients = std::apply(
            [&](auto const&... argument) {
                return grad(
                    *tape_,
                    value_,
                    wrt(argument...),
                    adjoint,
                    {.unconnected = unconnected::zero},
                    where);
            },
            arguments_);
        if constexpr (sizeof...(T) == 1) {
            return std::get<0>(std::move(gradients));
        } else {
            return gradients;
        }
    }

private:
    std::shared_ptr<tape> tape_;
    Value value_;
    std::tuple<tensor<T>...> arguments_;
};

/// A value and its pullback.
template <class Value, class Pullback>
struct value_with_pullback
{
    Value value;
    Pullback pullback;
};

/// The vector-Jacobian product of f at x...: `auto [value, pullback] = vjp(f, x);`, then
/// `pullback(v)` is vᵀ J. f runs once.
template <class F, tensor_element... T>
auto vjp(F&& f, tensor<T> const&... x)
{
    std::tuple<tensor<T>...> arguments{detail::renamed(x)...};
    auto recorder = std::make_shared<tape>(create_tape({.persistent = true}));
    auto value = std::apply(
        [&](auto const&... argument) { return as_tensor(std::invoke(f, argument...)); }, arguments);
    recorder->record().know(value.body()); // also where it depends on nothing
    recorder->suspend();                   // active only while f runs
    pullback_function<decltype(value), T...> pullback(
        std::move(recorder), value, std::move(arguments));
    return value_with_pullback<decltype(value), decltype(pullback)>{
        std::move(value), std::move(pullback)};
}

template <class F, class... X>
    requires some_not_tensors<X...>
auto vjp(F&& f, X const&... x)
{
    return vjp(std::forward<F>(f), as_tensor(x, {})...);
}
} // namespace xgrad
