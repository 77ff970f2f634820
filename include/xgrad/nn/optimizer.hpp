#pragma once

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tensor/construct.hpp>

#include <cmath>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

// How weights follow their gradients: a function of both, with a memory of its own.

namespace xgrad {
namespace detail {
/// What an optimizer remembers of each weight, zeros at first: of weights of either type.
class optimizer_memory
{
public:
    template <differentiable_element T>
    std::vector<tensor<T>>& like(std::vector<tensor<T>> const& weights)
    {
        auto& memory = std::get<std::vector<tensor<T>>>(memory_);
        for (std::size_t i = memory.size(); i < weights.size(); ++i) {
            memory.push_back(zeros_like(weights[i]));
        }
        return memory;
    }

private:
    std::tuple<std::vector<tensor<double>>, std::vector<tensor<float>>> memory_;
};

/// Throws shape_error where not each weight has a gradient of its own shape.
template <class T>
void check_gradients(
    std::string_view name,
    std::vector<tensor<T>> const& weights,
    std::vector<tensor<T>> const& gradients)
{
    if (weights.size() != gradients.size()) {
        throw shape_error(
            std::string(name) + ": " + std::to_string(weights.size()) + " weights and " +
            std::to_string(gradients.size()) + " gradients; there is one for each");
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!same_shape(weights[i].shape(), gradients[i].shape())) {
            throw shape_error(
                std::string(name) + ": weight " + std::to_string(i) + " has shape " +
                to_string(weights[i].shape()) + ", its gradient " +
                to_string(gradients[i].shape()) + "; they are equal");
        }
    }
}
} // namespace detail

/// The step of an optimizer, which a schedule may change between two steps.
class learning_rate
{
public:
    explicit learning_rate(double rate) : rate_(rate) {}

    double rate() const noexcept { return rate_; }

    void set_rate(double rate) noexcept { rate_ = rate; }

private:
    double rate_;
};

/// Gradient descent: w - rate g.
class sgd : public learning_rate
{
public:
    explicit sgd(double rate = 0.01) : learning_rate(rate) {}

    template <differentiable_element T>
    void operator()(std::vector<tensor<T>>& weights, std::vector<tensor<T>> const& gradients)
    {
        detail::check_gradients("sgd", weights, gradients);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] -= static_cast<T>(rate()) * gradients[i];
        }
    }
};

/// Gradient descent with a running sum of the gradients: v ← decay v - rate g, w + v. Polyak 1964,
/// Some methods of speeding up the convergence of iteration methods.
class momentum : public learning_rate
{
public:
    explicit momentum(double rate = 0.01, double decay = 0.9) : learning_rate(rate), decay_(decay)
    {}

    template <differentiable_element T>
    void operator()(std::vector<tensor<T>>& weights, std::vector<tensor<T>> const& gradients)
    {
        detail::check_gradients("momentum", weights, gradients);
        auto& velocities = velocities_.like(weights);
        auto const step = static_cast<T>(rate());
        auto const decay = static_cast<T>(decay_);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            velocities[i] = decay * velocities[i] - step * gradients[i];
            weights[i] += velocities[i];
        }
    }

private:
    double decay_;
    detail::optimizer_memory velocities_;
};

/// Each weight at a pace of its own: running means of the gradients over the root of those of their
/// squares. Kingma and Ba 2015, Adam: a method for stochastic optimization; in the form at the end
/// of its section 2, where `eps` is added to the uncorrected root (as Keras does).
class adam : public learning_rate
{
public:
    explicit adam(
        double rate = 1e-3, double decay = 0.9, double square_decay = 0.999, double eps = 1e-8)
        : learning_rate(rate), decay_(decay), square_decay_(square_decay), eps_(eps)
    {}

    template <differentiable_element T>
    void operator()(std::vector<tensor<T>>& weights, std::vector<tensor<T>> const& gradients)
    {
        detail::check_gradients("adam", weights, gradients);
        auto& means = means_.like(weights);
        auto& squares = squares_.like(weights);
        ++steps_;
        // The running means start at 0: this makes up for it.
        auto const step = static_cast<T>(
            rate() * std::sqrt(1 - std::pow(square_decay_, steps_)) /
            (1 - std::pow(decay_, steps_)));
        auto const fresh = static_cast<T>(1 - decay_);
        auto const fresh_square = static_cast<T>(1 - square_decay_);
        auto const eps = static_cast<T>(eps_);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            means[i] += fresh * (gradients[i] - means[i]);
            squares[i] += fresh_square * (square(gradients[i]) - squares[i]);
            weights[i] -= step * means[i] / (sqrt(squares[i]) + eps);
        }
    }

private:
    double decay_;
    double square_decay_;
    double eps_;
    detail::optimizer_memory means_;
    detail::optimizer_memory squares_;
    int steps_ = 0;
};
} // namespace xgrad
