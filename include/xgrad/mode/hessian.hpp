#pragma once

#include <xgrad/mode/jacobian.hpp>

// Second derivatives, by a tape that watches another tape's sweep.

namespace xgrad {
namespace detail {
/// Calls `second(tape, gradient, x)` with the gradient of the scalar f at x, recorded on `tape`.
template <class F, class T, class Second>
auto with_recorded_gradient(
    std::string_view mode,
    F&& f,
    tensor<T> const& x,
    std::source_location const& where,
    Second&& second)
{
    auto const argument = renamed(x);
    auto outer = create_tape();
    tensor<T> gradient;
    {
        auto inner = create_tape();
        auto const value = as_tensor(std::invoke(f, argument));
        require_scalar(value, mode, where);
        inner.record().know(value.body()); // also where it depends on nothing
        gradient = grad(inner, value, argument, {.unconnected = unconnected::zero}, where);
    }
    return second(outer, gradient, argument);
}
} // namespace detail

/// The second derivatives of the scalar f by every pair of elements of x: shape x.shape ++ x.shape.
/// x.size() reverse sweeps over the gradient's own record. Throws shape_error where the result of f
/// is not of rank 0.
template <class F, differentiable_element T>
tensor<T>
hessian(F&& f, tensor<T> const& x, std::source_location where = std::source_location::current())
{
    return detail::with_recorded_gradient(
        "hessian", f, x, where, [&](tape& t, tensor<T> const& g, tensor<T> const& argument) {
            return jacobian(t, g, argument, {.unconnected = unconnected::zero}, where);
        });
}

/// The Hessian of the scalar f at x times v, which is shaped like x: one reverse sweep over the
/// gradient's own record; the Hessian itself is never formed. Throws shape_error where the result
/// of f is not of rank 0, or v is not shaped like x.
template <class F, differentiable_element T>
tensor<T>
hvp(F&& f,
    tensor<T> const& x,
    std::type_identity_t<tensor<T>> const& v,
    std::source_location where = std::source_location::current())
{
    if (!same_shape(v.shape(), x.shape())) {
        throw shape_error(
            "hvp: the vector has shape " + to_string(v.shape()) + ", the argument " +
            to_string(x.shape()) + "; they must be equal" + at(where));
    }
    return detail::with_recorded_gradient(
        "hvp", f, x, where, [&](tape& t, tensor<T> const& g, tensor<T> const& argument) {
            return grad(t, g, argument, v, {.unconnected = unconnected::zero}, where);
        });
}

template <class F, class X>
    requires some_not_tensors<X>
auto hessian(F&& f, X const& x, std::source_location where = std::source_location::current())
{
    return hessian(std::forward<F>(f), as_tensor(x, where), where);
}

template <class F, class X, operand V>
    requires some_not_tensors<X>
auto hvp(
    F&& f, X const& x, V const& v, std::source_location where = std::source_location::current())
{
    return hvp(
        std::forward<F>(f),
        as_tensor(x, where),
        tensor<value_type_of<X>>(as_tensor(v, where)),
        where);
}
} // namespace xgrad
