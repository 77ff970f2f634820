#pragma once

#include <xgrad/array/matmul.hpp>
#include <xgrad/nn/convolution_part.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/nn/window.hpp>
#include <xgrad/tape/one_statement.hpp>

namespace xgrad {
struct conv1d_options
{
    std::size_t stride = 1;
    std::size_t padding = 0; // zeros on both sides
    std::size_t dilation = 1;
    std::size_t groups = 1; // of channels, which do not see each other
};

struct conv2d_options
{
    extent_2d stride = 1;
    extent_2d padding = 0; // zeros on all sides
    extent_2d dilation = 1;
    std::size_t groups = 1; // of channels, which do not see each other
};

namespace detail {
inline void check_convolution(
    std::string_view name,
    shape_type const& x,
    shape_type const& weights,
    std::size_t rank,
    std::size_t groups,
    std::source_location const& where)
{
    auto const fail = [&](std::string const& why) {
        throw shape_error(
            std::string(name) + ": shapes " + to_string(x) + " and " + to_string(weights) +
            " do not fit: " + why + at(where));
    };
    if (x.size() != rank || weights.size() != rank) {
        fail(
            rank == 4 ? "they are images {n, channels, height, width} and weights "
                        "{filters, channels, height, width}"
                      : "they are signals {n, channels, width} and weights "
                        "{filters, channels, width}");
    }
    if (groups == 0) {
        fail("the channels are in 0 groups; there is at least one");
    }
    if (x[1] != weights[1] * groups || weights[0] % groups != 0) {
        fail(
            "there are " + std::to_string(x[1]) + " channels, and in " + std::to_string(groups) +
            " group(s) weights for " + std::to_string(weights[1]) + " and " +
            std::to_string(weights[0]) + " filters");
    }
}

/// Without copies of the windows. A product of matrices is faster where it is large, and where a
/// line of results fills no register: gradients of 64 filters of 64 channels take 39 ms by it and
/// 59 directly (16 images of 28 x 28), those of 16 filters of 16 channels 4.0 and 2.6. Images of
/// few positions are not worth a piece each (signals of 32 take twice the time directly, of 64 the
/// same, their gradients in float a fifth more), and windows with gaps between them read little of
/// what would be copied.
inline bool convolves_directly(convolution_form const& form) noexcept
{
    constexpr std::size_t shortest = 16;
    constexpr std::size_t fewest = 64;
    constexpr std::size_t most = 1024;
    auto const& [rows, columns] = form.windows;
    auto const products = form.channels * form.filters;
    return columns.count >= shortest && form.windows.positions() >= fewest &&
        rows.stride <= rows.kernel && columns.stride <= columns.kernel && products > 0 &&
        products <= most;
}

template <class T>
tensor<T> convolve(
    std::string_view name,
    tensor<T> const& x,
    tensor<T> const& weights,
    conv2d_options const& o,
    std::source_location const& where)
{
    auto const layout = make_window_layout(
        name,
        x.shape(),
        {weights.shape(2), weights.shape(3)},
        {o.stride, o.padding, o.dilation},
        where);
    auto const n = x.shape(0);
    auto const filters = weights.shape(0);
    auto const inner = weights.shape(1) * layout.kernel_size();
    convolution_form const form{layout, n, o.groups, weights.shape(1), filters / o.groups};
    if (convolves_directly(form)) {
        return part_of_convolution(convolution_part::results, x, weights, form, where);
    }
    // With one group the weights are one matrix for all images.
    auto const product = [&](shape_type const& weight_shape, shape_type const& window_shape) {
        auto const columns = reshape(windows(x, layout, T(0), where), window_shape, where);
        return matmul(reshape(weights, weight_shape, where), columns, where);
    };
    auto const y = o.groups == 1
        ? product({filters, inner}, {n, inner, layout.positions()})
        : product({o.groups, filters / o.groups, inner}, {n, o.groups, inner, layout.positions()});
    return reshape(y, shape_type{n, filters, layout.rows.count, layout.columns.count}, where);
}
} // namespace detail

/// The cross-correlation of images {n, channels, height, width} with weights {filters, channels /
/// groups, height, width}: {n, filters, height', width'}. Many filters of many channels, and small
/// images, are a product of the weights with all windows (im2col: Chellapilla, Puri, Simard 2006,
/// High performance convolutional neural networks for document processing). Throws shape_error
/// where channels do not fit, or no window does.
template <array_operand X, array_operand W>
tensor<floating_element<value_type_of<X>, value_type_of<W>>> conv2d(
    X const& x,
    W const& weights,
    conv2d_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>, value_type_of<W>>;
    tensor<T> const images = as_tensor(x, where);
    tensor<T> const w = as_tensor(weights, where);
    detail::one_statement const whole("conv2d", where);
    detail::check_convolution("conv2d", images.shape(), w.shape(), 4, options.groups, where);
    return detail::convolve("conv2d", images, w, options, where);
}

/// The same, plus a bias for each filter.
template <array_operand X, array_operand W, array_operand B>
tensor<floating_element<value_type_of<X>, value_type_of<W>>> conv2d(
    X const& x,
    W const& weights,
    B const& bias,
    conv2d_options const& options = {},
    std::source_location where = std::source_location::current())
{
    detail::one_statement const whole("conv2d", where);
    return bias_add(conv2d(x, weights, options, where), bias, 1, where);
}

/// The cross-correlation of signals {n, channels, width} with weights {filters, channels / groups,
/// width}: {n, filters, width'}. Throws shape_error where channels do not fit, or no window does.
template <array_operand X, array_operand W>
tensor<floating_element<value_type_of<X>, value_type_of<W>>> conv1d(
    X const& x,
    W const& weights,
    conv1d_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>, value_type_of<W>>;
    tensor<T> const signals = as_tensor(x, where);
    tensor<T> const w = as_tensor(weights, where);
    detail::one_statement const whole("conv1d", where);
    detail::check_convolution("conv1d", signals.shape(), w.shape(), 3, options.groups, where);
    // As images of one row.
    auto const flat = [&](tensor<T> const& t) {
        return reshape(t, shape_type{t.shape(0), t.shape(1), 1, t.shape(2)}, where);
    };
    auto const y = detail::convolve(
        "conv1d",
        flat(signals),
        flat(w),
        {.stride = {1, options.stride},
         .padding = {0, options.padding},
         .dilation = {1, options.dilation},
         .groups = options.groups},
        where);
    return reshape(y, shape_type{y.shape(0), y.shape(1), y.shape(3)}, where);
}

/// The same, plus a bias for each filter.
template <array_operand X, array_operand W, array_operand B>
tensor<floating_element<value_type_of<X>, value_type_of<W>>> conv1d(
    X const& x,
    W const& weights,
    B const& bias,
    conv1d_options const& options = {},
    std::source_location where = std::source_location::current())
{
    detail::one_statement const whole("conv1d", where);
    return bias_add(conv1d(x, weights, options, where), bias, 1, where);
}
} // namespace xgrad
