#pragma once

#include <xgrad/base/constants.hpp>
#include <xgrad/ops/families.hpp>

#include <utility>

namespace xgrad {
namespace rules {
/// e^(-x²). ∂ = -2x e^(-x²).
struct exp_minus_square_rule : floating_rule
{
    static constexpr std::string_view name = "exp_minus_square";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return exp_minus_square(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(-2) * x * exp_minus_square(x);
    }
};

/// The error function. ∂ = 2/√π e^(-x²). DLMF 7.10.1.
struct erf_rule : floating_rule
{
    static constexpr std::string_view name = "erf";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return erf(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(constants::two_over_sqrt_pi) * exp_minus_square(x);
    }
};
} // namespace rules

template <array_operand X>
auto erf(X&& x)
{
    return call<rules::erf_rule>(std::forward<X>(x));
}

namespace rules {
/// 1 - erf x, with all digits in its tail. ∂ = -2/√π e^(-x²). DLMF 7.10.1.
struct erfc_rule : floating_rule
{
    static constexpr std::string_view name = "erfc";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return erfc(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return -V(constants::two_over_sqrt_pi) * exp_minus_square(x);
    }
};
} // namespace rules

template <array_operand X>
auto erfc(X&& x)
{
    return call<rules::erfc_rule>(std::forward<X>(x));
}

namespace rules {
/// The inverse of erf on [-1, 1]. ∂ = √π/2 e^(y²): inf at ±1.
struct erfinv_rule : floating_rule
{
    static constexpr std::string_view name = "erfinv";

    template <class V>
    static constexpr V value(V const& x)
    {
        return erfinv(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return V(constants::half_sqrt_pi) * exp(y * y);
    }
};
} // namespace rules

template <array_operand X>
auto erfinv(X&& x)
{
    return call<rules::erfinv_rule>(std::forward<X>(x));
}

namespace rules {
/// log |Γ(x)|. ∂ = ψ(x). DLMF 5.2.2.
struct lgamma_rule : floating_rule
{
    static constexpr std::string_view name = "lgamma";

    template <class V>
    static constexpr V value(V const& x)
    {
        return lgamma(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return digamma(x);
    }
};
} // namespace rules

template <array_operand X>
auto lgamma(X&& x)
{
    return call<rules::lgamma_rule>(std::forward<X>(x));
}

namespace rules {
/// Γ(x). ∂ = Γ(x) ψ(x). DLMF 5.2.2.
struct tgamma_rule : floating_rule
{
    static constexpr std::string_view name = "tgamma";

    template <class V>
    static constexpr V value(V const& x)
    {
        return tgamma(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return tgamma(x) * digamma(x);
    }

    template <class V>
    XGRAD_ALWAYS_INLINE static constexpr auto value_and_partials_at(V const& x)
    {
        auto const y = tgamma(x);
        return std::pair(y, y * digamma(x));
    }
};
} // namespace rules

template <array_operand X>
auto tgamma(X&& x)
{
    return call<rules::tgamma_rule>(std::forward<X>(x));
}

namespace rules {
/// ψ⁽ⁿ⁾(x), the n-th derivative of digamma, n = 1, 2, ... ∂x = ψ⁽ⁿ⁺¹⁾(x). DLMF 5.15.
struct polygamma_rule : floating_rule
{
    static constexpr std::string_view name = "polygamma";

    template <class V>
    static constexpr V value(V const& n, V const& x)
    {
        return polygamma(n, x);
    }

    template <class V>
    static constexpr auto partials_at(V const& n, V const& x)
    {
        return xgrad::partials(no_partial{}, polygamma(n + V(1), x));
    }
};

/// ψ'(x). ∂ = ψ''(x). DLMF 5.15.
struct trigamma_rule : floating_rule
{
    static constexpr std::string_view name = "trigamma";

    template <class V>
    static constexpr V value(V const& x)
    {
        return trigamma(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return polygamma(V(2), x);
    }
};

/// ψ(x) = Γ'(x)/Γ(x). ∂ = ψ'(x). DLMF 5.15.1.
struct digamma_rule : floating_rule
{
    static constexpr std::string_view name = "digamma";

    template <class V>
    static constexpr V value(V const& x)
    {
        return digamma(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return trigamma(x);
    }
};
} // namespace rules

template <array_operand X>
auto digamma(X&& x)
{
    return call<rules::digamma_rule>(std::forward<X>(x));
}
} // namespace xgrad
