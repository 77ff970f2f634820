#pragma once

#include <xgrad/ops/families.hpp>

// The inverse trigonometric functions. 1 - x² is (1 - x)(1 + x), which keeps its digits near ±1.

namespace xgrad {
namespace rules {
/// The angle in [-π/2, π/2] whose sine is x. ∂ = 1/√(1 - x²): inf at ±1. DLMF 4.24.7.
struct asin_rule : floating_rule
{
    static constexpr std::string_view name = "asin";

    template <class V>
    static constexpr V value(V const& x)
    {
        return asin(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(1) / sqrt((V(1) - x) * (V(1) + x));
    }
};
} // namespace rules

template <array_operand X>
auto asin(X&& x)
{
    return call<rules::asin_rule>(std::forward<X>(x));
}

namespace rules {
/// The angle in [0, π] whose cosine is x. ∂ = -1/√(1 - x²): -inf at ±1. DLMF 4.24.8.
struct acos_rule : floating_rule
{
    static constexpr std::string_view name = "acos";

    template <class V>
    static constexpr V value(V const& x)
    {
        return acos(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(-1) / sqrt((V(1) - x) * (V(1) + x));
    }
};
} // namespace rules

template <array_operand X>
auto acos(X&& x)
{
    return call<rules::acos_rule>(std::forward<X>(x));
}

namespace rules {
/// The angle in [-π/2, π/2] whose tangent is x. ∂ = 1/(1 + x²). DLMF 4.24.9.
struct atan_rule : floating_rule
{
    static constexpr std::string_view name = "atan";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return atan(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(1) / fma(x, x, V(1));
    }
};
} // namespace rules

template <array_operand X>
auto atan(X&& x)
{
    return call<rules::atan_rule>(std::forward<X>(x));
}

namespace rules {
/// The angle of the point (x, y) in [-π, π]: atan2(y, x). With r = √(x² + y²), ∂y = x/r², ∂x =
/// -y/r²: 0 at the origin and at infinity. C99 F.9.1.4.
struct atan2_rule : floating_rule
{
    static constexpr std::string_view name = "atan2";

    template <class V>
    static constexpr V value(V const& y, V const& x)
    {
        return atan2(y, x);
    }

    template <class V>
    static constexpr auto partials_at(V const& y, V const& x)
    {
        V const zero(0);
        auto const r = hypot(x, y);
        auto const none = r == zero || isinf(r);
        auto const by_y = select(none, zero, (x / r) / r);
        auto const by_x = select(none, zero, -(y / r) / r);
        return xgrad::partials(by_y, by_x);
    }
};
} // namespace rules

template <class Y, class X>
    requires operands<Y, X>
auto atan2(Y&& y, X&& x)
{
    return call<rules::atan2_rule>(std::forward<Y>(y), std::forward<X>(x));
}
} // namespace xgrad
