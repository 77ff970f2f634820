#pragma once

#include <xgrad/mode/custom_gradient.hpp>

#include <cmath>

// Time for memory: what is not kept is computed again.

namespace xgrad {
/// f(x...), of which the tape keeps only the arguments: the reverse sweep runs f again. f must
/// return the same value for the same arguments.
template <class F, tensor_element... T>
auto checkpoint(F f, tensor<T> const&... x)
{
    auto const backward = [f](auto const& g, auto const&... argument) {
        return vjp(f, argument...).pullback(g);
    };
    return custom_gradient(f, backward)(x...);
}

/// `state = step(state)`, n times, of which the tape keeps about √n states; the reverse sweep runs
/// every step once more, √n of them at a time. `step` takes and returns a tensor of one shape. (A.
/// Griewank and A. Walther, Evaluating Derivatives, 2nd ed., 2008, section 12.2.)
template <class Step, differentiable_element T>
tensor<T> checkpointed_loop(Step step, std::size_t n, tensor<T> state)
{
    auto const segment = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(n))));
    for (std::size_t done = 0; done < n; done += segment) {
        auto const count = std::min(segment, n - done);
        auto const steps = [step, count](tensor<T> const& start) {
            auto x = start;
            for (std::size_t k = 0; k < count; ++k) {
                x = step(x);
            }
            return x;
        };
        state = checkpoint(steps, state);
    }
    return state;
}
} // namespace xgrad
