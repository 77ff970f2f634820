#pragma once

#include <xgrad/array/moments.hpp>
#include <xgrad/array/nan.hpp>
#include <xgrad/array/norm.hpp>
#include <xgrad/array/product.hpp>
#include <xgrad/array/quantile.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/array/sort.hpp>
#include <xgrad/array/truth.hpp>

#include <concepts>

// Reductions over all axes with options: `sum(x, {.keep_dims = true})`. (The options' type is a
// parameter, so that `sum(x, {})` names no axes, as ever.)

namespace xgrad {
template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto sum(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return sum(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto mean(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return mean(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto prod(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return prod(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto amax(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return amax(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto amin(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return amin(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto logsumexp(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return logsumexp(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto norm_l1(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return norm_l1(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto norm_l2(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return norm_l2(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto norm_sq(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return norm_sq(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto norm_linf(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return norm_linf(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto nansum(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return nansum(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto nanprod(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return nanprod(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto nanmax(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return nanmax(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto nanmin(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return nanmin(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto nanmean(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return nanmean(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto median(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return median(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto argmax(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return argmax(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto argmin(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return argmin(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<reduction_options> Options = reduction_options>
auto count_nonzero(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return count_nonzero(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<moment_options> Options = moment_options>
auto variance(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return variance(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<moment_options> Options = moment_options>
auto stddev(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return stddev(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<moment_options> Options = moment_options>
auto nanvar(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return nanvar(x, axes_argument(), options, where);
}

template <array_operand X, std::same_as<moment_options> Options = moment_options>
auto nanstd(
    X const& x,
    Options const& options,
    std::source_location where = std::source_location::current())
{
    return nanstd(x, axes_argument(), options, where);
}
} // namespace xgrad
