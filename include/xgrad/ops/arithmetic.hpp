#pragma once

#include <xgrad/base/constants.hpp>
#include <xgrad/ops/families.hpp>
#include <xgrad/tensor/tensor.hpp>

namespace xgrad {
namespace rules {
/// +x. ∂ = 1.
struct positive_rule : arithmetic_rule
{
    static constexpr std::string_view name = "positive";
    static constexpr std::string_view symbol = "+";

    template <class V>
    static constexpr V value(V const& x)
    {
        return x;
    }

    static constexpr auto partials() { return constant_partial<1>{}; }
};
} // namespace rules

template <expression X>
auto operator+(X&& x)
{
    return call<rules::positive_rule>(std::forward<X>(x));
}

namespace rules {
/// -x. ∂ = -1.
struct negative_rule : arithmetic_rule
{
    static constexpr std::string_view name = "negative";
    static constexpr std::string_view symbol = "-";

    template <class V>
    static constexpr V value(V const& x)
    {
        return -x;
    }

    static constexpr auto partials() { return constant_partial<-1>{}; }
};
} // namespace rules

template <expression X>
auto operator-(X&& x)
{
    return call<rules::negative_rule>(std::forward<X>(x));
}

namespace rules {
/// x + y. ∂x = 1, ∂y = 1.
struct add_rule : arithmetic_rule
{
    static constexpr std::string_view name = "add";
    static constexpr std::string_view symbol = "+";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return x + y;
    }

    static constexpr auto partials()
    {
        return xgrad::partials(constant_partial<1>{}, constant_partial<1>{});
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator+(X&& x, Y&& y)
{
    return call<rules::add_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x - y. ∂x = 1, ∂y = -1.
struct subtract_rule : arithmetic_rule
{
    static constexpr std::string_view name = "subtract";
    static constexpr std::string_view symbol = "-";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return x - y;
    }

    static constexpr auto partials()
    {
        return xgrad::partials(constant_partial<1>{}, constant_partial<-1>{});
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator-(X&& x, Y&& y)
{
    return call<rules::subtract_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x y. ∂x = y, ∂y = x.
struct multiply_rule : arithmetic_rule
{
    static constexpr std::string_view name = "multiply";
    static constexpr std::string_view symbol = "*";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return x * y;
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        return xgrad::partials(y, x);
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator*(X&& x, Y&& y)
{
    return call<rules::multiply_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x / y. ∂x = 1/y, ∂y = -x/y². Integers truncate, and give 0 where y is 0.
struct divide_rule : arithmetic_rule
{
    static constexpr std::string_view name = "divide";
    static constexpr std::string_view symbol = "/";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return x / y;
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        return xgrad::partials(V(1) / y, -(x / y) / y);
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator/(X&& x, Y&& y)
{
    return call<rules::divide_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x - y trunc(x / y), of integers: what C++ has for them, with the sign of x; 0 where y is 0.
struct modulus_rule : arithmetic_rule
{
    static constexpr std::string_view name = "modulus";
    static constexpr std::string_view symbol = "%";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return select(y == V(0), V(0), x - x / y * y);
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator%(X&& x, Y&& y)
{
    static_assert(
        std::integral<value_type_of<X>> && std::integral<value_type_of<Y>>,
        "xgrad: x % y is for integers; of floating-point numbers fmod(x, y) is the same, and "
        "remainder(x, y) the one nearest to 0");
    return call<rules::modulus_rule>(std::forward<X>(x), std::forward<Y>(y));
}

/// x + e, under the name x: other tensors, and what tapes recorded, keep the old value.
template <tensor_element T, operand E>
tensor<T>& operator+=(tensor<T>& x, E&& e)
{
    return x = x + std::forward<E>(e);
}

template <tensor_element T, operand E>
tensor<T>& operator-=(tensor<T>& x, E&& e)
{
    return x = x - std::forward<E>(e);
}

template <tensor_element T, operand E>
tensor<T>& operator*=(tensor<T>& x, E&& e)
{
    return x = x * std::forward<E>(e);
}

template <tensor_element T, operand E>
tensor<T>& operator/=(tensor<T>& x, E&& e)
{
    return x = x / std::forward<E>(e);
}

template <std::integral T, operand E>
tensor<T>& operator%=(tensor<T>& x, E&& e)
{
    return x = x % std::forward<E>(e);
}

namespace rules {
/// x². ∂ = 2x.
struct square_rule : arithmetic_rule
{
    static constexpr std::string_view name = "square";

    template <class V>
    static constexpr V value(V const& x)
    {
        return x * x;
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return x + x;
    }
};
} // namespace rules

template <array_operand X>
auto square(X&& x)
{
    return call<rules::square_rule>(std::forward<X>(x));
}

namespace rules {
/// x y + z, rounded once. ∂x = y, ∂y = x, ∂z = 1.
struct fma_rule : floating_rule
{
    static constexpr std::string_view name = "fma";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x, V const& y, V const& z)
    {
        return exact_fma(x, y, z);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y, V const&)
    {
        return xgrad::partials(y, x, constant_partial<1>{});
    }
};
} // namespace rules

template <class X, class Y, class Z>
    requires operands<X, Y, Z>
auto fma(X&& x, Y&& y, Z&& z)
{
    return call<rules::fma_rule>(std::forward<X>(x), std::forward<Y>(y), std::forward<Z>(z));
}

namespace rules {
/// x + t (y - x), from the nearer end, so that t = 1 gives y. ∂x = 1 - t, ∂y = t, ∂t = y - x.
struct lerp_rule : floating_rule
{
    static constexpr std::string_view name = "lerp";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& x, V const& y, V const& t)
    {
        auto const d = y - x;
        return select(t < V(constants::half), x + t * d, y - (V(1) - t) * d);
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y, V const& t)
    {
        return xgrad::partials(V(1) - t, t, y - x);
    }
};
} // namespace rules

template <class X, class Y, class T>
    requires operands<X, Y, T>
auto lerp(X&& x, Y&& y, T&& t)
{
    return call<rules::lerp_rule>(std::forward<X>(x), std::forward<Y>(y), std::forward<T>(t));
}
} // namespace xgrad
