#pragma once

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/tensor/random.hpp>

#include <cstdint>
#include <random>

namespace xgrad {
namespace detail {
inline void check_dropout(double rate, std::source_location const& where)
{
    if (!(rate >= 0 && rate < 1)) {
        throw value_error(
            "dropout: the rate is " + std::to_string(rate) + "; it is in [0, 1)" + at(where));
    }
}
} // namespace detail

/// Which elements a dropout keeps: each with probability 1 - rate, by this generator. Throws
/// value_error where the rate is not in [0, 1).
inline tensor<bool> dropout_mask(
    shape_argument const& shape,
    double rate,
    std::mt19937_64& generator = random::engine(),
    std::source_location where = std::source_location::current())
{
    detail::check_dropout(rate, where);
    return detail::generated<bool>(
        shape, [&] { return random::detail::unit_uniform<double>(generator) >= rate; });
}

/// The elements of x that the mask keeps, over 1 - rate; 0 for the others. Srivastava and others
/// 2014, Dropout: a simple way to prevent neural networks from overfitting.
template <array_operand X, array_operand Mask>
tensor<floating_element<value_type_of<X>>> dropout(
    X const& x,
    double rate,
    Mask const& mask,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    detail::check_dropout(rate, where);
    stored_as<X> const values(x);
    stored_as<Mask> const kept(mask);
    return tensor<T>(xgrad::where(kept, values * static_cast<T>(1 / (1 - rate)), T(0)), where);
}

/// The same with a mask drawn from this thread's generator (`random::seed`).
template <array_operand X>
tensor<floating_element<value_type_of<X>>>
dropout(X const& x, double rate, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    return dropout(
        values, rate, dropout_mask(values.shape(), rate, random::engine(), where), where);
}

/// The same with a mask that depends on this seed alone.
template <array_operand X, std::integral Seed>
    requires(!std::same_as<Seed, bool>) // whether a network is learning is no seed
tensor<floating_element<value_type_of<X>>> dropout(
    X const& x,
    double rate,
    Seed seed,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    std::mt19937_64 generator(static_cast<std::uint64_t>(seed));
    return dropout(values, rate, dropout_mask(values.shape(), rate, generator, where), where);
}
} // namespace xgrad
