#pragma once

#include <xgrad/tensor/construct.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <source_location>
#include <string>

namespace xgrad::random {
namespace detail {
/// This thread's generator. Those of threads that have not called `seed` give other numbers each.
inline std::mt19937_64& generator()
{
    static std::atomic<std::uint64_t> threads{0};
    thread_local std::mt19937_64 own{std::mt19937_64::default_seed + threads++};
    return own;
}
} // namespace detail

/// The generator of this thread.
inline std::mt19937_64& engine()
{
    xgrad::detail::note_random();
    return detail::generator();
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

/// Uniform in [low, high). Throws value_error where high is below low, or too far from it.
template <differentiable_element T = double>
tensor<T> uniform(
    shape_argument const& shape,
    std::type_identity_t<T> low = T(0),
    std::type_identity_t<T> high = T(1),
    std::source_location where = std::source_location::current())
{
    if (!(low <= high) || !std::isfinite(high - low)) {
        throw value_error(
            "random::uniform: low = " + number_text(static_cast<double>(low)) +
            ", high = " + number_text(static_cast<double>(high)) +
            "; high is at least low, and their difference a finite number" + at(where));
    }
    auto& bits = engine();
    // Rounding may reach `high`.
    auto const largest = std::nextafter(high, low);
    return xgrad::detail::generated<T>(shape, [&] {
        return std::min(low + detail::unit_uniform<T>(bits) * (high - low), largest);
    });
}

/// Normal with the given mean and standard deviation. Throws value_error for a deviation that is
/// not at least 0.
template <differentiable_element T = double>
tensor<T> normal(
    shape_argument const& shape,
    std::type_identity_t<T> mean = T(0),
    std::type_identity_t<T> deviation = T(1),
    std::source_location where = std::source_location::current())
{
    if (!(deviation >= 0)) {
        throw value_error(
            "random::normal: the standard deviation is " +
            number_text(static_cast<double>(deviation)) + "; it is at least 0" + at(where));
    }
    auto& bits = engine();
    return xgrad::detail::generated<T>(shape, [&, next = detail::unit_normal<T>()]() mutable {
        return mean + deviation * next(bits);
    });
}
} // namespace xgrad::random
