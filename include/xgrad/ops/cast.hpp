#pragma once

#include <xgrad/ops/families.hpp>
#include <xgrad/tensor/tensor.hpp>

namespace xgrad {
namespace rules {
/// x as an element of type T. ∂ = 1 between floating-point types, none otherwise.
template <tensor_element T>
struct cast_rule
{
    static constexpr std::string_view name = "cast";
    static constexpr bool inlined = true;

    template <class X>
    using result = T;

    template <class V>
    static constexpr V value(V const& x)
    {
        if constexpr (std::same_as<T, float>) {
            return round_to_float(x);
        } else {
            return x;
        }
    }

    static constexpr auto partials()
        requires differentiable_element<T>
    {
        return constant_partial<1>{};
    }
};

/// Whether x is not 0.
template <>
struct cast_rule<bool> : predicate_rule
{
    static constexpr std::string_view name = "cast";

    template <class V>
    static constexpr auto value(V const& x)
    {
        return x != V(0);
    }
};
} // namespace rules

/// The elements of x as type T: floats are rounded, fractions cut off, numbers beyond an integer
/// become its nearest. An integer result is a tensor, since no expression computes in two types.
template <tensor_element T, array_operand X>
auto cast(X&& x)
{
    if constexpr (std::integral<T> && !std::same_as<T, bool>) {
        return tensor<T>(call<rules::cast_rule<T>>(std::forward<X>(x)));
    } else {
        return call<rules::cast_rule<T>>(std::forward<X>(x));
    }
}
} // namespace xgrad
