#pragma once

#include <xgrad/array/looking_at_values.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/ops/cast.hpp>
#include <xgrad/ops/comparison.hpp>

// Means in which elements count differently, or not at all.

namespace xgrad {
/// x, or 0 where it is NaN. ∂ = 1, 0 where x is NaN.
struct skip_nan_rule : arithmetic_rule
{
    static constexpr std::string_view name = "skip_nan";

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x == x, x, V(0));
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return gate(x == x);
    }
};

inline namespace XGRAD_ARCHITECTURE {
template <class T>
inline constexpr auto nansum_reduction =
    vectorized::repeatable<T, &sum_accumulator<T>>({.name = "nansum"});
} // namespace XGRAD_ARCHITECTURE

/// Σ w x / Σ w over all axes, or those given. The weights have the shape of x, or are a vector
/// along the only axis. Throws shape_error where they do not fit.
template <array X, array W>
auto average(
    X const& x,
    W const& weights,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>, value_type_of<W>>;
    tensor<T> const values = as_tensor(x, where);
    tensor<T> w = as_tensor(weights, where);
    if (!same_shape(w.shape(), values.shape())) {
        auto const list = axes.list(values.dimension(), "average");
        if (list.size() != 1 || w.dimension() != 1 || w.size() != values.shape()[list[0]]) {
            throw shape_error(
                "average: weights of shape " + to_string(w.shape()) + " for shape " +
                to_string(values.shape()) +
                "; they have that shape, or are a vector along the only axis" + at(where));
        }
        shape_type shape(values.dimension(), 1);
        shape[list[0]] = w.size();
        w = reshape(w, shape, where);
    }
    auto const total = sum(values * w, axes, options, where);
    auto const weight = sum(w, axes, options, where);
    return tensor<T>(total / weight, where);
}

/// Σ x over the elements that are not NaN, over all axes or those given.
template <array X>
auto nansum(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    return detail::reduce<T, true>(
        call<skip_nan_rule>(x),
        sum_accumulator<T>,
        {nansum_reduction<T>, axes, options, false, where});
}

/// The mean of the elements that are not NaN, over all axes or those given; NaN where all are.
template <array X>
tensor<detail::reduced_element<X, true>> nanmean(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    tensor<T> const values = as_tensor(x, where);
    // How many there are is a constant to the gradient, but not to another x.
    auto const compute = [&](tensor<T> const& v) {
        auto const total = nansum(v, axes, options, where);
        auto const count = with_no_grad([&] { return sum(cast<T>(v == v), axes, options, where); });
        return tensor<T>(total / count, where);
    };
    auto const again = [axes, options, where](tensor<T> const& other) {
        return nanmean(other, axes, options, where);
    };
    return detail::looking_at_values("nanmean", where, compute, again, values);
}
} // namespace xgrad
