#pragma once

#include <xgrad/array/concatenate.hpp>
#include <xgrad/array/norm.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace xgrad {
namespace detail {
/// The largest norm that is let through. Throws value_error for one that is not at least 0.
template <class T>
T norm_bound(std::string_view name, double clip_norm, std::source_location const& where)
{
    if (!(clip_norm >= 0)) {
        throw value_error(
            std::string(name) + ": clip_norm = " + std::to_string(clip_norm) +
            "; a norm is at least 0" + at(where));
    }
    return static_cast<T>(clip_norm);
}

template <class T>
auto clip_factor(tensor<T> const& norm, T bound)
{
    return where(norm > bound, bound / norm, T(1));
}
} // namespace detail

/// x, or where its norm √Σ x² (over some axes, or all) is more than `clip_norm`, x scaled to that
/// norm. The gradient goes through the norm.
template <array_operand X>
tensor<floating_element<value_type_of<X>>> clip_by_norm(
    X const& x,
    double clip_norm,
    axes_argument const& axes = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    detail::one_statement const whole("clip_by_norm", where);
    auto const bound = detail::norm_bound<T>("clip_by_norm", clip_norm, where);
    auto const norm = norm_l2(values, axes, {.keep_dims = true}, where);
    return tensor<T>(values * detail::clip_factor(norm, bound), where);
}

/// All tensors, scaled by one factor where their common norm √Σ x² is more than `clip_norm`.
/// Pascanu, Mikolov, Bengio 2013, On the difficulty of training recurrent neural networks.
template <differentiable_element T>
std::vector<tensor<T>> clip_by_global_norm(
    std::vector<tensor<T>> const& list,
    double clip_norm,
    std::source_location where = std::source_location::current())
{
    detail::one_statement const whole("clip_by_global_norm", where);
    auto const bound = detail::norm_bound<T>("clip_by_global_norm", clip_norm, where);
    std::vector<tensor<T>> norms; // not their squares, which may overflow
    for (auto const& x : list) {
        norms.push_back(norm_l2(x, {}, {}, where));
    }
    auto const norm = norms.empty() ? tensor<T>(T(0)) : norm_l2(stack(norms), {}, {}, where);
    tensor<T> const factor = detail::clip_factor(norm, bound);
    std::vector<tensor<T>> clipped;
    for (auto const& x : list) {
        clipped.push_back(tensor<T>(x * factor, where));
    }
    return clipped;
}
} // namespace xgrad
