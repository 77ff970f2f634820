#pragma once

#include <xgrad/array/reduction.hpp>
#include <xgrad/array/view.hpp>
#include <xgrad/ops/comparison.hpp>

// Reductions of truth values, which count them.

namespace xgrad {
/// How many elements are not zero (a NaN is not), over all axes or those given; in int64.
template <array X>
tensor<std::int64_t> count_nonzero(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    if constexpr (std::same_as<value_type_of<X>, bool>) {
        return sum(x, axes, options, where);
    } else {
        return sum(x != value_type_of<X>(0), axes, options, where);
    }
}

/// True where some element is not zero; false over no elements.
template <array X>
tensor<bool>
any(X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return tensor<bool>(count_nonzero(x, axes, options, where) > std::int64_t{0}, where);
}

/// True where no element is zero; true over no elements. (Without an argument, `all()` is a slice.)
template <array X>
tensor<bool>
all(X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return tensor<bool>(
        count_nonzero(x == value_type_of<X>(0), axes, options, where) == std::int64_t{0}, where);
}
} // namespace xgrad
