#pragma once

#include <xgrad/ops/families.hpp>

#include <utility>

namespace xgrad {
namespace rules {
/// sinh x. ∂ = cosh x. DLMF 4.34.1.
struct sinh_rule : floating_rule
{
    static constexpr std::string_view name = "sinh";

    template <class V>
    static constexpr V value(V const& x)
    {
        return sinh(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return cosh(x);
    }

    template <class V>
    XGRAD_ALWAYS_INLINE static constexpr auto value_and_partials_at(V const& x)
    {
        auto const both = sinhcosh(x);
        return std::pair(both.sine, both.cosine);
    }
};
} // namespace rules

template <array_operand X>
auto sinh(X&& x)
{
    return call<rules::sinh_rule>(std::forward<X>(x));
}

namespace rules {
/// cosh x. ∂ = sinh x. DLMF 4.34.2.
struct cosh_rule : floating_rule
{
    static constexpr std::string_view name = "cosh";

    template <class V>
    static constexpr V value(V const& x)
    {
        return cosh(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return sinh(x);
    }

    template <class V>
    XGRAD_ALWAYS_INLINE static constexpr auto value_and_partials_at(V const& x)
    {
        auto const both = sinhcosh(x);
        return std::pair(both.cosine, both.sine);
    }
};
} // namespace rules

template <array_operand X>
auto cosh(X&& x)
{
    return call<rules::cosh_rule>(std::forward<X>(x));
}

namespace rules {
/// tanh x. ∂ = 1 - tanh² x. DLMF 4.34.3.
struct tanh_rule : floating_rule
{
    static constexpr std::string_view name = "tanh";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return tanh(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return (V(1) - y) * (V(1) + y);
    }
};
} // namespace rules

template <array_operand X>
auto tanh(X&& x)
{
    return call<rules::tanh_rule>(std::forward<X>(x));
}

namespace rules {
/// The inverse of sinh. ∂ = 1/√(1 + x²). DLMF 4.38.9.
struct asinh_rule : floating_rule
{
    static constexpr std::string_view name = "asinh";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return asinh(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(1) / hypot(V(1), x);
    }
};
} // namespace rules

template <array_operand X>
auto asinh(X&& x)
{
    return call<rules::asinh_rule>(std::forward<X>(x));
}

namespace rules {
/// The inverse of cosh on [1, inf). ∂ = 1/√(x² - 1): inf at 1. DLMF 4.38.10.
struct acosh_rule : floating_rule
{
    static constexpr std::string_view name = "acosh";

    template <class V>
    static constexpr V value(V const& x)
    {
        return acosh(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(1) / (sqrt(x - V(1)) * sqrt(x + V(1)));
    }
};
} // namespace rules

template <array_operand X>
auto acosh(X&& x)
{
    return call<rules::acosh_rule>(std::forward<X>(x));
}

namespace rules {
/// The inverse of tanh. ∂ = 1/(1 - x²): inf at ±1. DLMF 4.38.11.
struct atanh_rule : floating_rule
{
    static constexpr std::string_view name = "atanh";

    template <class V>
    static constexpr V value(V const& x)
    {
        return atanh(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(1) / ((V(1) - x) * (V(1) + x));
    }
};
} // namespace rules

template <array_operand X>
auto atanh(X&& x)
{
    return call<rules::atanh_rule>(std::forward<X>(x));
}
} // namespace xgrad
