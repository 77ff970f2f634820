#pragma once

#include <xgrad/base/constants.hpp>
#include <xgrad/ops/families.hpp>

// Smooth activations, in forms that neither overflow nor cancel in the tails.

namespace xgrad {
namespace rules {
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
} // namespace rules

template <array_operand X>
auto sigmoid(X&& x)
{
    return call<rules::sigmoid_rule>(std::forward<X>(x));
}

namespace rules {
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
} // namespace rules

template <array_operand X>
auto softplus(X&& x)
{
    return call<rules::softplus_rule>(std::forward<X>(x));
}

namespace rules {
/// log σ(x) = min(x, 0) - log1p(e^(-|x|)). ∂ = σ(-x).
struct log_sigmoid_rule : floating_rule
{
    static constexpr std::string_view name = "log_sigmoid";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x > V(0), V(0), x) - log1p(exp(-abs(x)));
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return sigmoid(-x);
    }
};
} // namespace rules

template <array_operand X>
auto log_sigmoid(X&& x)
{
    return call<rules::log_sigmoid_rule>(std::forward<X>(x));
}

namespace rules {
/// log(x/(1 - x)), the inverse of σ; by log1p where it is near 0. ∂ = 1/(x (1 - x)): inf at 0
/// and 1.
struct logit_rule : floating_rule
{
    static constexpr std::string_view name = "logit";

    template <class V>
    static constexpr V value(V const& x)
    {
        auto const rest = V(1) - x;
        auto const near = x > V(1) / V(4);
        auto const odds = select(near, (x + x - V(1)) / rest, x / rest);
        return select(near, log1p(odds), log(odds));
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(1) / (x * (V(1) - x));
    }
};
} // namespace rules

template <array_operand X>
auto logit(X&& x)
{
    return call<rules::logit_rule>(std::forward<X>(x));
}

namespace rules {
/// x/(1 + |x|). ∂ = 1/(1 + |x|)².
struct softsign_rule : floating_rule
{
    static constexpr std::string_view name = "softsign";
    static constexpr bool inlined = true;
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(isinf(x), copysign(V(1), x), x / (V(1) + abs(x)));
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        auto const r = V(1) / (V(1) + abs(x));
        return r * r;
    }
};
} // namespace rules

template <array_operand X>
auto softsign(X&& x)
{
    return call<rules::softsign_rule>(std::forward<X>(x));
}

namespace rules {
/// x σ(x). ∂ = σ(x) (1 + x σ(-x)).
struct silu_rule : floating_rule
{
    static constexpr std::string_view name = "silu";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return silu(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        auto const s = sigmoid(x);
        auto const slope = s * (V(1) + x * sigmoid(-x));
        return select(isinf(x), s, slope);
    }
};
} // namespace rules

template <array_operand X>
auto silu(X&& x)
{
    return call<rules::silu_rule>(std::forward<X>(x));
}

namespace rules {
/// gelu'(x) = Φ(x) + x φ(x). ∂ = (2 - x²) φ(x), 0 where φ is.
struct gelu_slope_rule : floating_rule
{
    static constexpr std::string_view name = "gelu_slope";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return gelu_slope(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        auto const density =
            V(constants::inverse_sqrt_two_pi) * exp_minus_square(x * V(constants::sqrt_half));
        return select(abs(x) > V(40), V(0), (V(2) - x * x) * density);
    }
};

/// x Φ(x), Φ the normal distribution. ∂ = Φ(x) + x φ(x). D. Hendrycks, K. Gimpel (2016).
struct gelu_rule : floating_rule
{
    static constexpr std::string_view name = "gelu";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return gelu(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return gelu_slope(x);
    }

    template <class V>
        requires requires(V const& x) { gelu_and_slope(x); }
    XGRAD_ALWAYS_INLINE static constexpr auto value_and_partials_at(V const& x)
    {
        return gelu_and_slope(x);
    }
};
} // namespace rules

template <array_operand X>
auto gelu(X&& x)
{
    return call<rules::gelu_rule>(std::forward<X>(x));
}

namespace rules {
/// The derivative of gelu_tanh: σ(v) (1 + x σ(-v) v'), v = 2 √(2/π) (x + 0.044715 x³).
/// ∂ = σ(v) σ(-v) (2v' + x v'² (σ(-v) - σ(v)) + x v''), 0 where one of the σ is.
struct gelu_tanh_slope_rule : floating_rule
{
    static constexpr std::string_view name = "gelu_tanh_slope";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return gelu_tanh_slope(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        V const linear(constants::gelu_tanh_linear);
        V const cubic(constants::gelu_tanh_cubic);
        auto const square = x * x;
        auto const v = x * (linear + cubic * square);
        auto const slope = linear + V(3) * cubic * square;
        auto const above = sigmoid(v);
        auto const below = sigmoid(-v);
        auto const bend = V(6) * cubic * square;
        auto const rest = slope + slope + x * slope * slope * (below - above) + bend;
        return select(abs(x) > V(40), V(0), above * below * rest);
    }
};

/// x (1 + tanh(√(2/π) (x + 0.044715 x³)))/2. D. Hendrycks, K. Gimpel (2016).
struct gelu_tanh_rule : floating_rule
{
    static constexpr std::string_view name = "gelu_tanh";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return gelu_tanh(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return gelu_tanh_slope(x);
    }
};
} // namespace rules

template <array_operand X>
auto gelu_tanh(X&& x)
{
    return call<rules::gelu_tanh_rule>(std::forward<X>(x));
}
} // namespace xgrad
