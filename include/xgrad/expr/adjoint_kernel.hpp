#pragma once

#include <xgrad/expr/value_kernel.hpp>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// As a number: constant partials and gates of a staged rule go through memory.
template <class V, class P>
XGRAD_ALWAYS_INLINE V partial_as_number(P const& partial)
{
    return number(chain<true>(V(1), partial));
}

template <class R, class T, std::size_t... I>
XGRAD_NOINLINE void stage_partials(
    std::array<T const*, sizeof...(I)> x,
    std::array<T*, sizeof...(I)> partials,
    std::size_t count,
    std::index_sequence<I...>)
{
    using V = simd::batch<T>;
    for (std::size_t i = 0; i < count; i += V::size) {
        auto const p = R::template partials_at<V>(V::load(x[I] + i)...);
        (partial_as_number<V>(partial_of<I>(p)).store(partials[I] + i), ...);
    }
}

/// Value and partials together; rules where the two share work say how.
template <class R, class T, std::size_t... I>
XGRAD_NOINLINE void stage_values_and_partials(
    std::array<T const*, sizeof...(I)> x,
    T* value,
    std::array<T*, sizeof...(I)> partials,
    std::size_t count,
    std::index_sequence<I...>)
{
    using V = simd::batch<T>;
    for (std::size_t i = 0; i < count; i += V::size) {
        [&](auto const&... operand) {
            if constexpr (requires { R::value_and_partials_at(operand...); }) {
                auto const [v, p] = R::value_and_partials_at(operand...);
                v.store(value + i);
                (partial_as_number<V>(partial_of<I>(p)).store(partials[I] + i), ...);
            } else {
                auto const p = R::template partials_at<V>(operand...);
                R::value(operand...).store(value + i);
                (partial_as_number<V>(partial_of<I>(p)).store(partials[I] + i), ...);
            }
        }(V::load(x[I] + i)...);
    }
}

/// The adjoint kernel's frame: also the statement's result.
template <class E, class T>
struct adjoint_frame : frame<E, T>
{
    T const* result = nullptr;
    using frame<E, T>::frame;
};

/// Runs the staged rules whose value or partials the sub-block's adjoints use.
template <class E, origin O, bool Needed, bool Root, class Frame, class T>
XGRAD_ALWAYS_INLINE void run_adjoint_stages(Frame& f, std::size_t count, T)
{
    if constexpr (parts_of<E>.stages > 0) {
        constexpr bool own_value = Needed || (partials_use_result<E> && !Root);
        [&]<std::size_t... I>(std::index_sequence<I...> operands) {
            (run_adjoint_stages<
                 operand_at<E, I>,
                 operand_origin<E, O, I>,
                 operand_value_needed<E, own_value, I>,
                 false>(f, count, T{}),
             ...);
            using R = typename E::rule_type;
            if constexpr (!is_inlined<R> && (own_value || partials_use_operands<E>)) {
                auto* const value = f.value[O.stages];
                std::array<T const*, E::arity> const x{stage_operand<E, O, I>(f, count, T{})...};
                std::array<T*, E::arity> const slots{f.slot[O.slots + I]...};
                if constexpr (!partials_use_operands<E>) {
                    stage_values<R, T>(x, value, count, operands);
                } else if constexpr (own_value) {
                    stage_values_and_partials<R, T>(x, value, slots, count, operands);
                } else {
                    stage_partials<R, T>(x, slots, count, operands);
                }
            }
        }(std::make_index_sequence<E::arity>{});
    }
}

/// The values of all parts at one register's elements, where some partial needs them.
template <class E, class T>
struct point
{
    using V = simd::batch<T>;
    std::array<V, parts_of<E>.nodes> value;
    std::array<typename V::mask_type, parts_of<E>.nodes> truth;
    std::array<V, parts_of<E>.leaves> adjoint;
};

template <class E, origin O, class Point>
XGRAD_ALWAYS_INLINE auto value_in(Point const& p)
{
    if constexpr (std::same_as<typename E::value_type, bool>) {
        return p.truth[O.nodes];
    } else {
        return p.value[O.nodes];
    }
}

template <class E, origin O, std::size_t I, class Point>
XGRAD_ALWAYS_INLINE auto operand_in(Point const& p)
{
    return as_operand_of<E, I, typename Point::V>(
        value_in<operand_at<E, I>, operand_origin<E, O, I>>(p));
}

/// Operand I for the partials of E: zero where none that is wanted depends on its value, which
/// then was never read.
template <class E, origin O, std::size_t I, class Point>
XGRAD_ALWAYS_INLINE auto operand_of_partials(Point const& p)
{
    using V = decltype(operand_in<E, O, I>(p));
    if constexpr (operand_value_needed<E, false, I>) {
        return operand_in<E, O, I>(p);
    } else {
        return V(false);
    }
}

template <class E, origin O, bool Needed, bool Root, class Frame, class Point, class T>
XGRAD_ALWAYS_INLINE void evaluate_point(Frame const& f, Point& p, std::size_t i, T)
{
    if constexpr (is_node<E>) {
        constexpr bool own_value = Needed || (partials_use_result<E> && !Root);
        using R = typename E::rule_type;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            if constexpr (is_inlined<R>) {
                (evaluate_point<
                     operand_at<E, I>,
                     operand_origin<E, O, I>,
                     operand_value_needed<E, own_value, I>,
                     false>(f, p, i, T{}),
                 ...);
            } else {
                // The stages have read the operands; only what lies below is still open.
                (evaluate_point<operand_at<E, I>, operand_origin<E, O, I>, false, false>(
                     f, p, i, T{}),
                 ...);
            }
            if constexpr (own_value && is_inlined<R>) {
                auto const v = R::value(operand_in<E, O, I>(p)...);
                if constexpr (std::same_as<typename E::value_type, bool>) {
                    p.truth[O.nodes] = v;
                } else {
                    p.value[O.nodes] = v;
                }
            } else if constexpr (own_value) {
                p.value[O.nodes] = simd::batch<T>::load(f.value[O.stages] + i);
            }
        }(std::make_index_sequence<E::arity>{});
    } else if constexpr (Needed) {
        auto const v = value_at<E, O>(f, i, T{});
        if constexpr (std::same_as<typename E::value_type, bool>) {
            p.truth[O.nodes] = v;
        } else {
            p.value[O.nodes] = v;
        }
    }
}

/// Carries the adjoint g of part E down to the leaves.
template <class E, origin O, bool Root, class Frame, class Point, class G>
XGRAD_ALWAYS_INLINE void reverse(Frame const& f, Point& p, std::size_t i, G const& g)
{
    using V = typename Point::V;
    if constexpr (is_tensor<E>) {
        p.adjoint[O.leaves] = number(g);
    } else {
        using R = typename E::rule_type;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            auto const descend = [&]<std::size_t J>(auto const& partial) {
                if constexpr (gradient_reaches<E, J>) {
                    reverse<operand_at<E, J>, operand_origin<E, O, J>, false>(
                        f, p, i, chain<has_finite_partials<R>>(g, partial));
                }
            };
            if constexpr (constant_partials_rule<R>) {
                auto const partials = R::partials();
                (descend.template operator()<I>(partial_of<I>(partials)), ...);
            } else if constexpr (result_partials_rule<R>) {
                V y;
                if constexpr (Root) {
                    y = V::load(f.result + i);
                } else {
                    y = p.value[O.nodes];
                }
                auto const partials = R::template partials_of_result<V>(y);
                (descend.template operator()<I>(partial_of<I>(partials)), ...);
            } else if constexpr (is_inlined<R>) {
                auto const partials = R::partials_at(operand_of_partials<E, O, I>(p)...);
                (descend.template operator()<I>(partial_of<I>(partials)), ...);
            } else {
                (descend.template operator()<I>(V::load(f.slot[O.slots + I] + i)), ...);
            }
        }(std::make_index_sequence<E::arity>{});
    }
}
/// The adjoint that a block starts from: the one given, or the 1 of a sum.
template <class V, bool OfSum>
XGRAD_ALWAYS_INLINE auto seed_at(typename V::value_type const* seed, std::size_t i)
{
    if constexpr (OfSum) {
        return constant_adjoint<V, 1>{};
    } else {
        return V::load(seed + i);
    }
}

/// Adjoints of one block of expression E, computed in T: for every leaf, the seed times the
/// derivative of the value by that leaf. With `WithValues` the values too, which then share work
/// with the partials; the seed is 1, and no result is read.
template <class E, class T, bool WithValues>
XGRAD_ALWAYS_INLINE void adjoints_of_block(adjoint_block const& block)
{
    using V = simd::batch<T>;
    constexpr auto parts = parts_of<E>;
    constexpr auto length = parts.stages > 0 ? sub_block_length : std::size_t{1} << 40;
    constexpr auto leaves = leaves_of<E>;
    // A root whose value is asked for is a part like any other.
    constexpr bool given_result = !WithValues;

    adjoint_frame<E, T> f(block);
    alignas(64) T slots[std::max(parts.slots, 1u)][parts.slots > 0 ? sub_block_length : 1];
    alignas(64) T values[std::max(parts.stages, 1u)][parts.stages > 0 ? sub_block_length : 1];
    for (unsigned i = 0; i < parts.slots; ++i) {
        f.slot[i] = slots[i];
    }
    for (unsigned i = 0; i < parts.stages; ++i) {
        f.value[i] = values[i];
    }
    for (std::size_t begin = 0; begin < block.count; begin += length) {
        auto const count = std::min(length, block.count - begin);
        f.move_to(block, begin);
        T const* seed = nullptr;
        T* out = nullptr;
        if constexpr (WithValues) {
            out = static_cast<T*>(block.values) + begin;
            if constexpr (is_staged<E>) {
                f.value[0] = out; // the root's stage writes the values itself
            }
        } else {
            seed = static_cast<T const*>(block.seed) + begin;
            f.result = static_cast<T const*>(block.result) + begin;
        }
        run_adjoint_stages<E, origin{}, WithValues, given_result>(f, count, T{});
        for (std::size_t i = 0; i < count; i += V::size) {
            point<E, T> p;
            evaluate_point<E, origin{}, WithValues, given_result>(f, p, i, T{});
            if constexpr (WithValues && !is_staged<E>) {
                value_in<E, origin{}>(p).store(out + i);
            }
            reverse<E, origin{}, given_result>(f, p, i, seed_at<V, WithValues>(seed, i));
            [&]<std::size_t... L>(std::index_sequence<L...>) {
                auto const add = [&]<std::size_t K>() {
                    if constexpr (leaves[K].carries_gradient) {
                        auto* const to = static_cast<T*>(block.adjoints[K]) + begin + i;
                        auto const g = p.adjoint[K];
                        (block.accumulate[K] ? V::load(to) + g : g).store(to);
                    }
                };
                (add.template operator()<L>(), ...);
            }(std::make_index_sequence<parts.leaves>{});
        }
    }
}
} // namespace vectorized

template <class E, class T>
void adjoint_kernel(adjoint_block const& block)
{
    vectorized::adjoints_of_block<E, T, false>(block);
}

template <class E, class T>
void value_and_adjoint_kernel(adjoint_block const& block)
{
    vectorized::adjoints_of_block<E, T, true>(block);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
