#pragma once

#include <xgrad/array/count.hpp>
#include <xgrad/array/view.hpp>
#include <xgrad/ops/comparison.hpp>

#include <algorithm>

// Reductions of truth values, which count them.

namespace xgrad {
/// How many elements are not zero (a NaN is not), over all axes or those given; in int64.
template <array_operand X>
tensor<std::int64_t> count_nonzero(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    auto const count = [&](tensor<bool> const& truth) {
        return detail::count_of(truth, axes, options, "count_nonzero", where);
    };
    if constexpr (std::same_as<value_type_of<X>, bool>) {
        return count(as_tensor(x, where));
    } else {
        return count(tensor<bool>(as_tensor(x, where) != value_type_of<X>(0), where));
    }
}

/// True where some element is not zero; false over no elements.
template <array_operand X>
tensor<bool>
any(X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return tensor<bool>(count_nonzero(x, axes, options, where) > std::int64_t{0}, where);
}

/// True where no element is zero, over the given axes; true over no elements.
template <array_operand X>
tensor<bool>
all(X const& x,
    axes_argument const& axes,
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    if constexpr (std::same_as<value_type_of<X>, bool>) {
        auto const truth = as_tensor(x, where);
        auto const counts = count_nonzero(truth, axes, options, where);
        auto const all_of_them = truth.size() / std::max<std::size_t>(counts.size(), 1);
        return tensor<bool>(counts == static_cast<std::int64_t>(all_of_them), where);
    } else {
        auto const zeros = count_nonzero(x == value_type_of<X>(0), axes, options, where);
        return tensor<bool>(zeros == std::int64_t{0}, where);
    }
}

/// The same over all axes. (Without an argument `all()` is a slice of xtensor's; its parameters are
/// those of `xt::all(x)`, which it is preferred to.)
template <class X>
    requires array_operand<X>
tensor<bool> all(X&& x)
{
    return all(x, axes_argument());
}
} // namespace xgrad
