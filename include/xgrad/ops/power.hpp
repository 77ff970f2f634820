#pragma once

#include <xgrad/ops/families.hpp>

namespace xgrad {
/// √x. ∂ = 1/(2√x): +inf at 0.
struct sqrt_rule : floating_rule
{
    static constexpr std::string_view name = "sqrt";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return sqrt(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return V(1) / (y + y);
    }
};

template <array X>
auto sqrt(X&& x)
{
    return call<sqrt_rule>(std::forward<X>(x));
}

/// x^y. ∂x = y x^(y-1), 0 where y = 0; ∂y = x^y log x, where x = 0: 0 for y >= 0, -inf for y < 0;
/// where x < 0: 0 for a whole y (NaN otherwise, as the value). Special values: C99 F.9.4.4.
struct pow_rule : floating_rule
{
    static constexpr std::string_view name = "pow";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return pow(x, y);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        V const zero(0);
        V const one(1);
        auto const v = pow(x, y);
        auto const by_x = select(y == zero, zero, y * pow(x, y - one));
        auto const at_zero = select(y < zero, -one / zero, zero);
        auto const at_negative = select(v == v, zero, v);
        auto const by_y = select(
            x == zero, at_zero, select(x < zero, at_negative, select(v == zero, zero, v * log(x))));
        return xgrad::partials(by_x, by_y);
    }
};

template <class X, class Y>
    requires operands<X, Y>
auto pow(X&& x, Y&& y)
{
    return call<pow_rule>(std::forward<X>(x), std::forward<Y>(y));
}
} // namespace xgrad
