#pragma once

#include <xgrad/nn/softmax.hpp>
#include <xgrad/ops/elementwise.hpp>

#include <concepts>
#include <functional>

namespace xgrad {
/// What a layer does to its outputs: one of our functions by its name (`dense(64, relu)`), or any
/// function of a tensor. Nothing, by default.
class layer_activation
{
public:
    using function = std::function<tensor<double>(tensor<double> const&)>;

    layer_activation() = default;

    template <std::invocable<tensor<double> const&> F>
    layer_activation(F f) : function_(std::move(f))
    {}

    // The names are those of templates: which function is meant only shows by the type asked for.
    layer_activation(node<relu_rule, tensor<double>> (*f)(tensor<double> const&)) : function_(f) {}

    layer_activation(node<tanh_rule, tensor<double>> (*f)(tensor<double> const&)) : function_(f) {}

    layer_activation(node<sigmoid_rule, tensor<double>> (*f)(tensor<double> const&)) : function_(f)
    {}

    layer_activation(node<softplus_rule, tensor<double>> (*f)(tensor<double> const&)) : function_(f)
    {}

    layer_activation(node<gelu_rule, tensor<double>> (*f)(tensor<double> const&)) : function_(f) {}

    layer_activation(node<silu_rule, tensor<double>> (*f)(tensor<double> const&)) : function_(f) {}

    layer_activation(
        tensor<double> (*f)(tensor<double> const&, std::ptrdiff_t, std::source_location))
        : function_([f](tensor<double> const& x) { return f(x, -1, {}); })
    {}

    tensor<double> operator()(tensor<double> const& x) const
    {
        return function_ ? function_(x) : x;
    }

private:
    function function_;
};
} // namespace xgrad
