#pragma once

#include <xgrad/base/constants.hpp>
#include <xgrad/ops/families.hpp>

namespace xgrad {
namespace rules {
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
} // namespace rules

template <array_operand X>
auto exp(X&& x)
{
    return call<rules::exp_rule>(std::forward<X>(x));
}

namespace rules {
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
} // namespace rules

template <array_operand X>
auto exp2(X&& x)
{
    return call<rules::exp2_rule>(std::forward<X>(x));
}

namespace rules {
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
} // namespace rules

template <array_operand X>
auto expm1(X&& x)
{
    return call<rules::expm1_rule>(std::forward<X>(x));
}
} // namespace xgrad
