#pragma once

#include <xgrad/array/operation.hpp>

#include <functional>
#include <type_traits>

namespace xgrad {
/// x, whose adjoint passes through `f` on its way back: `f(g)` returns what goes on instead, shaped
/// like x (to clip, scale or replace it), or nothing (to look at it). Only what is computed from
/// the result passes. Throws shape_error, when the gradient is asked for, where the shape is
/// another. Where `replay` runs the hook again, f is called for each gradient as ever.
template <array_operand X, class F>
tensor<value_type_of<X>>
gradient_hook(X const& x, F f, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    using T = value_type_of<X>;
    static_assert(
        differentiable_element<T>,
        "xgrad: a tensor of integers or truth values has no gradient to hook");
    auto const back = [f, where](tensor<T> const& g) {
        if constexpr (std::is_void_v<std::invoke_result_t<F const&, tensor<T> const&>>) {
            std::invoke(f, g);
            return g;
        } else {
            tensor<T> const result = std::invoke(f, g);
            if (!same_shape(result.shape(), g.shape())) {
                throw shape_error(
                    "gradient_hook: the function returned shape " + to_string(result.shape()) +
                    " for an adjoint of shape " + to_string(g.shape()) + "; they must be equal" +
                    at(where));
            }
            return result;
        }
    };
    auto const again = [f, where](tensor<T> const& other) {
        return gradient_hook(other, f, where);
    };
    return recorded_linear(
        "gradient_hook", detail::same_values(values), values, back, where, again);
}
} // namespace xgrad
