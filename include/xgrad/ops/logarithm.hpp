#pragma once

#include <xgrad/base/constants.hpp>
#include <xgrad/ops/families.hpp>

namespace xgrad {
namespace rules {
/// log x. ∂ = 1/x. DLMF 4.7.1.
struct log_rule : floating_rule
{
    static constexpr std::string_view name = "log";

    template <class V>
    static constexpr V value(V const& x)
    {
        return log(x);
    }

    template <class V>
    static constexpr V partials_at(V const& x)
    {
        return V(1) / x;
    }
};
} // namespace rules

template <array_operand X>
auto log(X&& x)
{
    return call<rules::log_rule>(std::forward<X>(x));
}

namespace rules {
/// log x / log 2. ∂ = 1/(x log 2).
struct log2_rule : floating_rule
{
    static constexpr std::string_view name = "log2";

    template <class V>
    static constexpr V value(V const& x)
    {
        return log2(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(1) / (x * V(constants::ln2));
    }
};
} // namespace rules

template <array_operand X>
auto log2(X&& x)
{
    return call<rules::log2_rule>(std::forward<X>(x));
}

namespace rules {
/// log x / log 10. ∂ = 1/(x log 10).
struct log10_rule : floating_rule
{
    static constexpr std::string_view name = "log10";

    template <class V>
    static constexpr V value(V const& x)
    {
        return log10(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(1) / (x * V(constants::ln10));
    }
};
} // namespace rules

template <array_operand X>
auto log10(X&& x)
{
    return call<rules::log10_rule>(std::forward<X>(x));
}

namespace rules {
/// log(1 + x) without cancellation near 0. ∂ = 1/(1 + x).
struct log1p_rule : floating_rule
{
    static constexpr std::string_view name = "log1p";

    template <class V>
    static constexpr V value(V const& x)
    {
        return log1p(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return V(1) / (V(1) + x);
    }
};
} // namespace rules

template <array_operand X>
auto log1p(X&& x)
{
    return call<rules::log1p_rule>(std::forward<X>(x));
}

namespace rules {
/// log(e^x + e^y) = max(x, y) + log1p(e^(-|x - y|)). ∂x = σ(x - y), ∂y = σ(y - x): both 0 where
/// x = y = -inf.
struct logaddexp_rule : floating_rule
{
    static constexpr std::string_view name = "logaddexp";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        auto const larger = select(x > y, x, y);
        auto const apart = larger + log1p(exp(-abs(x - y)));
        return select(x == y, x + V(constants::ln2), apart);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        auto const nothing = x == y && isinf(x) && x < V(0);
        auto const d = select(x == y && isinf(x), V(0), x - y);
        auto const by_x = select(nothing, V(0), sigmoid(d));
        auto const by_y = select(nothing, V(0), sigmoid(-d));
        return xgrad::partials(by_x, by_y);
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto logaddexp(X&& x, Y&& y)
{
    return call<rules::logaddexp_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x log y; 0 where x = 0 and y >= 0. ∂x = log y; ∂y = x/y, 0 where x = y = 0.
struct xlogy_rule : floating_rule
{
    static constexpr std::string_view name = "xlogy";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return select(x == V(0) && y >= V(0), V(0), x * log(y));
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        V const zero(0);
        return xgrad::partials(log(y), select(x == zero && y == zero, zero, x / y));
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto xlogy(X&& x, Y&& y)
{
    return call<rules::xlogy_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x log(1 + y); 0 where x = 0 and y >= -1. ∂x = log(1 + y); ∂y = x/(1 + y), 0 where x = 0
/// and y = -1.
struct xlog1py_rule : floating_rule
{
    static constexpr std::string_view name = "xlog1py";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return select(x == V(0) && y >= V(-1), V(0), x * log1p(y));
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        V const zero(0);
        return xgrad::partials(log1p(y), select(x == zero && y == V(-1), zero, x / (V(1) + y)));
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto xlog1py(X&& x, Y&& y)
{
    return call<rules::xlog1py_rule>(std::forward<X>(x), std::forward<Y>(y));
}
} // namespace xgrad
