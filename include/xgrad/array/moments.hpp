#pragma once

#include <xgrad/array/reduction.hpp>
#include <xgrad/engine/variance.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <algorithm>
#include <cstddef>

// Variance and standard deviation.

namespace xgrad {
struct moment_options
{
    bool keep_dims = false; // reduced axes stay, with length 1
    std::size_t ddof = 0;   // the sum of squares is divided by the number of elements minus this
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The adjoint of an element of Σ (x - x̄)²: 2 (x - x̄) times the result's. (The mean moves too, but
/// the sum is least where it is: it does not notice.)
struct deviation_seed
{
    template <class V>
    static V of(V const& element, V const& mean, V const& g)
    {
        return V(2) * (element - mean) * g;
    }
};

template <class T>
inline constexpr variance_accumulator<T> variance_of{};

#if defined(XGRAD_COMPILED)
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<double> const&, variance_accumulator<double> const&, reduction_call const&);
XGRAD_EXTERN template body_pointer
reduce(reduced_expression<float> const&, variance_accumulator<float> const&, reduction_call const&);
#endif

template <class T>
consteval reduction_kind variance_reduction()
{
    auto kind = seeded<deviation_seed, T, &variance_of<T>>(
        {.name = "variance",
         .divides_by_count = true,
         .is_divided = true,
         .companion = &mean_reduction<T>});
    kind.result_needed = false; // but the mean is
    return kind;
}
} // namespace vectorized

template <class T>
inline constexpr reduction_kind variance_reduction = vectorized::variance_reduction<T>();
template <class T>
inline constexpr reduction_kind stddev_reduction = renamed(variance_reduction<T>, "stddev");
} // namespace XGRAD_ARCHITECTURE

namespace detail {
/// The variance with divisor n, and n / (n - ddof).
template <class T>
struct divided_by_all
{
    tensor<T> variance;
    T factor;

    template <class X>
    divided_by_all(
        reduction_kind const& kind,
        X const& x,
        axes_argument const& axes,
        moment_options const& options,
        std::source_location const& where)
        : factor(1)
    {
        auto const& e = reduced_operand<T>(x);
        variance = reduce<T, false>(
            e,
            vectorized::variance_of<T>,
            {kind, axes, {.keep_dims = options.keep_dims}, false, where});
        if (options.ddof != 0) {
            auto const places = std::max<std::size_t>(1, variance.size());
            auto const n = static_cast<T>(element_count(shape_of(e, where)) / places);
            factor = n / std::max(T(0), n - static_cast<T>(options.ddof));
        }
    }
};
} // namespace detail

/// The variance Σ(x - x̄)² / (n - ddof) over all axes, or those given, in one pass.
/// ∂x = 2 (x - x̄) / (n - ddof).
template <array_operand X>
tensor<floating_element<value_type_of<X>>> variance(
    X const& x,
    axes_argument const& axes = {},
    moment_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    detail::one_statement const whole("variance", where);
    detail::divided_by_all<T> const v(variance_reduction<T>, x, axes, options, where);
    return options.ddof == 0 ? v.variance : tensor<T>(v.variance * v.factor, where);
}

/// The standard deviation √variance over all axes, or those given. ∂x = (x - x̄) / ((n - ddof) σ),
/// 0 where all elements are equal.
template <array_operand X>
auto stddev(
    X const& x,
    axes_argument const& axes = {},
    moment_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    detail::one_statement const whole("stddev", where);
    detail::divided_by_all<T> const all(stddev_reduction<T>, x, axes, options, where);
    auto const v = all.variance * all.factor;
    return tensor<T>(xgrad::where(v == T(0), T(0), sqrt(v)), where);
}
} // namespace xgrad
