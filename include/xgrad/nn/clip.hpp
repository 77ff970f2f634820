#pragma once

#include <xgrad/array/norm.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/ops/selection.hpp>

#include <vector>

namespace xgrad {
/// x, or where its norm √Σ x² (over some axes, or all) is more than `clip_norm`, x scaled to that
/// norm. The gradient goes through the norm.
template <array X>
tensor<floating_element<value_type_of<X>>> clip_by_norm(
    X const& x,
    double clip_norm,
    axes_argument const& axes = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    auto const bound = static_cast<T>(clip_norm);
    auto const norm = norm_l2(values, axes, {.keep_dims = true}, where);
    return tensor<T>(values * (bound / maximum(norm, bound)), where);
}

/// All tensors, scaled by one factor where their common norm √Σ x² is more than `clip_norm`.
/// Pascanu, Mikolov, Bengio 2013, On the difficulty of training recurrent neural networks.
template <differentiable_element T>
std::vector<tensor<T>> clip_by_global_norm(
    std::vector<tensor<T>> const& list,
    double clip_norm,
    std::source_location where = std::source_location::current())
{
    tensor<T> squares = T(0);
    for (auto const& x : list) {
        squares = squares + norm_sq(x, {}, {}, where);
    }
    auto const bound = static_cast<T>(clip_norm);
    tensor<T> const factor = bound / maximum(sqrt(squares), bound);
    std::vector<tensor<T>> clipped;
    for (auto const& x : list) {
        clipped.push_back(tensor<T>(x * factor, where));
    }
    return clipped;
}
} // namespace xgrad
