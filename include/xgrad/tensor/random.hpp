#pragma once

#include <xgrad/tensor/construct.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace xgrad::random {
/// The generator of this thread.
inline std::mt19937_64& engine()
{
    xgrad::detail::note_random();
    thread_local std::mt19937_64 generator{5489u};
    return generator;
}

/// Starts this thread's generator anew: the same seed gives the same numbers.
inline void seed(std::uint64_t n)
{
    engine().seed(n);
}

namespace detail {
// The standard leaves it open how its distributions use the generator, and libstdc++'s take two
// logarithms in long double for every number, which clang does not fold away.

/// A number in [0, 1): as many random bits as T has digits.
template <differentiable_element T>
T unit_uniform(std::mt19937_64& bits)
{
    constexpr auto digits = std::numeric_limits<T>::digits;
    constexpr auto unit = std::numeric_limits<T>::epsilon() / 2;
    return static_cast<T>(static_cast<std::int64_t>(bits() >> (64 - digits))) * unit;
}

/// Marsaglia's polar method: two normal numbers from a point in the unit disc.
template <differentiable_element T>
struct unit_normal
{
    T operator()(std::mt19937_64& bits)
    {
        if (has_second) {
            has_second = false;
            return second;
        }
        T x, y, square;
        do {
            x = T(2) * unit_uniform<T>(bits) - T(1);
            y = T(2) * unit_uniform<T>(bits) - T(1);
            square = x * x + y * y;
        } while (square > T(1) || square == T(0));
        auto const scale = std::sqrt(T(-2) * std::log(square) / square);
        second = x * scale;
        has_second = true;
        return y * scale;
    }

    T second = 0;
    bool has_second = false;
};
} // namespace detail

/// Uniform in [low, high).
template <differentiable_element T = double>
tensor<T> uniform(
    shape_argument const& shape,
    std::type_identity_t<T> low = T(0),
    std::type_identity_t<T> high = T(1))
{
    auto& bits = engine();
    // Rounding may reach `high`.
    auto const largest = std::nextafter(high, low);
    return xgrad::detail::generated<T>(shape, [&] {
        return std::min(low + detail::unit_uniform<T>(bits) * (high - low), largest);
    });
}

/// Normal with the given mean and standard deviation.
template <differentiable_element T = double>
tensor<T> normal(
    shape_argument const& shape,
    std::type_identity_t<T> mean = T(0),
    std::type_identity_t<T> deviation = T(1))
{
    auto& bits = engine();
    return xgrad::detail::generated<T>(shape, [&, next = detail::unit_normal<T>()]() mutable {
        return mean + deviation * next(bits);
    });
}
} // namespace xgrad::random
