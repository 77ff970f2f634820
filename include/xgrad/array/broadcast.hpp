#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/base/broadcast.hpp>

#include <vector>

// An array read as if it were a larger one, and the way back from it: each is the other's gradient.

namespace xgrad {
namespace detail {
inline void check_broadcast(
    std::string_view name,
    shape_type const& from,
    shape_type const& to,
    std::source_location const& where)
{
    auto wide = to;
    if (!broadcast_into(wide, from) || !same_shape(wide, to)) {
        throw shape_error(
            std::string(name) + ": shape " + to_string(from) + " does not broadcast to " +
            to_string(to) + at(where));
    }
}
} // namespace detail

/// Σ x over the axes along which `shape` would be broadcast to the shape of x: the result has that
/// shape. Throws shape_error where `shape` does not broadcast to it. ∂x = broadcast(g, x.shape()).
template <array_operand X>
tensor<value_type_of<X>> sum_to(
    X const& x,
    shape_argument const& shape,
    std::source_location where = std::source_location::current());

/// x with the given shape, by the rules of broadcasting: a view, which copies nothing. Throws
/// shape_error where the shape of x does not broadcast to it. ∂x = sum_to(g, x.shape()).
template <array_operand X>
tensor<value_type_of<X>> broadcast(
    X const& x,
    shape_argument const& shape,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    using T = value_type_of<X>;
    auto const& before = values.shape();
    detail::check_broadcast("broadcast", before, shape, where);
    auto strides = broadcast_strides(before, values.body().strides(), shape);
    auto const back = [before, where](tensor<T> const& g) { return sum_to(g, before, where); };
    auto const again = [after = shape.get(), where](tensor<T> const& other) {
        return broadcast(other, after, where);
    };
    return recorded_linear(
        "broadcast",
        tensor<T>(make_view(values.handle(), shape, std::move(strides), 0)),
        values,
        back,
        where,
        again);
}

template <array_operand X>
tensor<value_type_of<X>> sum_to(X const& x, shape_argument const& shape, std::source_location where)
{
    auto const values = as_tensor(x, where);
    using T = value_type_of<X>;
    auto const& before = values.shape();
    auto const& after = shape.get();
    detail::check_broadcast("sum_to", after, before, where);
    if (same_shape(before, after)) {
        return values;
    }
    auto const lead = before.size() - after.size();
    std::vector<std::ptrdiff_t> axes;
    for (std::size_t axis = 0; axis < before.size(); ++axis) {
        if (axis < lead || (after[axis - lead] == 1 && before[axis] != 1)) {
            axes.push_back(static_cast<std::ptrdiff_t>(axis));
        }
    }
    auto const total = detail::within_operation([&] {
        return tensor<T>(reshape(sum(values, axes, {.keep_dims = true}, where), after, where));
    });
    auto const back = [before, where](tensor<T> const& g) { return broadcast(g, before, where); };
    auto const again = [after, where](tensor<T> const& other) {
        return sum_to(other, after, where);
    };
    return recorded_linear("sum_to", total, values, back, where, again);
}
} // namespace xgrad
