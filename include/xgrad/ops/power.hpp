#pragma once

#include <xgrad/base/constants.hpp>
#include <xgrad/ops/families.hpp>

#include <utility>

namespace xgrad {
namespace rules {
/// √x. ∂ = 1/(2√x): +inf at 0 and -0.
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
        return V(1) / abs(y + y);
    }
};
} // namespace rules

template <array_operand X>
auto sqrt(X&& x)
{
    return call<rules::sqrt_rule>(std::forward<X>(x));
}

namespace rules {
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
        // y = 0 times a number is 0 by itself, with its derivatives.
        auto const power = pow(x, y - one);
        auto const by_x =
            select(y == zero, select(abs(power) < one / zero, y * power, zero), y * power);
        auto const at_zero = select(y < zero, -one / zero, zero);
        auto const at_negative = select(v == v, zero, v);
        auto const by_y = select(
            x == zero, at_zero, select(x < zero, at_negative, select(v == zero, zero, v * log(x))));
        return xgrad::partials(by_x, by_y);
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto pow(X&& x, Y&& y)
{
    return call<rules::pow_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// 1/√x. ∂ = -1/(2 x √x): -inf at 0.
struct rsqrt_rule : floating_rule
{
    static constexpr std::string_view name = "rsqrt";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return V(1) / sqrt(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return -(y * y) * (y * V(constants::half));
    }
};
} // namespace rules

template <array_operand X>
auto rsqrt(X&& x)
{
    return call<rules::rsqrt_rule>(std::forward<X>(x));
}

namespace rules {
/// ∛x. ∂ = 1/(3 ∛x²): inf at 0.
struct cbrt_rule : floating_rule
{
    static constexpr std::string_view name = "cbrt";

    template <class V>
    static constexpr V value(V const& x)
    {
        return cbrt(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return V(1) / (V(3) * (y * y));
    }
};
} // namespace rules

template <array_operand X>
auto cbrt(X&& x)
{
    return call<rules::cbrt_rule>(std::forward<X>(x));
}

namespace rules {
/// x³. ∂ = 3x².
struct cube_rule : arithmetic_rule
{
    static constexpr std::string_view name = "cube";

    template <class V>
    static constexpr V value(V const& x)
    {
        return x * x * x;
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(3) * (x * x);
    }
};
} // namespace rules

template <array_operand X>
auto cube(X&& x)
{
    return call<rules::cube_rule>(std::forward<X>(x));
}

namespace rules {
/// 1/x. ∂ = -1/x².
struct reciprocal_rule : floating_rule
{
    static constexpr std::string_view name = "reciprocal";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return V(1) / x;
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return -(y * y);
    }
};
} // namespace rules

template <array_operand X>
auto reciprocal(X&& x)
{
    return call<rules::reciprocal_rule>(std::forward<X>(x));
}

namespace rules {
/// √(x² + y²), without overflow in between. ∂x = x/√(x² + y²), ∂y alike: 0 at the origin, the sign
/// where the operand is infinite.
struct hypot_rule : floating_rule
{
    static constexpr std::string_view name = "hypot";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return hypot(x, y);
    }

    template <class V>
    static constexpr V slope(V const& x, V const& h)
    {
        auto const along = select(isinf(x), copysign(V(1), x), x / h);
        return select(h == V(0), V(0), along);
    }

    template <class V>
    static constexpr auto slopes(V const& x, V const& y, V const& h)
    {
        return xgrad::partials(slope(x, h), slope(y, h));
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        return slopes(x, y, hypot(x, y));
    }

    template <class V>
    XGRAD_ALWAYS_INLINE static constexpr auto value_and_partials_at(V const& x, V const& y)
    {
        auto const h = hypot(x, y);
        return std::pair(h, slopes(x, y, h));
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto hypot(X&& x, Y&& y)
{
    return call<rules::hypot_rule>(std::forward<X>(x), std::forward<Y>(y));
}
} // namespace xgrad
