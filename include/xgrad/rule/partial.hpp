#pragma once

#include <xgrad/base/config.hpp>

#include <concepts>
#include <tuple>

// What a rule's partial derivative may be, and how it meets the incoming adjoint g. Numbers are
// the general case; the other kinds say more than a number could, and cost less.

namespace xgrad {
/// A partial that is the same whole number everywhere: nothing need be kept to know it.
template <int Value>
struct constant_partial
{};

/// 1 where the condition holds, else 0.
template <class Mask>
struct gate
{
    Mask condition;
};

template <class Mask>
gate(Mask) -> gate<Mask>;

/// The weight where the condition holds, else 0, whatever the adjoint is: of operands that share
/// one at a tie.
template <class Mask, class V>
struct weighted_gate
{
    Mask condition;
    V weight;
};

template <class Mask, class V>
weighted_gate(Mask, V) -> weighted_gate<Mask, V>;

/// As `gate`, and the operand was not chosen elsewhere: whatever its own derivative is there,
/// inf and NaN included, exactly nothing reaches what lies below it.
template <class Mask>
struct branch
{
    Mask condition;
};

template <class Mask>
branch(Mask) -> branch<Mask>;

/// An operand that has no derivative (a condition, an index).
struct no_partial
{};

/// An adjoint below a `branch`: zero outside `chosen`, whatever it is multiplied by.
template <class Value, class Mask>
struct masked_adjoint
{
    Value value;
    Mask chosen;
};

/// An adjoint that is the same whole number everywhere, known to the compiler: the seed of a sum.
template <class V, int Value>
struct constant_adjoint
{
    static constexpr int constant = Value;
};

/// An adjoint known to be zero.
template <class G>
inline constexpr bool is_zero_adjoint = false;

template <class V>
inline constexpr bool is_zero_adjoint<constant_adjoint<V, 0>> = true;

/// A plain adjoint, to which only its own partial matters.
template <class G>
concept plain_adjoint = !requires(G g) { g.chosen; } && !requires { G::constant; };

/// The finite chain rule: a partial that is infinite carries nothing from an adjoint of zero,
/// one that is NaN stays visible.
template <bool Finite, plain_adjoint V>
XGRAD_ALWAYS_INLINE constexpr V chain_rule(V const& g, V const& partial)
{
    if constexpr (Finite) {
        return g * partial;
    } else {
        return select(g == V(0) && isinf(partial), V(0), g * partial);
    }
}

template <bool Finite, plain_adjoint V, int Value>
XGRAD_ALWAYS_INLINE constexpr V chain_rule(V const& g, constant_partial<Value>)
{
    if constexpr (Value == 0) {
        return V(0);
    } else if constexpr (Value == 1) {
        return g;
    } else if constexpr (Value == -1) {
        return -g;
    } else {
        return g * V(Value);
    }
}

template <bool Finite, plain_adjoint V, class Mask>
XGRAD_ALWAYS_INLINE constexpr V chain_rule(V const& g, gate<Mask> const& partial)
{
    return select(partial.condition, g, V(0));
}

template <bool Finite, plain_adjoint V, class Mask>
XGRAD_ALWAYS_INLINE constexpr V chain_rule(V const& g, weighted_gate<Mask, V> const& partial)
{
    return select(partial.condition, g * partial.weight, V(0));
}

template <bool Finite, plain_adjoint V, class Mask>
XGRAD_ALWAYS_INLINE constexpr masked_adjoint<V, Mask>
chain_rule(V const& g, branch<Mask> const& partial)
{
    return {select(partial.condition, g, V(0)), partial.condition};
}

template <bool Finite, class V, class Mask, class Partial>
XGRAD_ALWAYS_INLINE constexpr masked_adjoint<V, Mask>
chain_rule(masked_adjoint<V, Mask> const& g, Partial const& partial)
{
    auto const inner = chain_rule<Finite>(g.value, partial);
    if constexpr (requires { inner.chosen; }) {
        return {inner.value, g.chosen && inner.chosen};
    } else if constexpr (std::same_as<Partial, V>) {
        return {select(g.chosen, inner, V(0)), g.chosen};
    } else {
        return {inner, g.chosen};
    }
}

template <bool Finite, class V, int Adjoint, int Value>
XGRAD_ALWAYS_INLINE constexpr auto chain_rule(constant_adjoint<V, Adjoint>, constant_partial<Value>)
{
    return constant_adjoint<V, Adjoint * Value>{};
}

template <bool Finite, class V, int Adjoint, class Partial>
XGRAD_ALWAYS_INLINE constexpr auto chain_rule(constant_adjoint<V, Adjoint>, Partial const& partial)
{
    if constexpr (Adjoint == 1 && std::same_as<Partial, V>) {
        return partial;
    } else {
        constexpr bool finite = Finite || Adjoint != 0;
        return chain_rule<finite>(V(Adjoint), partial);
    }
}

/// The adjoint as a plain number.
template <class V>
XGRAD_ALWAYS_INLINE constexpr V const& number(V const& g)
{
    return g;
}

template <class V, int Value>
XGRAD_ALWAYS_INLINE constexpr V number(constant_adjoint<V, Value>)
{
    return V(Value);
}

template <class V, class Mask>
XGRAD_ALWAYS_INLINE constexpr V const& number(masked_adjoint<V, Mask> const& g)
{
    return g.value;
}

/// The partials of a rule of several operands, in order.
template <class... P>
constexpr auto partials(P const&... p)
{
    return std::tuple<P...>(p...);
}
} // namespace xgrad
