#pragma once

#include <xgrad/array/matmul.hpp>
#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/convolution.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/nn/pooling.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad {
/// A layer that knows the shape of its input: its weights, and what it computes with them.
template <differentiable_element T = double>
struct built_layer
{
    using function = std::function<tensor<T>(
        tensor<T> const& x, std::span<tensor<T> const> weights, bool learning)>;

    shape_type output; // of one example
    function apply;
    std::vector<tensor<T>> weights = {};
};

/// A layer of a model: what `dense(64, relu)` and the like return. `make(std::type_identity<T>(),
/// input)` makes a built_layer<T> for examples of that shape; of which T, the model says.
template <class F>
struct layer_plan
{
    F make;
};

template <class F>
layer_plan(F) -> layer_plan<F>; // clang 16 has none for an aggregate

/// A layer of a model in T: from a layer_plan, or from any function that makes a built_layer<T> for
/// the shape of an example. Its weights are made when that shape is known.
template <differentiable_element T = double>
class layer
{
public:
    template <class F>
    layer(layer_plan<F> plan)
        : build([make = std::move(plan.make)](shape_type const& input) {
              return make(std::type_identity<T>(), input);
          })
    {}

    template <std::invocable<shape_type const&> F>
    layer(F f) : build(std::move(f))
    {}

    std::function<built_layer<T>(shape_type const& input)> build;
};

namespace detail {
/// Uniform weights of a scale that keeps variances as they are through a layer. Glorot and Bengio
/// 2010, Understanding the difficulty of training deep feedforward neural networks.
template <class T>
tensor<T> initial_weights(shape_type const& shape, std::size_t in, std::size_t out)
{
    auto const limit =
        static_cast<T>(std::sqrt(6. / static_cast<double>(std::max<std::size_t>(1, in + out))));
    return random::uniform<T>(shape, -limit, limit);
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

namespace detail {
/// Throws shape_error where so many groups cannot share channels and filters evenly.
inline std::size_t channels_of_a_group(
    std::string_view layer, std::size_t channels, std::size_t filters, std::size_t groups)
{
    if (groups == 0 || channels % groups != 0 || filters % groups != 0) {
        throw shape_error(
            std::string(layer) + ": " + std::to_string(groups) + " groups share " +
            std::to_string(channels) + " channels and " + std::to_string(filters) +
            " filters evenly, which they cannot");
    }
    return channels / groups;
}
} // namespace detail

/// act(x W + b) with `units` outputs.
inline auto dense(std::size_t units, layer_activation act = {})
{
    return layer_plan{[=]<class T>(std::type_identity<T>, shape_type const& input) {
        detail::check_rank("dense", input, 1);
        return built_layer<T>{
            .output = {units},
            .apply =
                [f = act.of<T>()](auto const& x, auto w, bool) {
                    return f(tensor<T>(matmul(x, w[0], {}) + w[1], {}));
                },
            .weights = {
                detail::initial_weights<T>({input[0], units}, input[0], units),
                xgrad::zeros<T>({units})}};
    }};
}

/// act(W ∗ x + b) of signals {channels, times} with `filters` outputs at each time.
inline auto conv1d(
    std::size_t filters,
    std::size_t width,
    layer_activation act = {},
    conv1d_options const& options = {})
{
    return layer_plan{[=]<class T>(std::type_identity<T>, shape_type const& input) {
        detail::check_rank("conv1d", input, 2);
        auto const channels =
            detail::channels_of_a_group("conv1d", input[0], filters, options.groups);
        auto const layout = detail::make_window_layout(
            "conv1d",
            {input[0], 1, input[1]},
            {1, width},
            {{1, options.stride}, {0, options.padding}, {1, options.dilation}},
            {});
        return built_layer<T>{
            .output = {filters, layout.columns.count},
            .apply =
                [f = act.of<T>(), options](auto const& x, auto w, bool) {
                    return f(conv1d(x, w[0], w[1], options, {}));
                },
            .weights = {
                detail::initial_weights<T>(
                    {filters, channels, width}, channels * width, filters * width),
                xgrad::zeros<T>({filters})}};
    }};
}

/// act(W ∗ x + b) of images {channels, height, width} with `filters` outputs at each place.
inline auto conv2d(
    std::size_t filters,
    extent_2d kernel,
    layer_activation act = {},
    conv2d_options const& options = {})
{
    return layer_plan{[=]<class T>(std::type_identity<T>, shape_type const& input) {
        detail::check_rank("conv2d", input, 3);
        auto const channels =
            detail::channels_of_a_group("conv2d", input[0], filters, options.groups);
        auto const layout = detail::make_window_layout(
            "conv2d", input, kernel, {options.stride, options.padding, options.dilation}, {});
        return built_layer<T>{
            .output = {filters, layout.rows.count, layout.columns.count},
            .apply =
                [f = act.of<T>(), options](auto const& x, auto w, bool) {
                    return f(conv2d(x, w[0], w[1], options, {}));
                },
            .weights = {
                detail::initial_weights<T>(
                    {filters, channels, kernel.height, kernel.width},
                    channels * layout.kernel_size(),
                    filters * layout.kernel_size()),
                xgrad::zeros<T>({filters})}};
    }};
}

namespace detail {
/// A layer of windows that pool(x) reduces.
template <class Pool>
auto pooling_layer(
    std::string_view name, extent_2d kernel, pool2d_options const& options, Pool const& pool)
{
    return layer_plan{[=]<class T>(std::type_identity<T>, shape_type const& input) {
        check_rank(name, input, 3);
        auto const layout = pool_layout(name, input, kernel, options, {});
        return built_layer<T>{
            .output = {input[0], layout.rows.count, layout.columns.count},
            .apply = [=](auto const& x, auto, bool) { return pool(x); }};
    }};
}
} // namespace detail

/// The largest element of each window.
inline auto max_pool2d(extent_2d kernel, pool2d_options const& options = {})
{
    return detail::pooling_layer("max_pool2d", kernel, options, [=](auto const& x) {
        return max_pool2d(x, kernel, options, {});
    });
}

/// The mean of each window.
inline auto avg_pool2d(extent_2d kernel, pool2d_options const& options = {})
{
    return detail::pooling_layer("avg_pool2d", kernel, options, [=](auto const& x) {
        return avg_pool2d(x, kernel, options, {});
    });
}

/// Examples of which the last axis has mean 0 and variance 1, times weights (first 1) plus others
/// (first 0).
inline auto layer_norm(double eps = 1e-5)
{
    return layer_plan{[=]<class T>(std::type_identity<T>, shape_type const& input) {
        if (input.empty()) {
            throw shape_error("layer_norm: an example is a number, which has no axis to normalize");
        }
        return built_layer<T>{
            .output = input,
            .apply =
                [eps](auto const& x, auto w, bool) {
                    return layer_norm(x, w[0], w[1], {.eps = eps}, {});
                },
            .weights = {xgrad::ones<T>({input.back()}), xgrad::zeros<T>({input.back()})}};
    }};
}

namespace detail {
template <class T>
built_layer<T> reshaped_layer(shape_type const& shape)
{
    return {.output = shape, .apply = [shape](auto const& x, auto, bool) {
                shape_type full{x.shape(0)};
                for (auto const length : shape) {
                    full.push_back(length);
                }
                return reshape(x, full, {});
            }};
}
} // namespace detail

/// Every example under another shape.
inline auto reshaped_to(shape_argument const& shape)
{
    return layer_plan{
        [shape = shape.get()]<class T>(std::type_identity<T>, shape_type const& input) {
            if (element_count(shape) != element_count(input)) {
                throw shape_error(
                    "reshaped_to: an example has the shape " + to_string(input) +
                    ", which is not " + to_string(shape));
            }
            return detail::reshaped_layer<T>(shape);
        }};
}

/// Every example as a vector.
inline auto flatten()
{
    return layer_plan{[]<class T>(std::type_identity<T>, shape_type const& input) {
        return detail::reshaped_layer<T>({element_count(input)});
    }};
}

/// While learning, each element is 0 with probability `rate`.
inline auto dropout(double rate)
{
    return layer_plan{[=]<class T>(std::type_identity<T>, shape_type const& input) {
        return built_layer<T>{.output = input, .apply = [rate](auto const& x, auto, bool learning) {
                                  return learning ? dropout(x, rate, std::source_location()) : x;
                              }};
    }};
}
} // namespace xgrad
