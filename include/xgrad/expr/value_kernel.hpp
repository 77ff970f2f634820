#pragma once

#include <xgrad/expr/tree.hpp>
#include <xgrad/simd/bits.hpp>
#include <xgrad/simd/integer_batch.hpp>

#include <algorithm>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// Elements that one call of a staged rule computes: its operands and its value stay in L1
/// together with those of the statement's other stages.
inline constexpr std::size_t sub_block_length = 256;

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

/// A float inside a double statement is rounded to a float, as C++ would.
template <class Whole, class Part, class V>
XGRAD_ALWAYS_INLINE V rounded_as(V const& x)
{
    if constexpr (
        std::same_as<Part, float> && std::same_as<Whole, double> &&
        std::same_as<V, simd::batch<double>>) {
        return simd::round_to_float(x);
    } else {
        return x;
    }
}

/// One staged rule over a sub-block; the one instance of it in a program.
template <class R, class T, std::size_t... I>
XGRAD_NOINLINE void stage_values(
    std::array<T const*, sizeof...(I)> x, T* value, std::size_t count, std::index_sequence<I...>)
{
    using V = simd::batch<T>;
    for (std::size_t i = 0; i < count; i += V::size) {
        R::value(V::load(x[I] + i)...).store(value + i);
    }
}

/// What the parts of an expression read while a sub-block is computed.
template <class E, class T>
struct frame
{
    static constexpr part_counts parts = parts_of<E>;

    std::array<T const*, parts.leaves> operand;
    std::array<simd::batch<T>, parts.scalars> scalar;
    std::array<T*, parts.stages> value; // of the staged rules
    std::array<T*, parts.slots> slot;   // their operands, later their partials

    template <class Block>
    explicit frame(Block const& block)
    {
        for (unsigned i = 0; i < parts.scalars; ++i) {
            scalar[i] = simd::batch<T>(static_cast<T const*>(block.scalars)[i]);
        }
    }

    template <class Block>
    void move_to(Block const& block, std::size_t begin)
    {
        for (unsigned i = 0; i < parts.leaves; ++i) {
            operand[i] = static_cast<T const*>(block.operands[i]) + begin;
        }
    }
};

/// The value of part E at elements i, i + 1, ... of the sub-block: a batch or a mask.
template <class E, origin O, class Frame, class T>
XGRAD_ALWAYS_INLINE auto value_at(Frame const& f, std::size_t i, T)
{
    using V = simd::batch<T>;
    constexpr bool truth = std::same_as<typename E::value_type, bool>;
    if constexpr (is_tensor<E>) {
        return as_operand<truth, V>(V::load(f.operand[O.leaves] + i));
    } else if constexpr (is_scalar<E>) {
        return as_operand<truth, V>(f.scalar[O.scalars]);
    } else if constexpr (!is_inlined<typename E::rule_type>) {
        return V::load(f.value[O.stages] + i);
    } else {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return E::rule_type::value(operand_value<E, O, I>(f, i, T{})...);
        }(std::make_index_sequence<E::arity>{});
    }
}

template <class E, std::size_t I, class V, class X>
XGRAD_ALWAYS_INLINE auto as_operand_of(X const& x)
{
    constexpr bool condition = is_condition<typename E::rule_type, I>;
    return rounded_as<typename E::value_type, typename operand_at<E, I>::value_type>(
        as_operand<condition, V>(x));
}

/// The value of operand I of part E, in the form that E's rule takes.
template <class E, origin O, std::size_t I, class Frame, class T>
XGRAD_ALWAYS_INLINE auto operand_value(Frame const& f, std::size_t i, T)
{
    return as_operand_of<E, I, simd::batch<T>>(
        value_at<operand_at<E, I>, operand_origin<E, O, I>>(f, i, T{}));
}

/// Where operand I of the staged part E lies: a tensor's elements themselves, or its slot,
/// filled here.
template <class E, origin O, std::size_t I, class Frame, class T>
XGRAD_ALWAYS_INLINE T const* stage_operand(Frame& f, std::size_t count, T)
{
    using X = operand_at<E, I>;
    if constexpr (is_tensor<X> && !std::same_as<typename X::value_type, bool>) {
        return f.operand[operand_origin<E, O, I>.leaves];
    } else {
        auto* const slot = f.slot[O.slots + I];
        for (std::size_t i = 0; i < count; i += simd::batch<T>::size) {
            operand_value<E, O, I>(f, i, T{}).store(slot + i);
        }
        return slot;
    }
}

/// Runs the staged rules below E, and E's own, innermost first.
template <class E, origin O, class Frame, class T>
XGRAD_ALWAYS_INLINE void run_value_stages(Frame& f, std::size_t count, T)
{
    if constexpr (parts_of<E>.stages > 0) {
        [&]<std::size_t... I>(std::index_sequence<I...> operands) {
            (run_value_stages<operand_at<E, I>, operand_origin<E, O, I>>(f, count, T{}), ...);
            if constexpr (!is_inlined<typename E::rule_type>) {
                auto* const value = f.slot[O.slots];
                stage_values<typename E::rule_type, T>(
                    std::array<T const*, E::arity>{stage_operand<E, O, I>(f, count, T{})...},
                    value,
                    count,
                    operands);
                f.value[O.stages] = value;
            }
        }(std::make_index_sequence<E::arity>{});
    }
}
} // namespace vectorized

/// Values of one block of expression E, computed in T.
template <class E, class T>
void value_kernel(value_block const& block)
{
    using V = simd::batch<T>;
    constexpr auto parts = parts_of<E>;
    vectorized::frame<E, T> f(block);
    auto* const out = static_cast<T*>(block.values);
    auto const store = [&](T* to, std::size_t count) {
        for (std::size_t i = 0; i < count; i += V::size) {
            vectorized::as_operand<false, V>(vectorized::value_at<E, origin{}>(f, i, T{}))
                .store(to + i);
        }
    };
    if constexpr (parts.stages == 0) {
        f.move_to(block, 0);
        store(out, block.count);
    } else {
        alignas(64) T slots[parts.slots][sub_block_length];
        for (unsigned i = 0; i < parts.slots; ++i) {
            f.slot[i] = slots[i];
        }
        for (std::size_t begin = 0; begin < block.count; begin += sub_block_length) {
            auto const count = std::min(sub_block_length, block.count - begin);
            f.move_to(block, begin);
            if constexpr (!is_inlined<typename E::rule_type>) {
                f.slot[0] = out + begin; // the root's stage writes the result itself
            }
            vectorized::run_value_stages<E, origin{}>(f, count, T{});
            if constexpr (is_inlined<typename E::rule_type>) {
                store(out + begin, count);
            }
        }
    }
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
