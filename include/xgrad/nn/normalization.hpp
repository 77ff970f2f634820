#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/norm.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad {
namespace detail {
/// A vector laid along one axis of an array of that rank. Throws shape_error where its length is
/// not the axis's.
template <class T>
tensor<T> along_axis(
    std::string_view name,
    tensor<T> const& v,
    shape_type const& shape,
    std::ptrdiff_t axis,
    std::source_location const& where)
{
    auto const place = normalize_axis(axis, shape.size(), name, where);
    if (v.dimension() != 1 || v.size() != shape[place]) {
        throw shape_error(
            std::string(name) + ": shapes " + to_string(shape) + " and " + to_string(v.shape()) +
            " do not fit: a vector of " + std::to_string(shape[place]) +
            " elements goes along axis " + std::to_string(axis) + at(where));
    }
    shape_type lengths(shape.size(), 1);
    lengths[place] = v.size();
    return reshape(v, lengths, where);
}

/// All axes but one.
inline std::vector<std::ptrdiff_t> other_axes(std::size_t rank, std::size_t axis)
{
    std::vector<std::ptrdiff_t> axes;
    for (std::size_t i = 0; i < rank; ++i) {
        if (i != axis) {
            axes.push_back(static_cast<std::ptrdiff_t>(i));
        }
    }
    return axes;
}

/// What makes x - mean have the variance 1, a statement of its own: there are many more elements
/// that are multiplied by it.
template <class T>
tensor<T>
inverse_deviation(tensor<T> const& variance, double eps, std::source_location const& where)
{
    return tensor<T>(rsqrt(variance + static_cast<T>(eps)), where);
}

/// Mean and (biased) variance over some axes, which stay with length 1.
template <class T>
struct normalizer
{
    tensor<T> mean;
    tensor<T> variance;

    normalizer(tensor<T> const& x, axes_argument const& axes, std::source_location const& where)
        : mean(xgrad::mean(x, axes, {.keep_dims = true}, where)),
          variance(xgrad::mean(square(x - mean), axes, {.keep_dims = true}, where))
    {}
};
} // namespace detail

namespace detail {
/// Throws shape_error where a factor or summand of x would make it larger, or does not fit.
template <class T>
void check_within(
    std::string_view name,
    std::string_view what,
    tensor<T> const& v,
    shape_type const& shape,
    std::source_location const& where)
{
    auto const rank = v.dimension();
    bool fits = rank <= shape.size();
    for (std::size_t i = 1; fits && i <= rank; ++i) {
        auto const length = v.shape()[rank - i];
        fits = length == 1 || length == shape[shape.size() - i];
    }
    if (!fits) {
        throw shape_error(
            std::string(name) + ": " + std::string(what) + " has shape " + to_string(v.shape()) +
            ", x " + to_string(shape) + "; it is shaped like the axes that are normalised" +
            at(where));
    }
}
} // namespace detail

struct layer_norm_options
{
    axes_argument axes = -1; // that are normalised together: the last ones
    double eps = 1e-5;       // added to the variance
};

/// (x - mean) / √(variance + eps) over the last axes. Ba, Kiros, Hinton 2016, Layer normalization.
template <array_operand X>
tensor<floating_element<value_type_of<X>>> layer_norm(
    X const& x,
    layer_norm_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    detail::one_statement const whole("layer_norm", where);
    detail::normalizer<T> const n(values, options.axes, where);
    auto const factor = detail::inverse_deviation(n.variance, options.eps, where);
    return tensor<T>((values - n.mean) * factor, where);
}

/// The same, times gamma plus beta, which are shaped like the axes that are normalised. Throws
/// shape_error where they do not fit.
template <array_operand X, array_operand Gamma, array_operand Beta>
tensor<floating_element<value_type_of<X>>> layer_norm(
    X const& x,
    Gamma const& gamma,
    Beta const& beta,
    layer_norm_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    tensor<T> const scale = as_tensor(gamma, where);
    tensor<T> const shift = as_tensor(beta, where);
    detail::check_within("layer_norm", "gamma", scale, values.shape(), where);
    detail::check_within("layer_norm", "beta", shift, values.shape(), where);
    detail::one_statement const whole("layer_norm", where);
    detail::normalizer<T> const n(values, options.axes, where);
    auto const factor = detail::inverse_deviation(n.variance, options.eps, where);
    return tensor<T>((values - n.mean) * factor * scale + shift, where);
}

struct batch_norm_options
{
    std::ptrdiff_t axis = 1; // of the channels: each is normalised by itself
    double eps = 1e-5;       // added to the variance
};

namespace detail {
/// The arguments of batch_norm, as they meet x.
template <class T>
class channel_normalizer
{
public:
    channel_normalizer(
        tensor<T> const& x, batch_norm_options const& options, std::source_location const& where)
        : x_(x), options_(options), where_(where)
    {}

    /// A vector of the channels, along their axis.
    tensor<T> along_channels(tensor<T> const& v) const
    {
        return along_axis<T>("batch_norm", v, x_.shape(), options_.axis, where_);
    }

    template <array_operand Gamma, array_operand Beta>
    tensor<T> operator()(
        tensor<T> const& mean,
        tensor<T> const& variance,
        Gamma const& gamma,
        Beta const& beta) const
    {
        auto const scale = along_channels(as_tensor(gamma, where_));
        auto const shift = along_channels(as_tensor(beta, where_));
        auto const factor = inverse_deviation(variance, options_.eps, where_);
        tensor<T> const slope(factor * scale, where_);
        return tensor<T>((x_ - mean) * slope + shift, where_);
    }

private:
    tensor<T> const& x_;
    batch_norm_options const& options_;
    std::source_location where_;
};
} // namespace detail

/// While learning: (x - mean) / √(variance + eps) gamma + beta, with the mean and the (biased)
/// variance of each channel in this batch. Ioffe and Szegedy 2015, Batch normalization. Throws
/// shape_error where gamma or beta are no vectors of the channels.
template <array_operand X, array_operand Gamma, array_operand Beta>
tensor<floating_element<value_type_of<X>>> batch_norm(
    X const& x,
    Gamma const& gamma,
    Beta const& beta,
    batch_norm_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    detail::one_statement const whole("batch_norm", where);
    auto const axis = normalize_axis(options.axis, values.dimension(), "batch_norm", where);
    detail::normalizer<T> const n(values, detail::other_axes(values.dimension(), axis), where);
    return detail::channel_normalizer(values, options, where)(n.mean, n.variance, gamma, beta);
}

/// Afterwards: with a mean and a variance of each channel that were found before.
template <
    array_operand X,
    array_operand Gamma,
    array_operand Beta,
    array_operand Mean,
    array_operand Variance>
tensor<floating_element<value_type_of<X>>> batch_norm(
    X const& x,
    Gamma const& gamma,
    Beta const& beta,
    Mean const& mean,
    Variance const& variance,
    batch_norm_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    detail::one_statement const whole("batch_norm", where);
    detail::channel_normalizer const n(values, options, where);
    return n(
        n.along_channels(as_tensor(mean, where)),
        n.along_channels(as_tensor(variance, where)),
        gamma,
        beta);
}

/// x plus a vector along one axis.
template <array_operand X, array_operand B>
tensor<floating_element<value_type_of<X>, value_type_of<B>>> bias_add(
    X const& x,
    B const& bias,
    std::ptrdiff_t axis = -1,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>, value_type_of<B>>;
    tensor<T> const values = as_tensor(x, where);
    detail::one_statement const whole("bias_add", where);
    return tensor<T>(
        values +
            detail::along_axis<T>("bias_add", as_tensor(bias, where), values.shape(), axis, where),
        where);
}

/// x / max(√Σ x², √eps) over some axes, or all: vectors of length 1.
template <array_operand X>
tensor<floating_element<value_type_of<X>>> l2_normalize(
    X const& x,
    axes_argument const& axes = {},
    double eps = 1e-12,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    detail::one_statement const whole("l2_normalize", where);
    auto const norm = norm_l2(values, axes, {.keep_dims = true}, where); // which does not overflow
    tensor<T> const length(maximum(norm, static_cast<T>(std::sqrt(eps))), where);
    return tensor<T>(values / length, where);
}
} // namespace xgrad
