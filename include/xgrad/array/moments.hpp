#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/operation.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/ops/selection.hpp>

#include <cstddef>

// Variance and standard deviation, in two passes: the mean, then the squares of what is left.

namespace xgrad {
struct moment_options
{
    bool keep_dims = false; // reduced axes stay, with length 1
    std::size_t ddof = 0;   // the sum of squares is divided by the number of elements minus this
};

namespace detail {
/// Σ (x - m)² / divisor over the axes of which m is the mean. ∂x = 2 (x - m) / divisor; m itself
/// gets nothing, because the deviations from a mean add up to nothing: it is no operand, but
/// the gradient reads it, and a gradient of the gradient reaches x through it too.
template <class T>
tensor<T> variance_about(
    tensor<T> const& x,
    tensor<T> const& m,
    axes_argument const& axes,
    T divisor,
    bool keep_dims,
    std::source_location const& where)
{
    auto const value = with_no_grad([&] {
        return tensor<T>(sum(square(x - m), axes, {.keep_dims = keep_dims}, where) / divisor);
    });
    auto reverse = [m, divisor, where](pullback& sweep) {
        if (sweep.wants(0)) {
            tensor<T> const x(sweep.operand(0));
            tensor<T> const g = reshape(tensor<T>(sweep.incoming()), m.shape(), where);
            sweep.add(0, tensor<T>((x - m) * (g * (T(2) / divisor))).handle());
        }
    };
    return recorded("variance", value, std::array{&x.body()}, {.operands = true}, reverse, where);
}
} // namespace detail

/// The variance Σ(x - x̄)² / (n - ddof) over all axes, or those given. ∂x = 2 (x - x̄) / (n - ddof).
template <array X>
auto variance(
    X const& x,
    axes_argument const& axes = {},
    moment_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    axes.of(values.dimension(), "variance"); // an error names the variance, not its mean
    auto const m = mean(values, axes, {.keep_dims = true}, where);
    auto const count = m.size() == 0 ? 0 : values.size() / m.size();
    auto const divisor = static_cast<T>(count) - static_cast<T>(options.ddof);
    return detail::variance_about(values, m, axes, divisor, options.keep_dims, where);
}

/// The standard deviation √variance over all axes, or those given. ∂x = (x - x̄) / ((n - ddof) σ),
/// 0 where all elements are equal.
template <array X>
auto stddev(
    X const& x,
    axes_argument const& axes = {},
    moment_options const& options = {},
    std::source_location where = std::source_location::current())
{
    auto const v = variance(x, axes, options, where);
    using T = typename std::remove_cvref_t<decltype(v)>::value_type;
    return tensor<T>(xgrad::where(v == T(0), T(0), sqrt(v)), where);
}
} // namespace xgrad
