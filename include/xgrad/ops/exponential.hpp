#pragma once

#include <xgrad/base/constants.hpp>
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

/// 2^x. ∂ = 2^x log 2. DLMF 4.7.10.
struct exp2_rule : floating_rule
{
    static constexpr std::string_view name = "exp2";

    template <class V>
    static constexpr V value(V const& x)
    {
        return exp2(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return y * V(constants::ln2);
    }
};

template <array X>
auto exp2(X&& x)
{
    return call<exp2_rule>(std::forward<X>(x));
}

/// e^x - 1 without cancellation near 0. ∂ = e^x.
struct expm1_rule : floating_rule
{
    static constexpr std::string_view name = "expm1";

    template <class V>
    static constexpr V value(V const& x)
    {
        return expm1(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return y + V(1);
    }
};

template <array X>
auto expm1(X&& x)
{
    return call<expm1_rule>(std::forward<X>(x));
}
} // namespace xgrad
