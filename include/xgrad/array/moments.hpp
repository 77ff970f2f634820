#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/operation.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/engine/variance.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/ops/selection.hpp>

#include <cstddef>

// Variance and standard deviation.

namespace xgrad {
struct moment_options
{
    bool keep_dims = false; // reduced axes stay, with length 1
    std::size_t ddof = 0;   // the sum of squares is divided by the number of elements minus this
};

inline namespace XGRAD_ARCHITECTURE {
inline constexpr reduction variance_reduction{.name = "variance"};
} // namespace XGRAD_ARCHITECTURE

namespace detail {
template <class T, class X>
tensor<T> variance_of(
    X const& x,
    axes_argument const& axes,
    moment_options const& options,
    std::source_location const& where)
{
    return reduce<T, false>(
        x,
        variance_accumulator<T>{static_cast<T>(options.ddof)},
        {variance_reduction, axes, {.keep_dims = options.keep_dims}, false, where});
}
} // namespace detail

/// The variance Σ(x - x̄)² / (n - ddof) over all axes, or those given, in one pass.
/// ∂x = 2 (x - x̄) / (n - ddof).
template <array X>
tensor<floating_element<value_type_of<X>>> variance(
    X const& x,
    axes_argument const& axes = {},
    moment_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    if (!is_recording()) {
        return detail::variance_of<T>(x, axes, options, where);
    }
    tensor<T> const values = as_tensor(x, where);
    auto reverse = [axes, options, where](pullback& sweep) {
        if (sweep.wants(0)) {
            tensor<T> const x(sweep.operand(0));
            // The mean is part of the gradient: a gradient of the gradient flows through it too.
            auto const m = mean(x, axes, {.keep_dims = true}, where);
            auto const count = m.size() == 0 ? 0 : x.size() / m.size();
            auto const divisor = static_cast<T>(count) - static_cast<T>(options.ddof);
            tensor<T> const g = reshape(tensor<T>(sweep.incoming()), m.shape(), where);
            sweep.add(0, tensor<T>((x - m) * (g * (T(2) / divisor))).handle());
        }
    };
    return recorded(
        "variance",
        detail::within_operation(
            [&] { return detail::variance_of<T>(values, axes, options, where); }),
        std::array{&values.body()},
        {.operands = true},
        reverse,
        where,
        detail::runs_again_by<T>([axes, options, where](tensor<T> const& other) {
            return variance(other, axes, options, where);
        }));
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
