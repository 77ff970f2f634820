#pragma once

#include <xgrad/ops/families.hpp>

// Piecewise constant functions: their gradient is exactly zero. Whole numbers, infinities and NaN
// are their own values. C99 F.9.6.

namespace xgrad {
namespace rules {
/// 1, 0 or -1; NaN of NaN. ∂ = 0.
struct sign_rule : arithmetic_rule
{
    static constexpr std::string_view name = "sign";

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x > V(0), V(1), select(x < V(0), V(-1), x));
    }

    static constexpr auto partials() { return constant_partial<0>{}; }
};
} // namespace rules

template <array_operand X>
auto sign(X&& x)
{
    return call<rules::sign_rule>(std::forward<X>(x));
}

namespace rules {
/// The largest whole number not above x. ∂ = 0.
struct floor_rule : floating_rule
{
    static constexpr std::string_view name = "floor";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return floor(x);
    }

    static constexpr auto partials() { return constant_partial<0>{}; }
};
} // namespace rules

template <array_operand X>
auto floor(X&& x)
{
    return call<rules::floor_rule>(std::forward<X>(x));
}

namespace rules {
/// The smallest whole number not below x. ∂ = 0.
struct ceil_rule : floating_rule
{
    static constexpr std::string_view name = "ceil";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return ceil(x);
    }

    static constexpr auto partials() { return constant_partial<0>{}; }
};
} // namespace rules

template <array_operand X>
auto ceil(X&& x)
{
    return call<rules::ceil_rule>(std::forward<X>(x));
}

namespace rules {
/// x without its fraction. ∂ = 0.
struct trunc_rule : floating_rule
{
    static constexpr std::string_view name = "trunc";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return trunc(x);
    }

    static constexpr auto partials() { return constant_partial<0>{}; }
};
} // namespace rules

template <array_operand X>
auto trunc(X&& x)
{
    return call<rules::trunc_rule>(std::forward<X>(x));
}

namespace rules {
/// The nearest whole number, ties away from zero. ∂ = 0.
struct round_rule : floating_rule
{
    static constexpr std::string_view name = "round";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return round(x);
    }

    static constexpr auto partials() { return constant_partial<0>{}; }
};
} // namespace rules

template <array_operand X>
auto round(X&& x)
{
    return call<rules::round_rule>(std::forward<X>(x));
}

namespace rules {
/// The nearest whole number, ties to even. ∂ = 0.
struct rint_rule : floating_rule
{
    static constexpr std::string_view name = "rint";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return rint(x);
    }

    static constexpr auto partials() { return constant_partial<0>{}; }
};
} // namespace rules

template <array_operand X>
auto rint(X&& x)
{
    return call<rules::rint_rule>(std::forward<X>(x));
}

namespace rules {
/// The nearest whole number, ties to even, as rint. ∂ = 0.
struct nearbyint_rule : floating_rule
{
    static constexpr std::string_view name = "nearbyint";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return rint(x);
    }

    static constexpr auto partials() { return constant_partial<0>{}; }
};
} // namespace rules

template <array_operand X>
auto nearbyint(X&& x)
{
    return call<rules::nearbyint_rule>(std::forward<X>(x));
}
} // namespace xgrad
