#pragma once

#include <xgrad/expr/adjoint_stages.hpp>
#include <xgrad/expr/leaf_adjoints.hpp>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Computes the values of all parts at one register's elements, where some partial needs them.
template <bool OwnValue, class E, class T>
inline void compute_needed(state<E, T>& s, std::size_t i, std::index_sequence<>)
{
    if constexpr (OwnValue) {
        compute(s, i, std::index_sequence<>{});
    }
}

template <bool OwnValue, class R, class... X, class T, std::size_t... I>
inline void
compute_needed(state<call_node<R, X...>, T>& s, std::size_t i, std::index_sequence<I...> operands)
{
    using E = call_node<R, X...>;
    if constexpr (OwnValue && parts_of<E>.stages == 0) {
        compute(s, i, operands);
    } else if constexpr (is_inlined<R>) {
        (compute_needed<operand_value_needed<E, OwnValue, X, I>>(
             operand<I, X, T>(s), i, operands_of<X, T>{}),
         ...);
        if constexpr (OwnValue) {
            compute_own(s, operands);
        }
    } else {
        // The stages have read the operands; only what lies below is still open.
        (compute_needed<partials_use_result<X>>(operand<I, X, T>(s), i, operands_of<X, T>{}), ...);
        if constexpr (OwnValue) {
            compute(s, i, operands);
        }
    }
}

/// Operand I for the partials of its parent: zero where none that is wanted depends on its value,
/// which then was never read.
template <class Parent, class X, std::size_t I, class T>
XGRAD_ALWAYS_INLINE auto value_for_partials(state<X, T> const& s)
{
    if constexpr (((needed_operands<Parent, false> >> I) & 1u) != 0) {
        return value_for<Parent, X, I>(s);
    } else {
        return decltype(value_for<Parent, X, I>(s))(false);
    }
}

/// Carries the adjoint g of a parent down to the leaves, by the parent's partial; those of the
/// leaves go to `next`, in order. `Finite`: by a plain product, else by the finite chain rule, as
/// all further ones where it is `Careful`. `Reached`: there is something to carry.
template <bool Careful, bool Finite, bool Reached, class S, class T, class G, class P>
inline void reverse(
    state<tensor<S>, T> const&,
    std::size_t,
    G const& g,
    P const& partial,
    simd::batch<T>*& next,
    std::index_sequence<>)
{
    if constexpr (Reached) {
        *next = number(chain_rule<Finite>(g, partial));
    }
    ++next;
}

template <bool Careful, bool Finite, bool Reached, class S, class T, class G, class P>
inline void reverse(
    state<scalar_operand<S>, T> const&,
    std::size_t,
    G const&,
    P const&,
    simd::batch<T>*&,
    std::index_sequence<>)
{}

template <
    bool Careful,
    bool Finite,
    bool Reached,
    class R,
    class... X,
    class T,
    class G,
    class P,
    std::size_t... I>
inline void reverse(
    state<call_node<R, X...>, T>& s,
    std::size_t i,
    G const& g,
    P const& partial,
    simd::batch<T>*& next,
    std::index_sequence<I...>)
{
    using E = call_node<R, X...>;
    if constexpr (!Reached) {
        next += parts_of<E>.leaves;
    } else {
        using V = simd::batch<T>;
        auto const own = chain_rule<Finite>(g, partial);
        constexpr bool finite = has_finite_partials<R> ||
            !(Careful || is_zero_adjoint<std::remove_cvref_t<decltype(own)>>);
        if constexpr (!is_inlined<R> && partials_use_operands<E>) {
            (reverse<Careful, finite, gradient_reaches<R, X, I>>(
                 operand<I, X, T>(s), i, own, V::load(s.slots[I] + i), next, operands_of<X, T>{}),
             ...);
        } else {
            auto const partials =
                partials_from<R>(s.value, value_for_partials<E, X, I>(operand<I, X, T>(s))...);
            (reverse<Careful, finite, gradient_reaches<R, X, I>>(
                 operand<I, X, T>(s), i, own, partial_of<I>(partials), next, operands_of<X, T>{}),
             ...);
        }
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

/// A sub-block on the way back: what its kernel reads and writes beside the operands.
template <class E, class T, bool WithValues>
struct adjoint_sub_block
{
    std::size_t begin;
    T const* seed;
    T const* result;
    T* values;

    XGRAD_ALWAYS_INLINE adjoint_sub_block(adjoint_block const& block, std::size_t first)
        : begin(first),
          seed(static_cast<T const*>(block.seed)),
          result(static_cast<T const*>(block.result)),
          values(static_cast<T*>(block.values))
    {}

    XGRAD_ALWAYS_INLINE void
    place(state<E, T>& s, adjoint_block const& block, buffer<T>* buffers) const
    {
        block_cursor<T> next{block.operands, static_cast<T const*>(block.scalars), buffers, begin};
        vectorized::place<true>(s, next, operands_of<E, T>{});
        if constexpr (WithValues && is_staged<E>) {
            s.values = values + begin; // the root's stage writes them itself
        }
    }

    /// Adjoints of the leaves at one register's elements; the values that partials need are
    /// computed from what is in the buffers.
    template <bool Careful>
    XGRAD_ALWAYS_INLINE void reverse(state<E, T>& s, std::size_t i, simd::batch<T>* own) const
    {
        using V = simd::batch<T>;
        constexpr operands_of<E, T> operands;
        compute_needed<WithValues>(s, i, operands);
        if constexpr (WithValues && !is_staged<E>) {
            s.value.store(values + begin + i);
        } else if constexpr (!WithValues && partials_use_result<E>) {
            s.value = V::load(result + begin + i);
        }
        vectorized::reverse<Careful, true, true>(
            s, i, seed_at<V, WithValues>(seed, begin + i), constant_partial<1>{}, own, operands);
    }
};

/// The same by the finite chain rule at each step, for registers where plain products give a NaN.
template <class E, class T, bool WithValues>
XGRAD_NOINLINE XGRAD_FLATTEN void careful_adjoints(
    adjoint_block const& block,
    buffer<T>* buffers,
    std::size_t begin,
    std::size_t i,
    simd::batch<T>* own)
{
    state<E, T> s;
    adjoint_sub_block<E, T, WithValues> const sub(block, begin);
    sub.place(s, block, buffers);
    sub.template reverse<true>(s, i, own);
}

/// Adjoints of one block of expression E, computed in T: for every leaf, the seed times the
/// derivative of the value by that leaf. With `WithValues` the values too, which then share work
/// with the partials; the seed is 1, and no result is read.
///
/// The finite chain rule differs from a product only where that is NaN, which no step below then
/// takes away. Where it would be felt (beside no expensive function), plain products come first,
/// and a look at the leaves.
template <class E, class T, bool WithValues>
XGRAD_ALWAYS_INLINE void adjoints_of_block(adjoint_block const& block)
{
    using V = simd::batch<T>;
    constexpr auto parts = parts_of<E>;
    constexpr auto length = parts.stages > 0 ? sub_block_length<T> : std::size_t{1} << 40;
    alignas(64) buffer<T> buffers[std::max(parts.slots + parts.stages, 1u)];
    state<E, T> s;
    leaf_adjoints<T, parts.leaves, leaves_with_gradient<E>> const leaves(block);
    constexpr bool plain = parts.stages == 0 && may_meet_infinity<E, WithValues>;
    for (std::size_t begin = 0; begin < block.count; begin += length) {
        auto const count = std::min(length, block.count - begin);
        adjoint_sub_block<E, T, WithValues> const sub(block, begin);
        sub.place(s, block, buffers);
        run_adjoint_stages<WithValues>(s, count, operands_of<E, T>{});
        for (std::size_t i = 0; i < count; i += V::size) {
            V own[parts.leaves];
            sub.template reverse<!plain>(s, i, own);
            if constexpr (plain) {
                if (!all(leaves.numbers(own))) [[unlikely]] {
                    V careful[parts.leaves]; // so that `own` stays in registers
                    careful_adjoints<E, T, WithValues>(block, buffers, begin, i, careful);
                    std::copy_n(careful, parts.leaves, own);
                }
            }
            leaves.store(own, begin + i);
        }
    }
}
} // namespace vectorized

template <class E, class T>
XGRAD_FLATTEN void adjoint_kernel(adjoint_block const& block)
{
    vectorized::adjoints_of_block<E, T, false>(block);
}

template <class E, class T>
XGRAD_FLATTEN void value_and_adjoint_kernel(adjoint_block const& block)
{
    vectorized::adjoints_of_block<E, T, true>(block);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
