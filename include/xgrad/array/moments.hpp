#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/ops/selection.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

// Variance and standard deviation, in two passes: the mean, then the squares of what is left.

namespace xgrad {
struct moment_options
{
    bool keep_dims = false; // reduced axes stay, with length 1
    std::size_t ddof = 0;   // the sum of squares is divided by the number of elements minus this
};

namespace detail {
/// The deviations from the mean, and what is known of them.
template <class T>
struct deviations
{
    tensor<T> values;
    tensor<T> mean; // with the reduced axes kept as length 1
    T divisor;
    shape_type result;

    deviations(
        tensor<T> const& x,
        axes_argument const& axes,
        moment_options const& options,
        std::string_view name,
        std::source_location const& where)
        : values(x),
          mean(xgrad::mean(x, axes, {.keep_dims = true}, where)),
          result(reduced_shape(x.shape(), axes.of(x.dimension(), name), options.keep_dims))
    {
        auto const count = mean.size() == 0 ? 0 : x.size() / mean.size();
        divisor = static_cast<T>(count) - static_cast<T>(options.ddof);
    }

    tensor<T> variance(axes_argument const& axes, std::source_location const& where) const
    {
        return sum(square(values - mean), axes, {.keep_dims = true}, where) / divisor;
    }

    /// `value` records as the result of `name`; `factor(g)` times a deviation is its gradient.
    template <class Factor>
    tensor<T> record(
        std::string_view name,
        tensor<T> const& value,
        Factor const& factor,
        std::source_location const& where) const
    {
        auto reverse = [mean = mean, factor](pullback& sweep) {
            if (sweep.wants(0)) {
                no_grad const guard;
                tensor<T> const g(reshaped(dense(sweep.incoming()), mean.shape()));
                tensor<T> const f = factor(g);
                tensor<T> const x(sweep.operand(0));
                sweep.add(0, tensor<T>((x - mean) * f).handle());
            }
        };
        return recorded(
            name,
            tensor<T>(reshaped(value.handle(), result)),
            std::array{&values.body()},
            {.operands = true},
            reverse,
            where);
    }
};

/// A function of the variance: `value(variance)`, whose gradient is a deviation from the mean times
/// `factor(g, value, n - ddof)`.
template <class X, class Value, class Factor>
auto moment(
    std::string_view name,
    X const& x,
    axes_argument const& axes,
    moment_options const& options,
    Value const& value,
    Factor const& factor,
    std::source_location const& where)
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    auto const [d, result] = with_no_grad([&] {
        deviations<T> parts(values, axes, options, name, where);
        tensor<T> v = value(parts.variance(axes, where));
        return std::pair(std::move(parts), std::move(v));
    });
    auto const scale = [result = result, divisor = d.divisor, factor](tensor<T> const& g) {
        return tensor<T>(factor(g, result, divisor));
    };
    return d.record(name, result, scale, where);
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
    auto const itself = [](auto const& variance) { return variance; };
    auto const factor = []<class T>(tensor<T> const& g, tensor<T> const&, T divisor) {
        return g * (T(2) / divisor);
    };
    return detail::moment("variance", x, axes, options, itself, factor, where);
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
    auto const root = [](auto const& variance) { return sqrt(variance); };
    auto const factor = []<class T>(tensor<T> const& g, tensor<T> const& sigma, T divisor) {
        return xgrad::where(sigma == T(0), T(0), g / (sigma * divisor));
    };
    return detail::moment("stddev", x, axes, options, root, factor, where);
}
} // namespace xgrad
