#pragma once

#include <xgrad/expr/call.hpp>

// What the rules of a family have in common: the element type of their result.

namespace xgrad {
namespace rules {
/// Result as C++ promotes: int32 + float is a float.
struct arithmetic_rule
{
    static constexpr bool inlined = true;

    template <class... T>
    using result = promoted_element<T...>;
};

/// Result in floating point: exp of an integer is a double.
struct floating_rule
{
    template <class... T>
    using result = floating_element<T...>;
};

/// Result is a truth value, which carries no gradient.
struct predicate_rule
{
    static constexpr bool inlined = true;

    template <class... T>
    using result = bool;
};
} // namespace rules
} // namespace xgrad
