#pragma once

#include <xgrad/array/moments.hpp>
#include <xgrad/array/product.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <cstddef>
#include <limits>
#include <string_view>

// Reductions over the elements that are not NaN: those that are take no part, and get no gradient.

namespace xgrad {
namespace rules {
/// x, or `Instead` where it is NaN. ∂ = 1; nothing reaches what lies below where x is NaN.
template <int Instead>
struct skip_nan_rule : arithmetic_rule
{
    static constexpr std::string_view name = "skip_nan";

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x == x, x, V(Instead));
    }

    template <class V>
    static constexpr auto partials_at(V const& x)
    {
        return branch(x == x);
    }
};

/// 1, or 0 where x is NaN. ∂ = 0.
struct is_number_rule : arithmetic_rule
{
    static constexpr std::string_view name = "is_number";

    template <class V>
    static constexpr V value(V const& x)
    {
        return select(x == x, V(1), V(0));
    }

    static constexpr auto partials() { return constant_partial<0>{}; }
};
} // namespace rules

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
// A NaN loses, wherever it stands.
struct larger_that_is_number
{
    static constexpr bool is_exact = true;

    template <class V>
    XGRAD_ALWAYS_INLINE V operator()(V const& a, V const& b) const
    {
        return choose(a >= b || b != b, a, b);
    }
};

struct smaller_that_is_number
{
    static constexpr bool is_exact = true;

    template <class V>
    XGRAD_ALWAYS_INLINE V operator()(V const& a, V const& b) const
    {
        return choose(a <= b || b != b, a, b);
    }
};

template <class T, class Join>
inline constexpr fold_accumulator<T, Join> extreme_number{std::numeric_limits<T>::quiet_NaN()};
} // namespace vectorized

template <class T>
inline constexpr auto nansum_reduction = renamed(sum_reduction<T>, "nansum");
template <class T>
inline constexpr auto nanmean_reduction = renamed(sum_reduction<T>, "nanmean");
template <class T>
inline constexpr auto nanprod_reduction = renamed(product_reduction<T>, "nanprod");
template <class T>
inline constexpr auto nanvar_reduction = renamed(sum_reduction<T>, "nanvar");
template <class T>
inline constexpr auto nanstd_reduction = renamed(sum_reduction<T>, "nanstd");
template <class T>
inline constexpr auto nanmax_reduction = vectorized::seeded<
    vectorized::equal_seed,
    T,
    &vectorized::extreme_number<T, vectorized::larger_that_is_number>>(
    {.name = "nanmax", .shares_among_ties = true});
template <class T>
inline constexpr auto nanmin_reduction = vectorized::seeded<
    vectorized::equal_seed,
    T,
    &vectorized::extreme_number<T, vectorized::smaller_that_is_number>>(
    {.name = "nanmin", .shares_among_ties = true});
} // namespace XGRAD_ARCHITECTURE

/// Σ x over the elements that are not NaN, over all axes or those given.
template <array_operand X>
auto nansum(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    return detail::reduce<T, true>(
        call<rules::skip_nan_rule<0>>(x),
        sum_accumulator<T>,
        {nansum_reduction<T>, axes, options, false, where});
}

/// Π x over the elements that are not NaN, over all axes or those given.
template <array_operand X>
auto nanprod(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    return detail::reduce<T, false>(
        call<rules::skip_nan_rule<1>>(x),
        product_accumulator<T>,
        {nanprod_reduction<T>, axes, options, false, where});
}

/// The largest element that is not NaN, over all axes or those given; NaN where all are. The
/// gradient is divided evenly among ties. Throws value_error where there are no elements.
template <array_operand X>
auto nanmax(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    return detail::reduce<T, false>(
        x,
        vectorized::extreme_number<T, vectorized::larger_that_is_number>,
        {nanmax_reduction<T>, axes, options, true, where});
}

/// The smallest element that is not NaN, over all axes or those given; NaN where all are. The
/// gradient is divided evenly among ties. Throws value_error where there are no elements.
template <array_operand X>
auto nanmin(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    return detail::reduce<T, false>(
        x,
        vectorized::extreme_number<T, vectorized::smaller_that_is_number>,
        {nanmin_reduction<T>, axes, options, true, where});
}

namespace detail {
/// How many elements are not NaN.
template <class T, class E>
tensor<T> count_numbers(E const& e, vectorized::reduction_call const& call)
{
    return reduce<T, false>(xgrad::call<rules::is_number_rule>(e), sum_accumulator<T>, call);
}

template <class T, class E>
tensor<T> mean_of_numbers(E const& e, vectorized::reduction_call const& call)
{
    auto const total =
        reduce<T, true>(xgrad::call<rules::skip_nan_rule<0>>(e), sum_accumulator<T>, call);
    return tensor<T>(total / count_numbers<T>(e, call), call.where);
}

/// About the mean, in a second pass.
template <class T, class E>
tensor<T> variance_of_numbers(
    reduction_kind const& kind,
    E const& e,
    axes_argument const& axes,
    moment_options const& options,
    std::source_location const& where)
{
    reduction_options const kept{.keep_dims = true};
    auto const mean = mean_of_numbers<T>(e, {kind, axes, kept, false, where});
    reduction_options const asked{.keep_dims = options.keep_dims};
    vectorized::reduction_call const call{kind, axes, asked, false, where};
    // (An infinity less an infinite mean is NaN, and no missing number.)
    auto const deviation =
        xgrad::call<rules::is_number_rule>(e) * (xgrad::call<rules::skip_nan_rule<0>>(e) - mean);
    auto const squares = reduce<T, true>(square(deviation), sum_accumulator<T>, call);
    auto const count = count_numbers<T>(e, call) - static_cast<T>(options.ddof);
    return tensor<T>(squares / maximum(count, T(0)), where);
}
} // namespace detail

/// x, with 0 for NaN, and the largest number of its sign for an infinity. ∂ = 1 where x is finite,
/// else 0.
template <array_operand X>
auto nan_to_num(X const& x)
{
    using T = value_type_of<X>;
    constexpr auto largest = std::numeric_limits<T>::max();
    return where(isnan(x), T(0), clip(x, std::numeric_limits<T>::lowest(), largest));
}

/// The mean of the elements that are not NaN, over all axes or those given; NaN where all are.
template <array_operand X>
tensor<detail::reduced_element<X, true>> nanmean(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    detail::one_statement const whole("nanmean", where);
    return detail::mean_of_numbers<T>(
        detail::reduced_operand<T>(x), {nanmean_reduction<T>, axes, options, false, where});
}

/// The variance of the n elements that are not NaN, over all axes or those given, divided by
/// n - ddof; NaN where all are.
template <array_operand X>
tensor<detail::reduced_element<X, true>> nanvar(
    X const& x,
    axes_argument const& axes = {},
    moment_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    detail::one_statement const whole("nanvar", where);
    return detail::variance_of_numbers<T>(
        nanvar_reduction<T>, detail::reduced_operand<T>(x), axes, options, where);
}

/// Its root. ∂x is 0 where all these elements are equal.
template <array_operand X>
tensor<detail::reduced_element<X, true>> nanstd(
    X const& x,
    axes_argument const& axes = {},
    moment_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    detail::one_statement const whole("nanstd", where);
    auto const v = detail::variance_of_numbers<T>(
        nanstd_reduction<T>, detail::reduced_operand<T>(x), axes, options, where);
    return tensor<T>(xgrad::where(v == T(0), T(0), sqrt(v)), where);
}
} // namespace xgrad
