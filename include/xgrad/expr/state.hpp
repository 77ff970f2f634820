#pragma once

#include <xgrad/engine/block_length.hpp>
#include <xgrad/expr/tree.hpp>
#include <xgrad/simd/bits.hpp>
#include <xgrad/simd/integer_batch.hpp>
#include <xgrad/simd/math.hpp> // the functions that rules call

// What a kernel knows while it runs, in the shape of the expression: the state of a node holds that
// of each operand. A function over states is named by its own part of the expression alone, so that
// equal parts are compiled once; the kernels inline them all (`flatten`), and a state becomes
// registers.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// Elements that one call of a staged rule computes: its operands and its value stay in L1
/// together with those of the statement's other stages.
template <class T>
inline constexpr std::size_t sub_block_length = block_length<T> / 4;

namespace vectorized {
/// A truth value as a number, a number as a truth value, or what it is already.
template <bool Condition, class V, class X>
XGRAD_ALWAYS_INLINE auto as_operand(X const& x)
{
    using mask = typename V::mask_type;
    if constexpr (Condition == std::same_as<X, mask>) {
        return x;
    } else if constexpr (Condition) {
        return x != V(0);
    } else {
        return select(x, V(1), V(0));
    }
}

/// What holds values of element type S in a kernel that computes in T.
template <class S, class T>
using register_for = std::conditional_t<std::same_as<S, bool>, simd::mask<T>, simd::batch<T>>;

template <class T>
using buffer = T[sub_block_length<T>];

// Bases instead of std::tuple, whose many instantiations every node would pay for.
template <std::size_t I, class X>
struct held
{
    X value;
};

template <class Indices, class... X>
struct held_operands;

template <std::size_t... I, class... X>
struct held_operands<std::index_sequence<I...>, X...> : held<I, X>...
{};

template <class E, class T>
struct state;

template <class S, class T>
struct state<tensor<S>, T>
{
    using operands = std::index_sequence<>;
    T const* elements;
    register_for<S, T> value;
};

template <class S, class T>
struct state<scalar_operand<S>, T>
{
    using operands = std::index_sequence<>;
    register_for<S, T> value;
};

template <class R, class... X, class T>
struct state<call_node<R, X...>, T> : held_operands<std::index_sequence_for<X...>, state<X, T>...>
{
    using operands = std::index_sequence_for<X...>;
    register_for<typename call_node<R, X...>::value_type, T> value;
    // Of a staged rule over a sub-block: its operands (later its partials), and its values.
    T* slots[sizeof...(X)];
    T* values;
};

template <class E, class T>
using operands_of = typename state<E, T>::operands;

/// The state of operand I, an X.
template <std::size_t I, class X, class T, class State>
XGRAD_ALWAYS_INLINE state<X, T>& operand(State& s)
{
    return static_cast<held<I, state<X, T>>&>(s).value;
}

/// The value of a part as its parent takes it. A float that a double statement has computed is
/// rounded to a float, as C++ would.
template <class Parent, class X, std::size_t I, class T>
XGRAD_ALWAYS_INLINE auto value_for(state<X, T> const& s)
{
    using R = typename Parent::rule_type;
    auto const x = as_operand<is_condition<R, I>, simd::batch<T>>(s.value);
    if constexpr (
        std::same_as<T, double> && !is_condition<R, I> && is_node<X> &&
        std::same_as<typename X::value_type, float> &&
        std::same_as<typename Parent::value_type, double>) {
        return simd::round_to_float(x);
    } else {
        return x;
    }
}

/// What the parts of an expression take from a block, in order, for the sub-block at `begin`.
template <class T>
struct block_cursor
{
    void const* const* elements;
    T const* scalars;
    buffer<T>* buffers;
    std::size_t begin;
};

template <bool Adjoints, class S, class T>
inline void place(state<tensor<S>, T>& s, block_cursor<T>& next, std::index_sequence<>)
{
    s.elements = static_cast<T const*>(*next.elements++) + next.begin;
}

template <bool Adjoints, class S, class T>
inline void place(state<scalar_operand<S>, T>& s, block_cursor<T>& next, std::index_sequence<>)
{
    s.value = as_operand<std::same_as<S, bool>, simd::batch<T>>(simd::batch<T>(*next.scalars++));
}

template <bool Adjoints, class R, class... X, class T, std::size_t... I>
inline void place(state<call_node<R, X...>, T>& s, block_cursor<T>& next, std::index_sequence<I...>)
{
    if constexpr (!is_inlined<R>) {
        ((s.slots[I] = *next.buffers++), ...);
        // The partials take the operands' place, so that the values need one of their own.
        s.values = Adjoints ? *next.buffers++ : s.slots[0];
    }
    (place<Adjoints>(operand<I, X, T>(s), next, operands_of<X, T>{}), ...);
}

/// Computes the value of a part at elements i, i + 1, ... of the sub-block, from what is in the
/// buffers.
template <class S, class T>
inline void compute(state<tensor<S>, T>& s, std::size_t i, std::index_sequence<>)
{
    s.value =
        as_operand<std::same_as<S, bool>, simd::batch<T>>(simd::batch<T>::load(s.elements + i));
}

template <class S, class T>
inline void compute(state<scalar_operand<S>, T>&, std::size_t, std::index_sequence<>)
{}

/// The value of a node of an inlined rule, from those of its operands.
template <class R, class... X, class T, std::size_t... I>
XGRAD_ALWAYS_INLINE void compute_own(state<call_node<R, X...>, T>& s, std::index_sequence<I...>)
{
    using E = call_node<R, X...>;
    s.value = as_operand<std::same_as<typename E::value_type, bool>, simd::batch<T>>(
        R::value(value_for<E, X, I>(operand<I, X, T>(s))...));
}

template <class R, class... X, class T, std::size_t... I>
inline void compute(state<call_node<R, X...>, T>& s, std::size_t i, std::index_sequence<I...>)
{
    if constexpr (is_inlined<R>) {
        (compute(operand<I, X, T>(s), i, operands_of<X, T>{}), ...);
        compute_own(s, std::index_sequence<I...>{});
    } else {
        s.value = simd::batch<T>::load(s.values + i);
    }
}

/// Where operand I of a staged rule lies: elements or values that are there already, or its slot,
/// filled here.
template <class Parent, class X, std::size_t I, class T>
XGRAD_ALWAYS_INLINE T const* stage_operand(state<X, T>& s, T* slot, std::size_t count)
{
    using S = typename X::value_type;
    constexpr bool as_it_is = std::same_as<S, typename Parent::value_type> &&
        !std::same_as<S, bool> && !is_condition<typename Parent::rule_type, I>;
    if constexpr (is_tensor<X> && !std::same_as<S, bool>) {
        return s.elements;
    } else if constexpr (is_staged<X> && as_it_is) {
        return s.values;
    } else {
        for (std::size_t i = 0; i < count; i += simd::batch<T>::size) {
            compute(s, i, operands_of<X, T>{});
            value_for<Parent, X, I>(s).store(slot + i);
        }
        return slot;
    }
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
