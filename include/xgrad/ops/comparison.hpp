#pragma once

#include <xgrad/ops/families.hpp>

// Comparisons and logic: truth values, without a derivative. A NaN is equal to nothing.

namespace xgrad {
namespace rules {
/// x = y, element by element.
struct equal_rule : predicate_rule
{
    static constexpr std::string_view name = "equal";
    static constexpr std::string_view symbol = "==";

    template <class V>
    static constexpr auto value(V const& x, V const& y)
    {
        return x == y;
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator==(X&& x, Y&& y)
{
    return call<rules::equal_rule>(std::forward<X>(x), std::forward<Y>(y));
}

template <class X, class Y>
    requires operands<X, Y>
auto equal(X&& x, Y&& y)
{
    return call<rules::equal_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x ≠ y.
struct not_equal_rule : predicate_rule
{
    static constexpr std::string_view name = "not_equal";
    static constexpr std::string_view symbol = "!=";

    template <class V>
    static constexpr auto value(V const& x, V const& y)
    {
        return x != y;
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator!=(X&& x, Y&& y)
{
    return call<rules::not_equal_rule>(std::forward<X>(x), std::forward<Y>(y));
}

template <class X, class Y>
    requires operands<X, Y>
auto not_equal(X&& x, Y&& y)
{
    return call<rules::not_equal_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x < y.
struct less_rule : predicate_rule
{
    static constexpr std::string_view name = "less";
    static constexpr std::string_view symbol = "<";

    template <class V>
    static constexpr auto value(V const& x, V const& y)
    {
        return x < y;
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator<(X&& x, Y&& y)
{
    return call<rules::less_rule>(std::forward<X>(x), std::forward<Y>(y));
}

template <class X, class Y>
    requires operands<X, Y>
auto less(X&& x, Y&& y)
{
    return call<rules::less_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x ≤ y.
struct less_equal_rule : predicate_rule
{
    static constexpr std::string_view name = "less_equal";
    static constexpr std::string_view symbol = "<=";

    template <class V>
    static constexpr auto value(V const& x, V const& y)
    {
        return x <= y;
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator<=(X&& x, Y&& y)
{
    return call<rules::less_equal_rule>(std::forward<X>(x), std::forward<Y>(y));
}

template <class X, class Y>
    requires operands<X, Y>
auto less_equal(X&& x, Y&& y)
{
    return call<rules::less_equal_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x > y.
struct greater_rule : predicate_rule
{
    static constexpr std::string_view name = "greater";
    static constexpr std::string_view symbol = ">";

    template <class V>
    static constexpr auto value(V const& x, V const& y)
    {
        return x > y;
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator>(X&& x, Y&& y)
{
    return call<rules::greater_rule>(std::forward<X>(x), std::forward<Y>(y));
}

template <class X, class Y>
    requires operands<X, Y>
auto greater(X&& x, Y&& y)
{
    return call<rules::greater_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x ≥ y.
struct greater_equal_rule : predicate_rule
{
    static constexpr std::string_view name = "greater_equal";
    static constexpr std::string_view symbol = ">=";

    template <class V>
    static constexpr auto value(V const& x, V const& y)
    {
        return x >= y;
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator>=(X&& x, Y&& y)
{
    return call<rules::greater_equal_rule>(std::forward<X>(x), std::forward<Y>(y));
}

template <class X, class Y>
    requires operands<X, Y>
auto greater_equal(X&& x, Y&& y)
{
    return call<rules::greater_equal_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x and y. A number is true where it is not 0.
struct logical_and_rule : predicate_rule
{
    static constexpr std::string_view name = "logical_and";
    static constexpr std::string_view symbol = "&&";
    static constexpr unsigned condition_operands = 0b11;

    template <class M>
    static constexpr M value(M const& x, M const& y)
    {
        return x && y;
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator&&(X&& x, Y&& y)
{
    return call<rules::logical_and_rule>(std::forward<X>(x), std::forward<Y>(y));
}

template <class X, class Y>
    requires operands<X, Y>
auto logical_and(X&& x, Y&& y)
{
    return call<rules::logical_and_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// x or y. A number is true where it is not 0.
struct logical_or_rule : predicate_rule
{
    static constexpr std::string_view name = "logical_or";
    static constexpr std::string_view symbol = "||";
    static constexpr unsigned condition_operands = 0b11;

    template <class M>
    static constexpr M value(M const& x, M const& y)
    {
        return x || y;
    }
};
} // namespace rules

template <class X, class Y>
    requires own_operands<X, Y>
auto operator||(X&& x, Y&& y)
{
    return call<rules::logical_or_rule>(std::forward<X>(x), std::forward<Y>(y));
}

template <class X, class Y>
    requires operands<X, Y>
auto logical_or(X&& x, Y&& y)
{
    return call<rules::logical_or_rule>(std::forward<X>(x), std::forward<Y>(y));
}

namespace rules {
/// not x.
struct logical_not_rule : predicate_rule
{
    static constexpr std::string_view name = "logical_not";
    static constexpr std::string_view symbol = "!";
    static constexpr unsigned condition_operands = 0b1;

    template <class M>
    static constexpr M value(M const& x)
    {
        return !x;
    }
};
} // namespace rules

template <expression X>
auto operator!(X&& x)
{
    return call<rules::logical_not_rule>(std::forward<X>(x));
}

template <array_operand X>
auto logical_not(X&& x)
{
    return call<rules::logical_not_rule>(std::forward<X>(x));
}
} // namespace xgrad
