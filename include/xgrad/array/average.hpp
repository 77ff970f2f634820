#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/tape/one_statement.hpp>

// A mean in which elements count differently.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
template <class T>
inline constexpr auto average_reduction = renamed(sum_reduction<T>, "average");
} // namespace XGRAD_ARCHITECTURE

/// Σ w x / Σ w over all axes, or those given. The weights have the shape of x, or are a vector
/// along the only axis. Throws shape_error where they do not fit.
template <array_operand X, array_operand W>
auto average(
    X const& x,
    W const& weights,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>, value_type_of<W>>;
    detail::one_statement const whole("average", where);
    auto const& e = detail::reduced_operand<T>(x);
    auto const& w = detail::reduced_operand<T>(weights);
    auto const total = [&](auto const& v) {
        return detail::reduce<T, true>(
            v, sum_accumulator<T>, {average_reduction<T>, axes, options, false, where});
    };
    auto const ratio = [&](auto const& weight) {
        return tensor<T>(total(e * weight) / total(weight), where);
    };
    auto const shape = detail::shape_of(e, where);
    auto const given = detail::shape_of(w, where);
    if (same_shape(given, shape)) {
        return ratio(w);
    }
    auto const list = axes.list(shape.size(), "average", where);
    if (list.size() != 1 || given.size() != 1 || given[0] != shape[list[0]]) {
        throw shape_error(
            "average: weights of shape " + to_string(given) + " for shape " + to_string(shape) +
            "; they have that shape, or are a vector along the only axis" + at(where));
    }
    shape_type along(shape.size(), 1);
    along[list[0]] = given[0];
    return ratio(reshape(w, along, where));
}
} // namespace xgrad
