#pragma once

#include <xgrad/base/constants.hpp>
#include <xgrad/ops/families.hpp>

// Piecewise activations. At a kink: the subgradient of least norm.

namespace xgrad {
namespace rules {
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
} // namespace rules

template <array_operand X>
auto relu(X&& x)
{
    return call<rules::relu_rule>(std::forward<X>(x));
}

namespace rules {
/// min(max(x, 0), 6). ∂ = 1 where 0 < x < 6, else 0.
struct relu6_rule : arithmetic_rule
{
    static constexpr std::string_view name = "relu6";

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x < V(0), V(0), select(x > V(6), V(6), x));
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return gate(x > V(0) && x < V(6));
    }
};
} // namespace rules

template <array_operand X>
auto relu6(X&& x)
{
    return call<rules::relu6_rule>(std::forward<X>(x));
}

namespace detail {
/// The least in magnitude of the numbers between a and 1.
template <class V>
constexpr V least_up_to_one(V const& a)
{
    return select(a < V(0), V(0), select(a > V(1), V(1), a));
}

/// A number as the floating-point type of x: `leaky_relu(x, 0.01)` of floats stays in float.
template <class X, class A>
decltype(auto) parameter(A&& a)
{
    if constexpr (arithmetic<std::remove_cvref_t<A>>) {
        return static_cast<floating_element<value_type_of<X>>>(a);
    } else {
        return std::forward<A>(a);
    }
}
} // namespace detail

namespace rules {
/// x where x > 0, else slope x. ∂x = 1, slope; at 0 the least between them. ∂slope = x where x < 0,
/// else 0.
struct leaky_relu_rule : floating_rule
{
    static constexpr std::string_view name = "leaky_relu";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x, V const& slope)
    {
        return select(x > V(0), x, slope * x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& slope)
    {
        V const zero(0);
        auto const at_zero = detail::least_up_to_one(slope);
        auto const by_x = select(x > zero, V(1), select(x == zero, at_zero, slope));
        return xgrad::partials(by_x, select(x < zero, x, zero));
    }
};
} // namespace rules

template <class X, class Slope>
    requires operands<X, Slope>
auto leaky_relu(X&& x, Slope&& slope)
{
    return call<rules::leaky_relu_rule>(
        std::forward<X>(x), detail::parameter<X>(std::forward<Slope>(slope)));
}

namespace rules {
/// x where x > 0, else alpha (e^x - 1). ∂x = 1, alpha e^x; at 0 the least between 1 and alpha.
/// ∂alpha = e^x - 1 where x < 0, else 0. D.-A. Clevert et al. (2015).
struct elu_rule : floating_rule
{
    static constexpr std::string_view name = "elu";

    template <class V>
    static constexpr V value(V const& x, V const& alpha)
    {
        return select(x > V(0), x, alpha * expm1(x));
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& alpha)
    {
        V const zero(0);
        auto const at_zero = detail::least_up_to_one(alpha);
        auto const by_x = select(x > zero, V(1), select(x == zero, at_zero, alpha * exp(x)));
        return xgrad::partials(by_x, select(x < zero, expm1(x), zero));
    }
};
} // namespace rules

template <class X, class Alpha>
    requires operands<X, Alpha>
auto elu(X&& x, Alpha&& alpha)
{
    return call<rules::elu_rule>(
        std::forward<X>(x), detail::parameter<X>(std::forward<Alpha>(alpha)));
}

/// With alpha = 1.
template <array_operand X>
auto elu(X&& x)
{
    return elu(std::forward<X>(x), 1);
}

namespace rules {
/// scale x where x > 0, else scale alpha (e^x - 1), with the two constants of G. Klambauer et al.
/// (2017). ∂ = scale, scale alpha e^x; scale at 0, the lesser.
struct selu_rule : floating_rule
{
    static constexpr std::string_view name = "selu";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        V const alpha(constants::selu_alpha);
        return V(constants::selu_scale) * select(x > V(0), x, alpha * expm1(x));
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        V const alpha(constants::selu_alpha);
        return V(constants::selu_scale) * select(x >= V(0), V(1), alpha * exp(x));
    }
};
} // namespace rules

template <array_operand X>
auto selu(X&& x)
{
    return call<rules::selu_rule>(std::forward<X>(x));
}

namespace rules {
/// x, clipped to [-1, 1]. ∂ = 1 inside, else 0.
struct hard_tanh_rule : arithmetic_rule
{
    static constexpr std::string_view name = "hard_tanh";

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x < V(-1), V(-1), select(x > V(1), V(1), x));
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return gate(x > V(-1) && x < V(1));
    }
};
} // namespace rules

template <array_operand X>
auto hard_tanh(X&& x)
{
    return call<rules::hard_tanh_rule>(std::forward<X>(x));
}

namespace rules {
/// x/6 + 1/2, clipped to [0, 1]. ∂ = 1/6 inside, else 0.
struct hard_sigmoid_rule : floating_rule
{
    static constexpr std::string_view name = "hard_sigmoid";
    static constexpr bool inlined = true;
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        auto const line = (x + V(3)) / V(6);
        return select(line < V(0), V(0), select(line > V(1), V(1), line));
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return select(x > V(-3) && x < V(3), V(1) / V(6), V(0));
    }
};
} // namespace rules

template <array_operand X>
auto hard_sigmoid(X&& x)
{
    return call<rules::hard_sigmoid_rule>(std::forward<X>(x));
}
} // namespace xgrad
