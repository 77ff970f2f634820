#pragma once

#include <xgrad/base/constants.hpp>
#include <xgrad/ops/families.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

namespace xgrad {
namespace rules {
/// |x|. ∂ = sign x: 0 at 0.
struct abs_rule : arithmetic_rule
{
    static constexpr std::string_view name = "abs";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return abs(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        V const zero(0);
        return select(x > zero, V(1), select(x < zero, V(-1), select(x == zero, zero, x)));
    }
};
} // namespace rules

template <array_operand X>
auto abs(X&& x)
{
    return call<rules::abs_rule>(std::forward<X>(x));
}

namespace rules {
/// ∂ = 1 for the operand that was chosen, 1/2 for each at a tie; exactly nothing reaches the other.
template <class Mask, class V>
constexpr auto partials_of_chosen(Mask const& by_x, Mask const& by_y, V const& half)
{
    auto const weight = select(by_x || by_y, V(1), half);
    return xgrad::partials(weighted_gate(!by_y, weight), weighted_gate(!by_x, weight));
}

/// The larger of x and y; NaN where either is. ∂ = 1 for the larger, 1/2 for each at a tie.
struct maximum_rule : arithmetic_rule
{
    static constexpr std::string_view name = "maximum";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return select(x > y || x != x, x, y);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        return partials_of_chosen(x > y, x < y, V(1) / V(2));
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto maximum(X&& x, Y&& y)
{
    return call<rules::maximum_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// The smaller of x and y; NaN where either is. ∂ = 1 for the smaller, 1/2 for each at a tie.
struct minimum_rule : arithmetic_rule
{
    static constexpr std::string_view name = "minimum";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return select(x < y || x != x, x, y);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        return partials_of_chosen(x<y, x> y, V(1) / V(2));
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto minimum(X&& x, Y&& y)
{
    return call<rules::minimum_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// min(max(x, low), high). ∂x = 1 inside and at the edges, ∂low = 1 below, ∂high = 1 above.
struct clip_rule : arithmetic_rule
{
    static constexpr std::string_view name = "clip";

    template <class V>
    static constexpr V value(V const& x, V const& low, V const& high)
    {
        auto const raised = select(x < low, low, x);
        return select(raised > high, high, raised);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& low, V const& high)
    {
        return xgrad::partials(
            gate(!(x < low || x > high)),
            gate(x < low && low <= high),
            gate(x > high || (x < low && low > high)));
    }
};
} // namespace rules

template <class X, class Low, class High>
    requires operands<X, Low, High>
auto clip(X&& x, Low&& low, High&& high)
{
    return call<rules::clip_rule>(
        std::forward<X>(x), std::forward<Low>(low), std::forward<High>(high));
}

namespace rules {
/// x where the condition holds, else y. Nothing reaches what lies below the branch not taken. Of
/// two truth values it is one.
struct where_rule : arithmetic_rule
{
    static constexpr std::string_view name = "where";
    static constexpr unsigned condition_operands = 0b001;

    template <class C, class X, class Y>
    using result = std::
        conditional_t<std::same_as<X, bool> && std::same_as<Y, bool>, bool, promoted_element<X, Y>>;

    template <class M, class V>
    static constexpr V value(M const& condition, V const& x, V const& y)
    {
        return select(condition, x, y);
    }

    template <class M, class V>
    static constexpr auto partials_at(M const& condition, V const&, V const&)
    {
        return xgrad::partials(no_partial{}, branch(condition), branch(!condition));
    }
};
} // namespace rules

template <class C, class X, class Y>
    requires operands<C, X, Y>
auto where(C&& condition, X&& x, Y&& y)
{
    return call<rules::where_rule>(
        std::forward<C>(condition), std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// |x| in floating point. ∂ = sign x: 0 at 0.
struct fabs_rule : floating_rule
{
    static constexpr std::string_view name = "fabs";
    static constexpr bool inlined = true;
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return abs(x);
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return abs_rule::partials_at(x);
    }
};
} // namespace rules

template <array_operand X>
auto fabs(X&& x)
{
    return call<rules::fabs_rule>(std::forward<X>(x));
}

namespace rules {
/// The larger of x and y, or the one that is no NaN. ∂ = 1 for it, 1/2 for each at a tie. C99
/// F.9.9.2.
struct fmax_rule : floating_rule
{
    static constexpr std::string_view name = "fmax";
    static constexpr bool inlined = true;
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return select(x > y || y != y, x, y);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        auto const by_x = x > y || y != y;
        auto const by_y = x < y || (x != x && y == y);
        return partials_of_chosen(by_x, by_y, V(constants::half));
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto fmax(X&& x, Y&& y)
{
    return call<rules::fmax_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// The smaller of x and y, or the one that is no NaN. ∂ = 1 for it, 1/2 for each at a tie. C99
/// F.9.9.3.
struct fmin_rule : floating_rule
{
    static constexpr std::string_view name = "fmin";
    static constexpr bool inlined = true;
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return select(x < y || y != y, x, y);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        auto const by_x = x < y || y != y;
        auto const by_y = x > y || (x != x && y == y);
        return partials_of_chosen(by_x, by_y, V(constants::half));
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto fmin(X&& x, Y&& y)
{
    return call<rules::fmin_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// |x| with the sign of y, that of a zero included. ∂x = 1 where the signs agree, else -1; 0 at 0.
/// ∂y = 0.
struct copysign_rule : floating_rule
{
    static constexpr std::string_view name = "copysign";
    static constexpr bool inlined = true;
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return copysign(x, y);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        auto const agree = copysign(V(1), x) * copysign(V(1), y);
        return xgrad::partials(select(x == V(0), V(0), agree), constant_partial<0>{});
    }
};
} // namespace rules

template <class X, class Y>
    requires operands<X, Y>
auto copysign(X&& x, Y&& y)
{
    return call<rules::copysign_rule>(std::forward<X>(x), std::forward<Y>(y));
}
} // namespace xgrad
