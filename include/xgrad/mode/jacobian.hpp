#pragma once

#include <xgrad/array/concatenate.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/mode/vjp.hpp>

#include <utility>

// Jacobians, a row a sweep: the cost is that of y.size() gradients (batch_jacobian: of y.size()
// divided by the number of rows).

namespace xgrad {
namespace detail {
/// Sweeps once for each of `count` seeds and stacks the gradients: element (k, ...) of what
/// `finish` makes the result of is the gradient for seed k.
template <class T, class S, class Seed, class Finish>
tensor<S> stacked_gradients(
    tape& t,
    tensor<T> const& target,
    tensor<S> const& source,
    std::size_t count,
    Seed&& seed,
    Finish&& finish,
    grad_options const& options,
    std::source_location const& where)
{
    t.check_thread("jacobian", where);
    auto result = t.stop_recording([&] {
        std::vector<tensor<S>> rows;
        for (std::size_t k = 0; k < count; ++k) {
            sweep_target from{&target.body(), seed(k)};
            body_pointer row;
            sweep_once(t, {&from, 1}, std::array{&source.body()}, options, {&row, 1}, where);
            rows.emplace_back(std::move(row));
        }
        if (rows.empty()) {
            shape_type shape{0};
            for (auto const length : source.shape()) {
                shape.push_back(length);
            }
            return finish(tensor<S>(make_body(type_of<S>, shape)));
        }
        return finish(stack(rows));
    });
    if (!t.record().options().persistent) {
        t.record().consume();
    }
    return result;
}
} // namespace detail

/// ∂y/∂x for every pair of elements: shape y.shape ++ x.shape. Throws tape_error where the tape
/// does not hold y, unconnected_error where y does not depend on x (zeros on request). A tape that
/// is not persistent is empty afterwards.
template <differentiable_element T, differentiable_element S>
tensor<S> jacobian(
    tape& t,
    tensor<T> const& y,
    tensor<S> const& x,
    grad_options const& options = {},
    std::source_location where = std::source_location::current())
{
    auto shape = y.shape();
    for (auto const length : x.shape()) {
        shape.push_back(length);
    }
    return detail::stacked_gradients(
        t,
        y,
        x,
        y.size(),
        [&](std::size_t k) {
            auto one = filled_body(type_of<T>, y.shape(), 0);
            one->template elements<T>()[k] = 1;
            return one;
        },
        [&](tensor<S> const& rows) { return reshape(rows, shape, where); },
        options,
        where);
}

/// A y that is an expression is computed, and recorded, first.
template <class Y, differentiable_element S>
    requires some_expressions<Y>
auto jacobian(
    tape& t,
    Y const& y,
    tensor<S> const& x,
    grad_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return jacobian(t, as_tensor(y, where), x, options, where);
}

/// ∂y/∂x for arrays whose leading axis counts independent rows (row i of y depends on row i of x
/// alone): shape {rows} ++ y's other axes ++ x's other axes. Throws shape_error where the leading
/// axes differ, and otherwise as `jacobian`.
template <differentiable_element T, differentiable_element S>
tensor<S> batch_jacobian(
    tape& t,
    tensor<T> const& y,
    tensor<S> const& x,
    grad_options const& options = {},
    std::source_location where = std::source_location::current())
{
    if (y.dimension() == 0 || x.dimension() == 0 || y.shape(0) != x.shape(0)) {
        throw shape_error(
            "batch_jacobian: shapes " + to_string(y.shape()) + " and " + to_string(x.shape()) +
            " have no leading axis in common, which counts the rows" + at(where));
    }
    auto const rows = y.shape(0);
    auto const columns = rows == 0 ? 0 : y.size() / rows;
    auto shape = y.shape();
    for (std::size_t axis = 1; axis < x.dimension(); ++axis) {
        shape.push_back(x.shape()[axis]);
    }
    return detail::stacked_gradients(
        t,
        y,
        x,
        columns,
        [&](std::size_t k) {
            auto ones = filled_body(type_of<T>, y.shape(), 0);
            for (std::size_t row = 0; row < rows; ++row) {
                ones->template elements<T>()[row * columns + k] = 1;
            }
            return ones;
        },
        // The seeds' axis goes behind the rows'.
        [&](tensor<S> const& seeds) { return reshape(swapaxes(seeds, 0, 1), shape, where); },
        options,
        where);
}

/// A y that is an expression is computed, and recorded, first.
template <class Y, differentiable_element S>
    requires some_expressions<Y>
auto batch_jacobian(
    tape& t,
    Y const& y,
    tensor<S> const& x,
    grad_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return batch_jacobian(t, as_tensor(y, where), x, options, where);
}

/// The Jacobian of f at x.
template <class F, differentiable_element S>
auto jacobian(
    F&& f, tensor<S> const& x, std::source_location where = std::source_location::current())
{
    auto const argument = detail::renamed(x);
    auto t = create_tape();
    auto const y = as_tensor(std::invoke(f, argument));
    t.record().know(y.body()); // also where it depends on nothing
    return jacobian(t, y, argument, {.unconnected = unconnected::zero}, where);
}

template <class F, class X>
    requires some_not_tensors<X>
auto jacobian(F&& f, X const& x, std::source_location where = std::source_location::current())
{
    return jacobian(std::forward<F>(f), as_tensor(x, where), where);
}
} // namespace xgrad
