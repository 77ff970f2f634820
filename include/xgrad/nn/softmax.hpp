#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/engine/softmax_rows.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/exponential.hpp>
#include <xgrad/ops/logarithm.hpp>
#include <xgrad/ops/selection.hpp>

#include <limits>
#include <utility>

namespace xgrad {
namespace detail {
/// The largest elements along an axis, which stays with length 1: 0 where all are -inf.
template <class T>
tensor<T> finite_maximum(tensor<T> const& x, std::ptrdiff_t axis, std::source_location const& where)
{
    auto const largest = amax(x, axis, {.keep_dims = true}, where);
    constexpr auto nothing = -std::numeric_limits<T>::infinity();
    return tensor<T>(xgrad::where(largest == nothing, T(0), largest));
}

inline bool is_last_axis(std::ptrdiff_t axis, std::size_t rank)
{
    return axis == -1 || axis == static_cast<std::ptrdiff_t>(rank) - 1;
}

/// Along the last axis, where rows lie as they are used: each goes through all steps at once.
template <bool Logarithms, class T>
tensor<T> softmax_of_rows(tensor<T> const& x)
{
    auto const from = dense(x.handle());
    auto result = make_body_like(*from);
    auto const length = x.shape().back();
    auto const rows = length == 0 ? 0 : x.size() / length;
    softmax_rows<Logarithms>(
        from->template elements<T const>(), rows, length, result->template elements<T>());
    return tensor<T>(std::move(result));
}

/// The same on the way back, for a sweep that nobody records; null where it is not to be had.
/// (Short rows: statements take a quarter less for rows of 10 doubles.)
template <bool Logarithms, class T>
body_pointer softmax_adjoints_of_rows(statement_pullback& sweep, std::ptrdiff_t axis)
{
    auto const& result = *sweep.result();
    auto const rank = result.shape.size();
    auto const length = rank == 0 ? 0 : result.shape.back();
    if (sweep.is_recorded() || !is_last_axis(axis, rank) || length < vectorized::short_row<T>) {
        return {};
    }
    auto const y = dense(sweep.result());
    auto const g = dense(sweep.incoming());
    auto adjoints = make_body_like(*y);
    softmax_adjoints<Logarithms>(
        y->template elements<T const>(),
        g->template elements<T const>(),
        result.size / length,
        length,
        adjoints->template elements<T>());
    return adjoints;
}
} // namespace detail

/// e^x / Σ e^x along an axis; the largest element is taken out, so that nothing overflows. -inf has
/// the share 0 and no gradient; all shares are 0 where all elements are -inf.
/// ∂x = y (g - Σ g y). Goodfellow, Bengio, Courville 2016, Deep learning, 4.1 and 6.2.
template <array_operand X>
tensor<floating_element<value_type_of<X>>> softmax(
    X const& x,
    std::ptrdiff_t axis = -1,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    normalize_axis(axis, values.dimension(), "softmax", where);
    auto const result = detail::within_operation([&] {
        if (detail::is_last_axis(axis, values.dimension())) {
            return detail::softmax_of_rows<false>(values);
        }
        tensor<T> const powers =
            values.size() == 0 ? values : exp(values - detail::finite_maximum(values, axis, where));
        tensor<T> const total = sum(powers, axis, {.keep_dims = true}, where);
        return tensor<T>(xgrad::where(powers == T(0), T(0), powers / total), where);
    });
    auto reverse = [axis, where](statement_pullback& sweep) {
        if (auto adjoints = detail::softmax_adjoints_of_rows<false, T>(sweep, axis)) {
            sweep.add(0, std::move(adjoints));
            return;
        }
        tensor<T> const y(sweep.result());
        tensor<T> const g(sweep.incoming());
        sweep.add(0, tensor<T>(y * (g - sum(g * y, axis, {.keep_dims = true}, where))).handle());
    };
    return recorded(
        "softmax",
        result,
        std::array{&values.body()},
        {.result = true},
        reverse,
        where,
        detail::runs_again_by<T>(
            [axis, where](tensor<T> const& other) { return softmax(other, axis, where); }));
}

/// log softmax: x - log Σ e^x along an axis, exact also where a share is too small for a number.
/// ∂x = g - softmax(x) Σ g, and 0 where x is -inf.
template <array_operand X>
tensor<floating_element<value_type_of<X>>> log_softmax(
    X const& x,
    std::ptrdiff_t axis = -1,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    normalize_axis(axis, values.dimension(), "log_softmax", where);
    auto const result = detail::within_operation([&] {
        if (detail::is_last_axis(axis, values.dimension())) {
            return detail::softmax_of_rows<true>(values);
        }
        if (values.size() == 0) {
            return values.detach();
        }
        auto const largest = detail::finite_maximum(values, axis, where);
        auto const total = sum(exp(values - largest), axis, {.keep_dims = true}, where);
        // Where all are -inf, so are the results.
        tensor<T> const log_total = xgrad::where(total == T(0), T(0), log(total));
        return tensor<T>((values - largest) - log_total, where);
    });
    auto reverse = [axis, where](statement_pullback& sweep) {
        if (auto adjoints = detail::softmax_adjoints_of_rows<true, T>(sweep, axis)) {
            sweep.add(0, std::move(adjoints));
            return;
        }
        tensor<T> const y(sweep.result());
        tensor<T> const g(sweep.incoming());
        constexpr auto nothing = -std::numeric_limits<T>::infinity();
        auto const live = xgrad::where(y == nothing, T(0), g);
        tensor<T> const total = sum(live, axis, {.keep_dims = true}, where);
        sweep.add(0, tensor<T>(live - exp(y) * total).handle());
    };
    return recorded(
        "log_softmax",
        result,
        std::array{&values.body()},
        {.result = true},
        reverse,
        where,
        detail::runs_again_by<T>(
            [axis, where](tensor<T> const& other) { return log_softmax(other, axis, where); }));
}
} // namespace xgrad
