#pragma once

#include <xgrad/mode/forward_sweep.hpp>
#include <xgrad/mode/value_and_grad.hpp>

// Forward mode: f runs once, and its record is swept in the order in which it was made.

namespace xgrad {
/// A value and its tangent.
template <class Value>
struct value_with_tangent
{
    Value value;
    Value tangent;
};

/// The value of f at the primals and its derivative in the direction of the tangents (the
/// Jacobian-vector product): `auto [value, tangent] = jvp(f, std::tuple(x, y), std::tuple(u, v));`.
/// Throws shape_error where a tangent is not shaped like its primal.
template <class F, tensor_element... T>
auto jvp(
    F&& f,
    std::tuple<tensor<T>...> const& primals,
    std::type_identity_t<std::tuple<tensor<T>...>> const& tangents,
    std::source_location where = std::source_location::current())
{
    static_assert(
        (differentiable_element<T> && ...),
        "xgrad: a tensor of integers or truth values has no tangent; the primals of jvp must be "
        "tensor<double> or tensor<float>");
    auto const arguments =
        std::apply([](auto const&... x) { return std::tuple(detail::renamed(x)...); }, primals);
    auto t = create_tape({.persistent = true});
    auto const value = std::apply(
        [&](auto const&... argument) {
            (t.record().know(argument.body()), ...); // f may return one of them
            return as_tensor(std::invoke(f, argument...));
        },
        arguments);
    using Value = std::remove_cvref_t<decltype(value)>;
    t.suspend();
    detail::forward_sweep<tape> sweep(t.record());
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        auto const start = [&](auto const& x, auto const& tangent) {
            if (!same_shape(x.shape(), tangent.shape())) {
                throw shape_error(
                    "jvp: a tangent has shape " + to_string(tangent.shape()) + ", its primal " +
                    to_string(x.shape()) + "; they must be equal" + at(where));
            }
            sweep.start_from(x.body(), tangent.handle());
        };
        (start(std::get<I>(arguments), std::get<I>(tangents)), ...);
    }(std::index_sequence_for<T...>{});
    sweep.run();
    auto const tangent = sweep.tangent_of(value.body());
    return value_with_tangent<Value>{
        value,
        tangent ? Value(tangent)
                : Value(filled_body(type_of<typename Value::value_type>, value.shape(), 0))};
}

template <class F, tensor_element T>
auto jvp(
    F&& f,
    tensor<T> const& primal,
    std::type_identity_t<tensor<T>> const& tangent,
    std::source_location where = std::source_location::current())
{
    return jvp(std::forward<F>(f), std::tuple(primal), std::tuple(tangent), where);
}

template <class F, class X, operand V>
    requires some_not_tensors<X>
auto jvp(
    F&& f,
    X const& primal,
    V const& tangent,
    std::source_location where = std::source_location::current())
{
    return jvp(
        std::forward<F>(f),
        as_tensor(primal, where),
        tensor<value_type_of<X>>(as_tensor(tangent, where)),
        where);
}

template <class F, tensor_element... T>
auto jvp(
    F&& f,
    source_list<T...> const& primals,
    std::type_identity_t<source_list<T...>> const& tangents,
    std::source_location where = std::source_location::current())
{
    return jvp(std::forward<F>(f), primals.tensors, tangents.tensors, where);
}
} // namespace xgrad
