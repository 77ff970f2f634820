#pragma once

#include <xgrad/tensor/construct.hpp>

#include <random>

namespace xgrad::random {
/// The generator of this thread.
inline std::mt19937_64& engine()
{
    thread_local std::mt19937_64 generator{5489u};
    return generator;
}

/// Starts this thread's generator anew: the same seed gives the same numbers.
inline void seed(std::uint64_t n)
{
    engine().seed(n);
}

/// Uniform in [low, high).
template <differentiable_element T = double>
tensor<T> uniform(
    shape_argument const& shape,
    std::type_identity_t<T> low = T(0),
    std::type_identity_t<T> high = T(1))
{
    std::uniform_real_distribution<T> distribution(low, high);
    return detail::generated<T>(shape, [&] { return distribution(engine()); });
}

/// Normal with the given mean and standard deviation.
template <differentiable_element T = double>
tensor<T> normal(
    shape_argument const& shape,
    std::type_identity_t<T> mean = T(0),
    std::type_identity_t<T> deviation = T(1))
{
    std::normal_distribution<T> distribution(mean, deviation);
    return detail::generated<T>(shape, [&] { return distribution(engine()); });
}
} // namespace xgrad::random
