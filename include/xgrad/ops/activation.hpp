#pragma once

#include <xgrad/ops/families.hpp>

namespace xgrad {
/// σ(x) = 1/(1 + e^(-x)). ∂ = σ(x) (1 - σ(x)).
struct sigmoid_rule : floating_rule
{
    static constexpr std::string_view name = "sigmoid";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return sigmoid(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return y * (V(1) - y);
    }
};

template <array X>
auto sigmoid(X&& x)
{
    return call<sigmoid_rule>(std::forward<X>(x));
}

/// log(1 + e^x), as max(x, 0) + log1p(e^(-|x|)) so that neither tail overflows or cancels.
/// ∂ = σ(x).
struct softplus_rule : floating_rule
{
    static constexpr std::string_view name = "softplus";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x < V(0), V(0), x) + log1p(exp(-abs(x)));
    }

    template <class V>
    static constexpr V partials_at(V const& x)
    {
        return sigmoid(x);
    }
};

template <array X>
auto softplus(X&& x)
{
    return call<softplus_rule>(std::forward<X>(x));
}

/// max(x, 0). ∂ = 1 where x > 0, else 0.
struct relu_rule : arithmetic_rule
{
    static constexpr std::string_view name = "relu";

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x < V(0), V(0), x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return gate(x > V(0));
    }
};

template <array X>
auto relu(X&& x)
{
    return call<relu_rule>(std::forward<X>(x));
}
} // namespace xgrad
