#pragma once

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tensor/construct.hpp>

#include <cmath>
#include <vector>

// How weights follow their gradients: a function of both, with a memory of its own.

namespace xgrad {
/// Gradient descent: w - rate g.
class sgd
{
public:
    explicit sgd(double rate = 0.01) : rate_(rate) {}

    template <differentiable_element T>
    void operator()(std::vector<tensor<T>>& weights, std::vector<tensor<T>> const& gradients)
    {
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] -= static_cast<T>(rate_) * gradients[i];
        }
    }

private:
    double rate_;
};

/// Gradient descent with a running sum of the gradients: v ← decay v - rate g, w + v. Polyak 1964,
/// Some methods of speeding up the convergence of iteration methods.
class momentum
{
public:
    explicit momentum(double rate = 0.01, double decay = 0.9) : rate_(rate), decay_(decay) {}

    void
    operator()(std::vector<tensor<double>>& weights, std::vector<tensor<double>> const& gradients)
    {
        for (std::size_t i = velocities_.size(); i < weights.size(); ++i) {
            velocities_.push_back(zeros_like(weights[i]));
        }
        for (std::size_t i = 0; i < weights.size(); ++i) {
            velocities_[i] = decay_ * velocities_[i] - rate_ * gradients[i];
            weights[i] += velocities_[i];
        }
    }

private:
    double rate_;
    double decay_;
    std::vector<tensor<double>> velocities_;
};

/// Each weight at a pace of its own: running means of the gradients over the root of those of their
/// squares. Kingma and Ba 2015, Adam: a method for stochastic optimization.
class adam
{
public:
    explicit adam(
        double rate = 1e-3, double decay = 0.9, double square_decay = 0.999, double eps = 1e-8)
        : rate_(rate), decay_(decay), square_decay_(square_decay), eps_(eps)
    {}

    void
    operator()(std::vector<tensor<double>>& weights, std::vector<tensor<double>> const& gradients)
    {
        for (std::size_t i = means_.size(); i < weights.size(); ++i) {
            means_.push_back(zeros_like(weights[i]));
            squares_.push_back(zeros_like(weights[i]));
        }
        ++steps_;
        // The running means start at 0: this makes up for it.
        auto const rate =
            rate_ * std::sqrt(1 - std::pow(square_decay_, steps_)) / (1 - std::pow(decay_, steps_));
        for (std::size_t i = 0; i < weights.size(); ++i) {
            means_[i] += (1 - decay_) * (gradients[i] - means_[i]);
            squares_[i] += (1 - square_decay_) * (square(gradients[i]) - squares_[i]);
            weights[i] -= rate * means_[i] / (sqrt(squares_[i]) + eps_);
        }
    }

private:
    double rate_;
    double decay_;
    double square_decay_;
    double eps_;
    std::vector<tensor<double>> means_;
    std::vector<tensor<double>> squares_;
    int steps_ = 0;
};
} // namespace xgrad
