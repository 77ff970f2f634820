#pragma once

#include <xgrad/array/count.hpp>
#include <xgrad/array/reduce.hpp>
#include <xgrad/ops/arithmetic.hpp>

// Reductions: the expression inside is fused into them, in one pass that stores nothing but the
// result, in an order that depends on the shapes alone.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The adjoint of an element of amax: the result's, where the element is it.
struct equal_seed
{
    template <class V>
    static V of(V const& element, V const& result, V const& g)
    {
        return select(element == result, g, V(0));
    }
};

/// And of logsumexp: the result's times softmax, 0 where the element is -inf.
struct softmax_seed
{
    template <class V>
    static V of(V const& element, V const& result, V const& g)
    {
        V const nothing(-std::numeric_limits<double>::infinity());
        V const softmax = select(element == nothing, V(0), exp(element - result));
        return chain_rule<false>(g, softmax);
    }
};

template <class Seed, class T>
void seed_elements(
    void const* values, void const* result, void const* adjoint, void* seed, std::size_t count)
{
    using V = simd::batch<T>;
    for (std::size_t i = 0; i < count; i += V::size) {
        auto const v = V::load(static_cast<T const*>(values) + i);
        auto const r = V::load(static_cast<T const*>(result) + i);
        auto const g = V::load(static_cast<T const*>(adjoint) + i);
        Seed::of(v, r, g).store(static_cast<T*>(seed) + i);
    }
}
} // namespace vectorized

namespace vectorized {
/// Runs a recorded reduction again, over other values.
template <class T, auto const* Accumulator>
body_pointer reduce_again(reduction_repeat const& what)
{
    auto const axes = axes_argument::of_bits(what.axes);
    reduction_options const options{.keep_dims = what.keep_dims};
    return reduce(
        expression_again<T>(what),
        *Accumulator,
        {*what.kind, axes, options, what.kind->shares_among_ties, *what.where});
}

template <class T, auto const* Accumulator>
consteval reduction_kind repeatable(reduction_kind kind)
{
    if constexpr (differentiable_element<T>) {
        kind.again = &reduce_again<T, Accumulator>;
    }
    return kind;
}

/// Whose elements' adjoints start from their values, the result and its adjoint.
template <class Seed, class T>
consteval reduction_kind with_seed(reduction_kind kind)
{
    kind.result_needed = true;
    if constexpr (differentiable_element<T>) {
        kind.element = &seed_elements<Seed, T>;
        kind.symbols = [](term_place element, term_place result, term_place g) {
            using V = symbolic_value<T>;
            return Seed::of(V::at(element), V::at(result), V::at(g)).place();
        };
    }
    return kind;
}

template <class Seed, class T, auto const* Accumulator>
consteval reduction_kind seeded(reduction_kind kind)
{
    return with_seed<Seed, T>(repeatable<T, Accumulator>(kind));
}

template <class T>
inline constexpr logsumexp_accumulator<T> logsumexp_of{};
} // namespace vectorized

/// The same under the name of the function that is built on it.
consteval reduction_kind renamed(reduction_kind kind, std::string_view name)
{
    kind.name = name;
    return kind;
}

template <class T>
inline constexpr auto sum_reduction =
    vectorized::repeatable<T, &sum_accumulator<T>>({.name = "sum"});
template <class T>
inline constexpr auto mean_reduction =
    vectorized::repeatable<T, &sum_accumulator<T>>({.name = "mean", .divides_by_count = true});

/// All that it does is to add, and perhaps to divide by the number of elements.
template <class T>
bool is_sum_or_mean(reduction_kind const& kind) noexcept
{
    return &kind == &sum_reduction<T> || &kind == &mean_reduction<T>;
}

template <class T>
inline constexpr auto amax_reduction =
    vectorized::seeded<vectorized::equal_seed, T, &maximum_accumulator<T>>(
        {.name = "amax", .shares_among_ties = true});
template <class T>
inline constexpr auto amin_reduction =
    vectorized::seeded<vectorized::equal_seed, T, &minimum_accumulator<T>>(
        {.name = "amin", .shares_among_ties = true});
template <class T>
inline constexpr auto logsumexp_reduction =
    vectorized::seeded<vectorized::softmax_seed, T, &vectorized::logsumexp_of<T>>(
        {.name = "logsumexp"});
} // namespace XGRAD_ARCHITECTURE

namespace detail {
/// Truth values are counted, and means of integers are doubles.
template <class X, bool Floating>
using reduced_element = std::conditional_t<
    Floating,
    floating_element<value_type_of<X>>,
    std::conditional_t<std::same_as<value_type_of<X>, bool>, std::int64_t, value_type_of<X>>>;

/// The expression that a reduction runs over: itself, or a tensor of the result's elements where it
/// computes in another type.
template <class T, class X>
decltype(auto) reduced_operand(X const& x)
{
    if constexpr (foreign_expression<X>) {
        return tensor<T>(tensor<value_type_of<X>>(x));
    } else if constexpr (
        std::same_as<value_type_of<X>, T> && std::same_as<xgrad::compute_type<X>, T>) {
        return (x);
    } else {
        return tensor<T>(x);
    }
}

/// The shape of an expression, of which nothing is computed.
template <class E>
shape_type shape_of(E const& e, std::source_location const& where)
{
    if constexpr (is_tensor<E>) {
        return e.shape();
    } else {
        expression_parts<E> const p(e);
        std::array<shape_type const*, parts_of<E>.leaves> shapes;
        std::transform(p.operands.begin(), p.operands.end(), shapes.begin(), [](auto* operand) {
            return &operand->shape;
        });
        return result_shape(kernels_of<E>.terms, shapes, where);
    }
}

/// `Linear`: the adjoint of every element is a factor times the result's, so that values and
/// adjoints can be had in one pass.
template <class E, bool Linear>
constexpr block_kernels const& kernels_for_reduction() noexcept
{
    if constexpr (Linear && is_node<E>) {
        return reduced_kernels_of<E>;
    } else {
        return kernels_of<E>;
    }
}

template <class T, bool Linear, class X, class Accumulator>
tensor<T> reduce(X const& x, Accumulator const& accumulator, vectorized::reduction_call const& call)
{
    auto const& e = reduced_operand<T>(x);
    using E = std::remove_cvref_t<decltype(e)>;
    expression_parts<E> const p(e);
    return tensor<T>(vectorized::reduce(
        vectorized::reduced_expression<T>{
            kernels_for_reduction<E, Linear>(), is_tensor<E>, p.operands, p.scalars.data()},
        accumulator,
        call));
}
} // namespace detail

/// Σ x over all axes, or those given. Truth values are counted in int64.
template <array_operand X>
auto sum(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    if constexpr (std::same_as<value_type_of<X>, bool>) {
        return detail::count_of(tensor<bool>(as_tensor(x, where)), axes, options, "sum", where);
    } else {
        return detail::reduce<T, true>(
            x, sum_accumulator<T>, {sum_reduction<T>, axes, options, false, where});
    }
}

/// The mean over all axes, or those given; NaN over no elements.
template <array_operand X>
auto mean(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    return detail::reduce<T, true>(
        x, sum_accumulator<T>, {mean_reduction<T>, axes, options, false, where});
}

namespace detail {
/// Truth values as the numbers 0 and 1, and what `extreme` has of these as truth values.
template <class X, class Extreme>
tensor<bool> of_truth_values(X const& x, std::source_location const& where, Extreme const& extreme)
{
    return tensor<bool>(cast<bool>(extreme(cast<std::int32_t>(as_tensor(x, where)))), where);
}
} // namespace detail

/// The largest element; NaN where one is. The gradient is divided evenly among ties. Throws
/// value_error where there are no elements.
template <array_operand X>
auto amax(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    if constexpr (std::same_as<T, bool>) {
        return detail::of_truth_values(
            x, where, [&](auto const& numbers) { return amax(numbers, axes, options, where); });
    } else {
        return detail::reduce<T, false>(
            x, maximum_accumulator<T>, {amax_reduction<T>, axes, options, true, where});
    }
}

/// The smallest element; NaN where one is. The gradient is divided evenly among ties. Throws
/// value_error where there are no elements.
template <array_operand X>
auto amin(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    if constexpr (std::same_as<T, bool>) {
        return detail::of_truth_values(
            x, where, [&](auto const& numbers) { return amin(numbers, axes, options, where); });
    } else {
        return detail::reduce<T, false>(
            x, minimum_accumulator<T>, {amin_reduction<T>, axes, options, true, where});
    }
}

/// log Σ e^x, with the largest element taken out so that nothing overflows; -inf over no elements.
template <array_operand X>
auto logsumexp(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    return detail::reduce<T, false>(
        x, logsumexp_accumulator<T>{}, {logsumexp_reduction<T>, axes, options, false, where});
}
} // namespace xgrad
