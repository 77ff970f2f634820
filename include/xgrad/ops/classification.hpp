#pragma once

#include <xgrad/ops/families.hpp>

// What kind of number: truth values, without a derivative.

namespace xgrad {
namespace rules {
/// x is no number.
struct isnan_rule : predicate_rule
{
    static constexpr std::string_view name = "isnan";

    template <class V>
    static constexpr auto value(V const& x)
    {
        return isnan(x);
    }
};
} // namespace rules

template <array_operand X>
auto isnan(X&& x)
{
    return call<rules::isnan_rule>(std::forward<X>(x));
}

namespace rules {
/// x is infinite.
struct isinf_rule : predicate_rule
{
    static constexpr std::string_view name = "isinf";

    template <class V>
    static constexpr auto value(V const& x)
    {
        return isinf(x);
    }
};
} // namespace rules

template <array_operand X>
auto isinf(X&& x)
{
    return call<rules::isinf_rule>(std::forward<X>(x));
}

namespace rules {
/// x is a finite number.
struct isfinite_rule : predicate_rule
{
    static constexpr std::string_view name = "isfinite";

    template <class V>
    static constexpr auto value(V const& x)
    {
        return isfinite(x);
    }
};
} // namespace rules

template <array_operand X>
auto isfinite(X&& x)
{
    return call<rules::isfinite_rule>(std::forward<X>(x));
}

namespace rules {
/// x and y are equal, or finite with |x - y| <= absolute + relative |y|, or both NaN if
/// `equal_nan`.
struct isclose_rule : predicate_rule
{
    static constexpr std::string_view name = "isclose";
    static constexpr unsigned condition_operands = 0b10000;

    template <class V, class M>
    static constexpr auto
    value(V const& x, V const& y, V const& relative, V const& absolute, M const& equal_nan)
    {
        auto const near = abs(x - y) <= absolute + relative * abs(y);
        auto const both_nan = equal_nan && isnan(x) && isnan(y);
        return x == y || (isfinite(x) && isfinite(y) && near) || both_nan;
    }
};
} // namespace rules

/// With xtensor's and NumPy's default tolerances.
template <class X, class Y>
    requires operands<X, Y>
auto isclose(X&& x, Y&& y, double relative = 1e-5, double absolute = 1e-8, bool equal_nan = false)
{
    return call<rules::isclose_rule>(
        std::forward<X>(x), std::forward<Y>(y), relative, absolute, equal_nan);
}
} // namespace xgrad
