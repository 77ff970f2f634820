#pragma once

#include <xgrad/base/constants.hpp>
#include <xgrad/ops/families.hpp>

#include <utility>

namespace xgrad {
namespace rules {
/// sin x. ∂ = cos x. DLMF 4.20.1.
struct sin_rule : floating_rule
{
    static constexpr std::string_view name = "sin";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return sin(x);
    }

    template <class V>
    static constexpr V partials_at(V const& x)
    {
        return cos(x);
    }

    template <class V>
    XGRAD_ALWAYS_INLINE static constexpr auto value_and_partials_at(V const& x)
    {
        auto const both = sincos(x);
        return std::pair(both.sine, both.cosine);
    }
};
} // namespace rules

template <array_operand X>
auto sin(X&& x)
{
    return call<rules::sin_rule>(std::forward<X>(x));
}

namespace rules {
/// cos x. ∂ = -sin x. DLMF 4.20.2.
struct cos_rule : floating_rule
{
    static constexpr std::string_view name = "cos";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return cos(x);
    }

    template <class V>
    static constexpr V partials_at(V const& x)
    {
        return -sin(x);
    }

    template <class V>
    XGRAD_ALWAYS_INLINE static constexpr auto value_and_partials_at(V const& x)
    {
        auto const both = sincos(x);
        return std::pair(both.cosine, -both.sine);
    }
};
} // namespace rules

template <array_operand X>
auto cos(X&& x)
{
    return call<rules::cos_rule>(std::forward<X>(x));
}

namespace rules {
/// tan x. ∂ = 1 + tan² x. DLMF 4.20.3.
struct tan_rule : floating_rule
{
    static constexpr std::string_view name = "tan";

    template <class V>
    static constexpr V value(V const& x)
    {
        return tan(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return fma(y, y, V(1));
    }
};
} // namespace rules

template <array_operand X>
auto tan(X&& x)
{
    return call<rules::tan_rule>(std::forward<X>(x));
}

namespace rules {
/// The n-th derivative of sinc, n = 0, 1, 2, ... ∂x = the next one.
struct sinc_derivative_rule : floating_rule
{
    static constexpr std::string_view name = "sinc_derivative";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& n, V const& x)
    {
        return sinc_derivative(n, x);
    }

    template <class V>
    static constexpr auto partials_at(V const& n, V const& x)
    {
        return xgrad::partials(no_partial{}, sinc_derivative(n + V(1), x));
    }
};

/// sinc'(x). ∂ = sinc''(x).
struct sinc_slope_rule : floating_rule
{
    static constexpr std::string_view name = "sinc_slope";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return sinc_slope(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return sinc_derivative(V(2), x);
    }
};

/// sin πx / πx; 1 at 0. ∂ = (cos πx - sinc x)/x; 0 at 0.
struct sinc_rule : floating_rule
{
    static constexpr std::string_view name = "sinc";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return sinc(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return sinc_slope(x);
    }
};
} // namespace rules

template <array_operand X>
auto sinc(X&& x)
{
    return call<rules::sinc_rule>(std::forward<X>(x));
}

namespace rules {
/// π x / 180. ∂ = π/180.
struct deg2rad_rule : floating_rule
{
    static constexpr std::string_view name = "deg2rad";
    static constexpr bool inlined = true;
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return x * V(constants::radians_per_degree);
    }

    template <class V>
    static constexpr auto partials_at(V const&)
    {
        return V(constants::radians_per_degree);
    }
};
} // namespace rules

template <array_operand X>
auto deg2rad(X&& x)
{
    return call<rules::deg2rad_rule>(std::forward<X>(x));
}

namespace rules {
/// 180 x / π. ∂ = 180/π.
struct rad2deg_rule : floating_rule
{
    static constexpr std::string_view name = "rad2deg";
    static constexpr bool inlined = true;
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return x * V(constants::degrees_per_radian);
    }

    template <class V>
    static constexpr auto partials_at(V const&)
    {
        return V(constants::degrees_per_radian);
    }
};
} // namespace rules

template <array_operand X>
auto rad2deg(X&& x)
{
    return call<rules::rad2deg_rule>(std::forward<X>(x));
}
} // namespace xgrad
