#pragma once

#include <xgrad/array/operation.hpp>

#include <array>
#include <functional>
#include <string_view>
#include <type_traits>

namespace xgrad {
namespace detail {
template <class Reverse, class Again>
class hook_operation : public recorded_operation<Reverse, Again>
{
public:
    using recorded_operation<Reverse, Again>::recorded_operation;

    bool passes_tangents() const noexcept override { return true; }
};
} // namespace detail

/// x, whose adjoint passes through `f` on its way back: `f(g)` returns what goes on instead, shaped
/// like x (to clip, scale or replace it), or nothing (to look at it). Only what is computed from
/// the result passes; tangents do not. Throws shape_error, when the gradient is asked for, where
/// the shape is another. Where `replay` runs the hook again, f is called for each gradient as ever;
/// it does not where f may own tensors (has captured some by value), which might be others by then.
template <array_operand X, class F>
tensor<value_type_of<X>>
gradient_hook(X const& x, F f, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    using T = value_type_of<X>;
    static_assert(
        differentiable_element<T>,
        "xgrad: a tensor of integers or truth values has no gradient to hook");
    auto const hooked = [f, where](tensor<T> const& g) {
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
    auto const reverse = [hooked](statement_pullback& sweep) {
        sweep.add(0, hooked(tensor<T>(sweep.incoming())).handle());
    };
    auto const again = detail::unless_they_own_tensors<F>(detail::runs_again_by<T>(
        [f, where](tensor<T> const& other) { return gradient_hook(other, f, where); }));
    constexpr std::string_view name = "gradient_hook";
    return recorded_as<detail::hook_operation<decltype(reverse), decltype(again)>>(
        name,
        detail::same_values(values),
        std::array{&values.body()},
        {},
        where,
        name,
        reverse,
        again);
}
} // namespace xgrad
