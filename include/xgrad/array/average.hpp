#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/reduction.hpp>
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

/// 1, or 0 where x is NaN. ∂ = 0.
struct is_number_rule : arithmetic_rule
{
    static constexpr std::string_view name = "is_number";

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x == x, V(1), V(0));
    }

    static constexpr auto partials() { return constant_partial<0>{}; }
};

inline namespace XGRAD_ARCHITECTURE {
template <class T>
inline constexpr auto average_reduction = renamed(sum_reduction<T>, "average");
template <class T>
inline constexpr auto nansum_reduction = renamed(sum_reduction<T>, "nansum");
template <class T>
inline constexpr auto nanmean_reduction = renamed(sum_reduction<T>, "nanmean");
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
    auto const e = detail::reduced_operand<T>(x);
    auto const w = detail::reduced_operand<T>(weights);
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
    auto const list = axes.list(shape.size(), "average");
    if (list.size() != 1 || given.size() != 1 || given[0] != shape[list[0]]) {
        throw shape_error(
            "average: weights of shape " + to_string(given) + " for shape " + to_string(shape) +
            "; they have that shape, or are a vector along the only axis" + at(where));
    }
    shape_type along(shape.size(), 1);
    along[list[0]] = given[0];
    return ratio(reshape(w, along, where));
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
    auto const e = detail::reduced_operand<T>(x);
    vectorized::reduction_call const call{nanmean_reduction<T>, axes, options, false, where};
    auto const total =
        detail::reduce<T, true>(xgrad::call<skip_nan_rule>(e), sum_accumulator<T>, call);
    auto const count =
        detail::reduce<T, false>(xgrad::call<is_number_rule>(e), sum_accumulator<T>, call);
    return tensor<T>(total / count, where);
}
} // namespace xgrad
