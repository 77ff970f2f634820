#pragma once

#include <xgrad/xgrad.hpp>

#include <cmath>
#include <vector>

/// Moves weights against their gradients, each at a pace of its own.
/// Kingma, Ba: Adam: a method for stochastic optimization (2015).
class adam
{
public:
    using tensors = std::vector<xgrad::tensor<double>>;

    explicit adam(tensors const& weights)
    {
        for (auto const& w : weights) {
            mean_.push_back(zeros_like(w));
            mean_square_.push_back(zeros_like(w));
        }
    }

    void step(tensors& weights, tensors const& gradients, double rate)
    {
        ++steps_;
        // The running means start at 0: this makes up for it.
        rate *= std::sqrt(1 - std::pow(0.999, steps_)) / (1 - std::pow(0.9, steps_));
        for (std::size_t i = 0; i < weights.size(); ++i) {
            mean_[i] += 0.1 * (gradients[i] - mean_[i]);
            mean_square_[i] += 0.001 * (square(gradients[i]) - mean_square_[i]);
            weights[i] -= rate * mean_[i] / (sqrt(mean_square_[i]) + 1e-8);
        }
    }

private:
    tensors mean_;
    tensors mean_square_;
    int steps_ = 0;
};
