#pragma once

#include <xgrad/mode/grad.hpp>
#include <xgrad/nn/layer.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/nn/optimizer.hpp>
#include <xgrad/nn/progress.hpp>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

namespace xgrad {
namespace detail {
/// Throws shape_error where outputs and targets are not alike: they would broadcast, and each
/// output be compared with each target.
inline void check_targets(shape_type const& outputs, shape_type const& targets)
{
    if (!same_shape(outputs, targets)) {
        throw shape_error(
            "sequential: the outputs have shape " + to_string(outputs) + ", the targets " +
            to_string(targets) + "; this loss compares them one by one");
    }
}
} // namespace detail

/// The loss of a model: one of ours by its name (`mse`, `softmax_cross_entropy`), or any function
/// of (outputs, targets) that gives a scalar.
template <differentiable_element T = double>
class loss_function
{
    using named_function =
        tensor<T> (*)(tensor<T> const&, tensor<T> const&, loss_reduction, std::source_location);

    using huber_function = tensor<T> (*)(
        tensor<T> const&, tensor<T> const&, double, loss_reduction, std::source_location);

public:
    template <class Named = void>
    loss_function(named_function f)
        : function_([f](auto const& x, auto const& y) {
              named_function const of_classes = softmax_cross_entropy<tensor<T>, tensor<T>>;
              if (f != of_classes) {
                  detail::check_targets(x.shape(), y.shape());
              }
              return f(x, y, loss_reduction::mean, std::source_location());
          })
    {}

    /// `huber`, with its delta of 1.
    template <class Named = void>
    loss_function(huber_function f)
        : function_([f](auto const& x, auto const& y) {
              detail::check_targets(x.shape(), y.shape());
              return f(x, y, 1, loss_reduction::mean, std::source_location());
          })
    {}

    template <std::invocable<tensor<T> const&, tensor<T> const&> F>
    loss_function(F f) : function_(std::move(f))
    {}

    tensor<T> operator()(tensor<T> const& outputs, tensor<T> const& targets) const
    {
        return function_(outputs, targets);
    }

private:
    std::function<tensor<T>(tensor<T> const&, tensor<T> const&)> function_;
};

struct fit_options
{
    std::size_t epochs = 1;
    std::size_t batch_size = 32;
    bool shuffle = true; // the examples in another order each epoch (`random::seed`)
    std::ostream* progress = &std::cout; // where a progress bar goes; null for none
};

/// Layers one after the other; the first axis of all arrays counts the examples.
///
///     sequential model({dense(64, relu), dense(10)});
///     model.compile(adam(1e-3), softmax_cross_entropy);
///     model.fit(x, y, {.epochs = 20, .batch_size = 32});
///
/// Weights are of double; those of a `sequential<float>` of float.
template <differentiable_element T = double>
class sequential
{
public:
    using value_type = T;
    using optimizer = std::function<void(std::vector<tensor<T>>&, std::vector<tensor<T>> const&)>;

    sequential(std::initializer_list<layer<T>> layers) : layers_(layers) {}

    /// Makes the weights for examples of this shape, unless they are there.
    void build(shape_type const& example)
    {
        if (!built_.empty() || layers_.empty()) {
            return;
        }
        auto shape = example;
        std::vector<built_layer<T>> built;
        for (auto const& layer : layers_) {
            built.push_back(layer.build(shape));
            shape = built.back().output;
        }
        for (auto& layer : built) {
            starts_.push_back(weights_.size());
            weights_.insert(weights_.end(), layer.weights.begin(), layer.weights.end());
            layer.weights.clear();
        }
        starts_.push_back(weights_.size());
        built_ = std::move(built);
        example_ = example;
    }

    /// All weights, layer by layer: sources of gradients, and assignable, each by itself.
    std::vector<tensor<T>>& weights() noexcept { return weights_; }

    std::vector<tensor<T>> const& weights() const noexcept { return weights_; }

    /// The outputs, recorded where a tape is active.
    template <array_operand X>
    tensor<T> operator()(X const& x, bool learning = false)
    {
        tensor<T> y = as_tensor(x);
        if (y.dimension() == 0) {
            throw shape_error("sequential: a scalar has no axis that counts examples");
        }
        build(shape_type(y.shape().begin() + 1, y.shape().end()));
        if (!built_.empty() && weights_.size() != starts_.back()) {
            throw value_error(
                "sequential: weights() has " + std::to_string(weights_.size()) +
                " tensors; the layers have " + std::to_string(starts_.back()) +
                ": assign to them, and leave their number as it is");
        }
        for (std::size_t i = 0; i < built_.size(); ++i) {
            std::span const all(weights_);
            try {
                y = built_[i].apply(
                    y, all.subspan(starts_[i], starts_[i + 1] - starts_[i]), learning);
            } catch (shape_error const& e) {
                throw shape_error(
                    "sequential: layer " + std::to_string(i) + " of a model that was built for " +
                    "examples of shape " + to_string(example_) + ": " + e.what());
            }
        }
        return y;
    }

    /// The outputs, not recorded.
    template <array_operand X>
    tensor<T> predict(X const& x)
    {
        return with_no_grad([&] { return (*this)(x); });
    }

    /// How to learn: an optimizer (`sgd`, `momentum`, `adam`) and a loss.
    void compile(optimizer method, loss_function<T> loss)
    {
        optimizer_ = std::move(method);
        loss_ = std::move(loss);
    }

    /// One step of the optimizer; the loss before it.
    double learn(tensor<T> const& x, tensor<T> const& y)
    {
        no_grad const by_other_tapes;
        auto tape = create_tape();
        auto const loss = compiled_loss()((*this)(x, true), y);
        auto const gradients = grad(tape, loss, weights_, {.unconnected = unconnected::zero});
        no_grad const from_here;
        optimizer_(weights_, gradients);
        return loss.item();
    }

    /// Learns from examples x and what they should give, y; returns the mean loss of each epoch.
    /// Throws shape_error where there are not as many of both, value_error before `compile`.
    template <array_operand X, array_operand Y>
    std::vector<double> fit(X const& x, Y const& y, fit_options const& options = {})
    {
        no_grad const guard;
        tensor<T> const inputs = as_tensor(x);
        tensor<T> const targets = as_tensor(y);
        auto const count = example_count(inputs, targets);
        auto const size = std::max<std::size_t>(1, options.batch_size);
        std::vector<std::ptrdiff_t> order(count);
        std::iota(order.begin(), order.end(), std::ptrdiff_t{0});
        std::vector<double> history;
        std::optional<progress_bar> bar;
        if (options.progress != nullptr) {
            bar.emplace(*options.progress, options.epochs);
        }
        for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
            if (options.shuffle) {
                shuffle(order);
            }
            double total = 0;
            for (std::size_t i = 0; i < count; i += size) {
                auto const last = std::min(i + size, count);
                std::vector<std::ptrdiff_t> const batch(
                    order.begin() + static_cast<std::ptrdiff_t>(i),
                    order.begin() + static_cast<std::ptrdiff_t>(last));
                total += learn(take(inputs, batch, 0), take(targets, batch, 0)) *
                    static_cast<double>(batch.size());
            }
            history.push_back(count == 0 ? 0 : total / static_cast<double>(count));
            if (bar) {
                std::ostringstream words;
                words << "loss " << std::setprecision(4) << history.back();
                bar->advance(words.str());
            }
        }
        return history;
    }

    /// The loss of examples, without learning from them.
    template <array_operand X, array_operand Y>
    double evaluate(X const& x, Y const& y)
    {
        no_grad const guard;
        tensor<T> const targets = as_tensor(y);
        return compiled_loss()((*this)(x), targets).item();
    }

private:
    loss_function<T> const& compiled_loss() const
    {
        if (!loss_) {
            throw value_error("sequential: compile(optimizer, loss) comes before learning");
        }
        return *loss_;
    }

    static std::size_t example_count(tensor<T> const& x, tensor<T> const& y)
    {
        if (x.dimension() == 0 || y.dimension() == 0 || x.shape(0) != y.shape(0)) {
            throw shape_error(
                "fit: examples " + to_string(x.shape()) + " and targets " + to_string(y.shape()) +
                " do not fit: their first axes count the same examples");
        }
        return x.shape(0);
    }

    // The same order on every platform, by the generator of `random::seed`.
    static void shuffle(std::vector<std::ptrdiff_t>& order)
    {
        for (std::size_t i = order.size(); i > 1; --i) {
            std::swap(order[i - 1], order[random::engine()() % i]);
        }
    }

    std::vector<layer<T>> layers_;
    std::vector<built_layer<T>> built_;
    shape_type example_;              // that it was built for
    std::vector<std::size_t> starts_; // of each layer's weights
    std::vector<tensor<T>> weights_;
    optimizer optimizer_;
    std::optional<loss_function<T>> loss_;
};

sequential(std::initializer_list<layer<double>>) -> sequential<double>;

/// How many of the rows of `scores` have their largest element at `labels`, of 1.
template <array_operand X, array_operand Y>
double accuracy(X const& scores, Y const& labels)
{
    auto const x = as_tensor(scores);
    auto const y = as_tensor(labels);
    if (x.dimension() != 2 || y.size() != x.shape(0) || x.shape(1) == 0) {
        throw shape_error(
            "accuracy: scores " + to_string(x.shape()) + " and labels " + to_string(y.shape()) +
            " do not fit: a row of scores for each label");
    }
    auto const classes = static_cast<std::ptrdiff_t>(x.shape(1));
    std::size_t right = 0;
    auto const* row = x.data();
    for (auto const label : y) {
        auto const best = std::max_element(row, row + classes) - row;
        right += static_cast<double>(best) == static_cast<double>(label);
        row += classes;
    }
    return static_cast<double>(right) / static_cast<double>(y.size());
}
} // namespace xgrad
