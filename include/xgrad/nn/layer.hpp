#pragma once

#include <xgrad/array/matmul.hpp>
#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/convolution.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/pooling.hpp>

#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace xgrad {
/// A layer that knows the shape of its input: its weights, and what it computes with them.
struct built_layer
{
    using function = std::function<tensor<double>(
        tensor<double> const& x, std::span<tensor<double> const> weights, bool learning)>;

    shape_type output; // of one example
    function apply;
    std::vector<tensor<double>> weights = {};
};

/// A layer of a model: what `dense(64, relu)` and the like return. Its weights are made when the
/// shape of an example is known.
struct layer
{
    std::function<built_layer(shape_type const& input)> build;
};

namespace detail {
/// Uniform weights of a scale that keeps variances as they are through a layer. Glorot and Bengio
/// 2010, Understanding the difficulty of training deep feedforward neural networks.
inline tensor<double> initial_weights(shape_type const& shape, std::size_t in, std::size_t out)
{
    auto const limit = std::sqrt(6. / static_cast<double>(in + out));
    return random::uniform(shape, -limit, limit);
}

inline void check_rank(std::string_view layer, shape_type const& input, std::size_t rank)
{
    if (input.size() != rank) {
        throw shape_error(
            std::string(layer) + ": an example has the shape " + to_string(input) +
            "; the layer takes " + std::to_string(rank) + " axes" +
            (rank == 1 ? ": put flatten() before it" : ""));
    }
}
} // namespace detail

/// act(x W + b) with `units` outputs.
inline layer dense(std::size_t units, layer_activation act = {})
{
    return {[=](shape_type const& input) -> built_layer {
        detail::check_rank("dense", input, 1);
        return {
            .output = {units},
            .apply = [act](auto const& x, auto w, bool) { return act(matmul(x, w[0]) + w[1]); },
            .weights = {
                detail::initial_weights({input[0], units}, input[0], units),
                xgrad::zeros({units})}};
    }};
}

/// act(W ∗ x + b) of images {channels, height, width} with `filters` outputs at each place.
inline layer conv2d(
    std::size_t filters,
    extent_2d kernel,
    layer_activation act = {},
    conv2d_options const& options = {})
{
    return {[=](shape_type const& input) -> built_layer {
        detail::check_rank("conv2d", input, 3);
        auto const channels = input[0] / options.groups;
        auto const layout = detail::make_window_layout(
            "conv2d", input, kernel, {options.stride, options.padding, options.dilation}, {});
        return {
            .output = {filters, layout.rows.count, layout.columns.count},
            .apply =
                [act, options](auto const& x, auto w, bool) {
                    return act(conv2d(x, w[0], w[1], options));
                },
            .weights = {
                detail::initial_weights(
                    {filters, channels, kernel.height, kernel.width},
                    channels * layout.kernel_size(),
                    filters * layout.kernel_size()),
                xgrad::zeros({filters})}};
    }};
}

/// The largest element of each window.
inline layer max_pool2d(extent_2d kernel, pool2d_options const& options = {})
{
    return {[=](shape_type const& input) -> built_layer {
        detail::check_rank("max_pool2d", input, 3);
        auto const layout = detail::make_window_layout(
            "max_pool2d", input, kernel, {options.stride.value_or(kernel), options.padding, 1}, {});
        return {
            .output = {input[0], layout.rows.count, layout.columns.count},
            .apply = [=](auto const& x, auto, bool) { return max_pool2d(x, kernel, options); }};
    }};
}

/// Every example under another shape.
inline layer reshaped_to(shape_argument const& shape)
{
    return {[shape = shape.get()](shape_type const& input) -> built_layer {
        if (element_count(shape) != element_count(input)) {
            throw shape_error(
                "reshaped_to: an example has the shape " + to_string(input) + ", which is not " +
                to_string(shape));
        }
        return {.output = shape, .apply = [shape](auto const& x, auto, bool) {
                    shape_type full{x.shape(0)};
                    for (auto const length : shape) {
                        full.push_back(length);
                    }
                    return reshape(x, full);
                }};
    }};
}

/// Every example as a vector.
inline layer flatten()
{
    return {[](shape_type const& input) {
        return reshaped_to(shape_type{element_count(input)}).build(input);
    }};
}

/// While learning, each element is 0 with probability `rate`.
inline layer dropout(double rate)
{
    return {[=](shape_type const& input) -> built_layer {
        return {.output = input, .apply = [rate](auto const& x, auto, bool learning) {
                    return learning ? dropout(x, rate) : x;
                }};
    }};
}
} // namespace xgrad
