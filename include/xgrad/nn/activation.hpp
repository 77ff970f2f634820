#pragma once

#include <xgrad/nn/softmax.hpp>
#include <xgrad/ops/elementwise.hpp>

#include <functional>
#include <tuple>
#include <type_traits>

namespace xgrad {
/// What a layer does to its outputs: an activation of ours by its name (`dense(64, relu)`), or any
/// function of a tensor (`[](auto const& x) { return leaky_relu(x, 0.1); }`). Nothing, by default.
class layer_activation
{
    template <class T>
    using function = std::function<tensor<T>(tensor<T> const&)>;

    template <class R>
    using rule_function = call_node<R, tensor<double>> (*)(tensor<double> const&);

    using share_function =
        tensor<double> (*)(tensor<double> const&, std::ptrdiff_t, std::source_location);

    template <class F, class T>
    static constexpr bool is_function_of = std::is_invocable_r_v<tensor<T>, F, tensor<T> const&>;

public:
    layer_activation() = default;

    /// Any function of a tensor. (One of tensors of double serves a model in float, too.)
    template <class F>
        requires(is_function_of<F, double> && is_function_of<F, float>)
    layer_activation(F const& f)
    {
        for_each_type([&]<class T>(function<T>& own) { own = f; });
    }

    // The names are those of templates: which function is meant only shows by the type asked for.
    // (Templates themselves, so that a program pays for what it names.)
    template <class Named = void>
    layer_activation(rule_function<rules::relu_rule>)
    {
        apply_rule<rules::relu_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::tanh_rule>)
    {
        apply_rule<rules::tanh_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::sigmoid_rule>)
    {
        apply_rule<rules::sigmoid_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::softplus_rule>)
    {
        apply_rule<rules::softplus_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::gelu_rule>)
    {
        apply_rule<rules::gelu_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::silu_rule>)
    {
        apply_rule<rules::silu_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::gelu_tanh_rule>)
    {
        apply_rule<rules::gelu_tanh_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::selu_rule>)
    {
        apply_rule<rules::selu_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::relu6_rule>)
    {
        apply_rule<rules::relu6_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::softsign_rule>)
    {
        apply_rule<rules::softsign_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::hard_tanh_rule>)
    {
        apply_rule<rules::hard_tanh_rule>();
    }

    template <class Named = void>
    layer_activation(rule_function<rules::hard_sigmoid_rule>)
    {
        apply_rule<rules::hard_sigmoid_rule>();
    }

    /// softmax, log_softmax, or another function over the last axis.
    template <class Named = void>
    layer_activation(share_function f)
    {
        share_function const shares = softmax<tensor<double>>;
        share_function const logarithms = log_softmax<tensor<double>>;
        for_each_type([&]<class T>(function<T>& own) {
            if (f == shares) {
                own = [](tensor<T> const& x) { return softmax(x); };
            } else if (f == logarithms) {
                own = [](tensor<T> const& x) { return log_softmax(x); };
            } else {
                own = [f](tensor<T> const& x) { return tensor<T>(f(tensor<double>(x), -1, {})); };
            }
        });
    }

    /// The function of tensors of T.
    template <class T>
    function<T> of() const
    {
        auto const& f = std::get<function<T>>(functions_);
        return f ? f : [](tensor<T> const& x) { return x; };
    }

private:
    template <class F>
    void for_each_type(F const& f)
    {
        f(std::get<function<double>>(functions_));
        f(std::get<function<float>>(functions_));
    }

    template <class R>
    void apply_rule()
    {
        for_each_type([]<class T>(function<T>& own) {
            own = [](tensor<T> const& x) { return tensor<T>(call<R>(x)); };
        });
    }

    std::tuple<function<double>, function<float>> functions_;
};
} // namespace xgrad
