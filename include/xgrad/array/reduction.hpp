#pragma once

#include <xgrad/array/axes.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/tape/sweep.hpp>

#include <cmath>

// Reductions: the expression inside is fused into them, in one pass that stores nothing but the
// result, in an order that depends on the shapes alone.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Reduces expression e with an accumulator, records it as `kind`.
template <class T, class Accumulator>
body_pointer reduce(
    block_kernels const& kernels,
    bool is_leaf,
    reduction const& kind,
    std::span<tensor_body* const> operands,
    T const* scalars,
    Accumulator const& accumulator,
    axes_argument const& axes,
    reduction_options const& options,
    bool needs_elements,
    std::source_location const& where)
{
    statement_plan const p(kernels, operands, where);
    auto const bits = axes.of(p.shape().size(), kind.name);
    auto const places = xgrad::detail::kept_axes(p.shape(), bits);
    auto const size = element_count(places);
    if (needs_elements && size > 0 && p.reading().size == 0) {
        throw value_error(
            std::string(kind.name) + ": shape " + to_string(p.shape()) +
            " has no elements to take it of" + at(where));
    }
    auto out =
        make_body(type_of<T>, xgrad::detail::reduced_shape(p.shape(), bits, options.keep_dims));
    auto shape = p.shape();
    auto strides = broadcast_strides(places, row_major_strides(places), shape);
    coalesce(shape, strides);
    compute_reduction<T>(
        is_leaf ? nullptr : &kernels,
        p.reading(),
        scalars,
        accumulator,
        shape,
        strides,
        size,
        out->template elements<T>());
    if (kind.divides_by_count) {
        auto const count = static_cast<T>(p.reading().size) / static_cast<T>(size);
        for (std::size_t i = 0; i < size; ++i) {
            out->template elements<T>()[i] /= count;
        }
    }
    xgrad::detail::check_result(*out, kind.name, where);
    if constexpr (differentiable_element<T>) {
        record_expression(kernels, &kind, bits, operands, scalars, *out, where);
    }
    return out;
}

// The adjoint of an element of amax: the result's, where the element is it.
template <class T>
void seed_equal(
    void const* values, void const* result, void const* adjoint, void* seed, std::size_t count)
{
    using V = simd::batch<T>;
    for (std::size_t i = 0; i < count; i += V::size) {
        auto const v = V::load(static_cast<T const*>(values) + i);
        auto const m = V::load(static_cast<T const*>(result) + i);
        auto const g = V::load(static_cast<T const*>(adjoint) + i);
        select(v == m, g, V(0)).store(static_cast<T*>(seed) + i);
    }
}

// And of logsumexp: the result's times softmax, 0 where the element is -inf.
template <class T>
void seed_softmax(
    void const* values, void const* result, void const* adjoint, void* seed, std::size_t count)
{
    using V = simd::batch<T>;
    constexpr auto inf = std::numeric_limits<T>::infinity();
    for (std::size_t i = 0; i < count; i += V::size) {
        auto const v = V::load(static_cast<T const*>(values) + i);
        auto const s = V::load(static_cast<T const*>(result) + i);
        auto const g = V::load(static_cast<T const*>(adjoint) + i);
        auto const nothing = v == V(-inf) || g == V(0);
        select(nothing, V(0), g * exp(v - s)).store(static_cast<T*>(seed) + i);
    }
}
} // namespace vectorized

inline constexpr reduction sum_reduction{.name = "sum"};
inline constexpr reduction mean_reduction{.name = "mean", .divides_by_count = true};
inline constexpr reduction amax_reduction{
    .name = "amax",
    .result_needed = true,
    .shares_among_ties = true,
    .element_double = &vectorized::seed_equal<double>,
    .element_float = &vectorized::seed_equal<float>};
inline constexpr reduction amin_reduction{
    .name = "amin",
    .result_needed = true,
    .shares_among_ties = true,
    .element_double = &vectorized::seed_equal<double>,
    .element_float = &vectorized::seed_equal<float>};
inline constexpr reduction logsumexp_reduction{
    .name = "logsumexp",
    .result_needed = true,
    .element_double = &vectorized::seed_softmax<double>,
    .element_float = &vectorized::seed_softmax<float>};
} // namespace XGRAD_ARCHITECTURE

namespace detail {
/// Truth values are counted, and means of integers are doubles.
template <class X, bool Floating>
using reduced_element = std::conditional_t<
    Floating,
    floating_element<value_type_of<X>>,
    std::conditional_t<std::same_as<value_type_of<X>, bool>, std::int64_t, value_type_of<X>>>;

/// The expression that a reduction runs over: a tensor of the result's elements where it computes
/// in another type.
template <class T, class X>
auto reduced_operand(X const& x)
{
    if constexpr (foreign_expression<X>) {
        return tensor<T>(tensor<value_type_of<X>>(x));
    } else if constexpr (
        std::same_as<value_type_of<X>, T> && std::same_as<xgrad::compute_type<X>, T>) {
        return x;
    } else {
        return tensor<T>(x);
    }
}

template <class T, class X, class Accumulator>
tensor<T> reduce(
    X const& x,
    reduction const& kind,
    Accumulator const& accumulator,
    axes_argument const& axes,
    reduction_options const& options,
    bool needs_elements,
    std::source_location const& where)
{
    auto const e = reduced_operand<T>(x);
    using E = std::remove_cvref_t<decltype(e)>;
    parts<E> const p(e);
    return tensor<T>(vectorized::reduce<T>(
        kernels_of<E>,
        is_tensor<E>,
        kind,
        p.operands,
        p.scalars.data(),
        accumulator.template operator()<T>(),
        axes,
        options,
        needs_elements,
        where));
}
} // namespace detail

/// Σ x over all axes, or those given. Truth values are counted in int64.
template <array X>
auto sum(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return detail::reduce<detail::reduced_element<X, false>>(
        x,
        sum_reduction,
        []<class T>() { return sum_accumulator<T>; },
        axes,
        options,
        false,
        where);
}

/// The mean over all axes, or those given; NaN over no elements.
template <array X>
auto mean(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return detail::reduce<detail::reduced_element<X, true>>(
        x,
        mean_reduction,
        []<class T>() { return sum_accumulator<T>; },
        axes,
        options,
        false,
        where);
}

/// The largest element; NaN where one is. The gradient is divided evenly among ties. Throws
/// value_error where there are no elements.
template <array X>
auto amax(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return detail::reduce<value_type_of<X>>(
        x,
        amax_reduction,
        []<class T>() { return maximum_accumulator<T>; },
        axes,
        options,
        true,
        where);
}

/// The smallest element; NaN where one is. The gradient is divided evenly among ties. Throws
/// value_error where there are no elements.
template <array X>
auto amin(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return detail::reduce<value_type_of<X>>(
        x,
        amin_reduction,
        []<class T>() { return minimum_accumulator<T>; },
        axes,
        options,
        true,
        where);
}

/// log Σ e^x, with the largest element taken out so that nothing overflows; -inf over no elements.
template <array X>
auto logsumexp(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    return detail::reduce<detail::reduced_element<X, true>>(
        x,
        logsumexp_reduction,
        []<class T>() { return logsumexp_accumulator<T>{}; },
        axes,
        options,
        false,
        where);
}
} // namespace xgrad
