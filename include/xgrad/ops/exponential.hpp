#pragma once

#include <xgrad/ops/families.hpp>

namespace xgrad {
/// e^x. ∂ = e^x. DLMF 4.7.7.
struct exp_rule : floating_rule
{
    static constexpr std::string_view name = "exp";

    template <class V>
    static constexpr V value(V const& x)
    {
        return exp(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return y;
    }
};

template <array X>
auto exp(X&& x)
{
    return call<exp_rule>(std::forward<X>(x));
}

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

template <array X>
auto log(X&& x)
{
    return call<log_rule>(std::forward<X>(x));
}
} // namespace xgrad
