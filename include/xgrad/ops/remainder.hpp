#pragma once

#include <xgrad/ops/families.hpp>

namespace xgrad {
namespace rules {
/// x - n y with n = x/y truncated: the sign of x. ∂x = 1, ∂y = -n. C99 F.9.7.1.
struct fmod_rule : floating_rule
{
    static constexpr std::string_view name = "fmod";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return fmod(x, y);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        return xgrad::partials(constant_partial<1>{}, -rint((x - fmod(x, y)) / y));
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto fmod(X&& x, Y&& y)
{
    return call<rules::fmod_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x - n y with n the whole number nearest to x/y, ties to even. ∂x = 1, ∂y = -n. C99 F.9.7.2.
struct remainder_rule : floating_rule
{
    static constexpr std::string_view name = "remainder";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return remainder(x, y);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        return xgrad::partials(constant_partial<1>{}, -rint((x - remainder(x, y)) / y));
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto remainder(X&& x, Y&& y)
{
    return call<rules::remainder_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x - y where that is positive, else 0. ∂x = 1 and ∂y = -1 where x > y, else 0.
struct fdim_rule : floating_rule
{
    static constexpr std::string_view name = "fdim";
    static constexpr bool inlined = true;
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return select(x <= y, V(0), x - y);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        V const one = select(x > y, V(1), V(0));
        return xgrad::partials(one, -one);
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto fdim(X&& x, Y&& y)
{
    return call<rules::fdim_rule>(std::forward<X>(x), std::forward<Y>(y));
}
} // namespace xgrad
