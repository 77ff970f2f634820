#pragma once

#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/recurrence.hpp>
#include <xgrad/base/broadcast.hpp>
#include <xgrad/tape/one_statement.hpp>
#include <xgrad/tensor/tensor.hpp>

// What each element has of the one before it: autoregression, exponential smoothing, decay.

namespace xgrad {
/// r₀ = b₀ and rᵢ = bᵢ + aᵢ rᵢ₋₁ along an axis; a and b broadcast (a number a is one factor for
/// all). a₀ is not read. With sᵢ = gᵢ + aᵢ₊₁ sᵢ₊₁ from the end: ∂bᵢ = sᵢ, ∂aᵢ = sᵢ rᵢ₋₁, ∂a₀ = 0.
/// Throws shape_error where the shapes do not broadcast, or there is no such axis.
/// (G. Blelloch, Prefix sums and their applications, 1990, section 1.4.)
template <array_operand A, array_operand B>
auto linear_recurrence(
    A const& a,
    B const& b,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    detail::one_statement const whole("linear_recurrence", where);
    tensor<T> const factors = as_tensor(a, where);
    tensor<T> const inputs = as_tensor(b, where);
    auto shape = inputs.shape();
    if (!broadcast_into(shape, factors.shape())) {
        throw shape_error(
            "linear_recurrence: factors of shape " + to_string(factors.shape()) +
            " do not broadcast with inputs of shape " + to_string(inputs.shape()) + at(where));
    }
    auto const axis = normalize_axis(along, shape.size(), "linear_recurrence", where);
    auto const whole_array = [&](tensor<T> const& x) {
        return same_shape(x.shape(), shape) ? x : broadcast(x, shape, where);
    };
    return detail::recurrence(whole_array(factors), whole_array(inputs), axis, false, where);
}

/// One factor for all elements.
template <arithmetic A, array_operand B>
auto linear_recurrence(
    A a,
    B const& b,
    std::ptrdiff_t along = -1,
    std::source_location where = std::source_location::current())
{
    return linear_recurrence(tensor<floating_element<value_type_of<B>>>(a), b, along, where);
}
} // namespace xgrad
