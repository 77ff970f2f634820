#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/array/strided.hpp>
#include <xgrad/engine/scan.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/exponential.hpp>
#include <xgrad/ops/selection.hpp>

#include <limits>

// Running sums and products along an axis. Their gradients are linear recurrences along the axis
// the other way, without a division: exact also where an element is zero.

namespace xgrad {
namespace detail {
/// Runs `f(axis, elements of x..., elements of the result)` over dense operands of one shape.
template <element T, class F, class... X>
tensor<T>
scanned(std::size_t axis, bool backwards, F const& f, tensor<T> const& x, X const&... more)
{
    auto body = make_body(type_of<T>, x.shape());
    f(scanned_axis(x.shape(), axis, backwards),
      row_major(x.handle())->template elements<T const>(),
      row_major(more.handle())->template elements<T const>()...,
      body->template elements<T>());
    return tensor<T>(std::move(body));
}

/// The elements one place further along an axis (against it where `backwards`); `fill` comes in.
template <element T>
tensor<T> shifted(
    tensor<T> const& x, std::size_t axis, bool backwards, T fill, std::source_location const& where)
{
    auto const length = x.shape()[axis];
    auto const rest = length == 0 ? 0 : length - 1;
    auto const place = [&](std::size_t begin) {
        return slab(x.shape(), axis, rest == 0 ? 0 : begin, rest);
    };
    auto const kept = part_of("shift", x, place(backwards ? 1 : 0), where);
    return assembled<T>("shift", x.shape(), fill, {&kept, 1}, {place(backwards ? 0 : 1)}, where);
}

/// r_i = b_i + a_i r_(i-1) along an axis, or from its end. With s the same recurrence of g the
/// other way, ∂b = s and ∂a = s r_(i-1).
template <element T>
tensor<T> recurrence(
    tensor<T> const& a,
    tensor<T> const& b,
    std::size_t axis,
    bool backwards,
    std::source_location const& where)
{
    auto const run = [](auto const&... arguments) { linear_scan<T>(arguments...); };
    auto const result = scanned<T>(axis, backwards, run, a, b);
    auto reverse = [axis, backwards, where](pullback& sweep) {
        tensor<T> const g(sweep.incoming());
        tensor<T> const a(sweep.operand(0));
        tensor<T> const r(sweep.result());
        auto const s =
            recurrence(shifted(a, axis, !backwards, T(0), where), g, axis, !backwards, where);
        if (sweep.wants(0)) {
            sweep.add(0, tensor<T>(s * shifted(r, axis, backwards, T(0), where)).handle());
        }
        if (sweep.wants(1)) {
            sweep.add(1, s.handle());
        }
    };
    return recorded(
        "recurrence",
        result,
        std::array{&a.body(), &b.body()},
        {.operands = true, .result = true},
        reverse,
        where,
        runs_again_by<T, T>([axis, backwards, where](tensor<T> const& a, tensor<T> const& b) {
            return recurrence(a, b, axis, backwards, where);
        }));
}

template <element T>
tensor<T>
cumsum(tensor<T> const& x, std::size_t axis, bool backwards, std::source_location const& where)
{
    auto const run = [](auto const&... arguments) { cumulative_sum<T>(arguments...); };
    auto const back = [axis, backwards, where](tensor<T> const& g) {
        return cumsum(g, axis, !backwards, where);
    };
    auto const again = [axis, backwards, where](tensor<T> const& other) {
        return cumsum(other, axis, backwards, where);
    };
    return recorded_linear("cumsum", scanned<T>(axis, backwards, run, x), x, back, where, again);
}

/// ∂x_i = y_(i-1) s_i with s_i = g_i + x_(i+1) s_(i+1).
template <element T>
tensor<T>
cumprod(tensor<T> const& x, std::size_t axis, bool backwards, std::source_location const& where)
{
    auto const run = [](auto const&... arguments) { cumulative_product<T>(arguments...); };
    auto reverse = [axis, backwards, where](auto& sweep) {
        if (sweep.wants(0)) {
            tensor<T> const g(sweep.incoming());
            tensor<T> const x(sweep.operand(0));
            tensor<T> const y(sweep.result());
            auto const s =
                recurrence(shifted(x, axis, !backwards, T(0), where), g, axis, !backwards, where);
            sweep.add(0, tensor<T>(s * shifted(y, axis, backwards, T(1), where)).handle());
        }
    };
    return recorded(
        "cumprod",
        scanned<T>(axis, backwards, run, x),
        std::array{&x.body()},
        {.operands = true, .result = true},
        reverse,
        where,
        runs_again_by<T>([axis, backwards, where](tensor<T> const& other) {
            return cumprod(other, axis, backwards, where);
        }));
}

/// ∂x_i = e^(x_i - y_i) s_i with s_i = g_i + e^(y_i - y_(i+1)) s_(i+1), whose factors are at
/// most 1.
template <element T>
tensor<T> logcumsumexp(tensor<T> const& x, std::size_t axis, std::source_location const& where)
{
    auto const run = [](auto const&... arguments) { cumulative_logsumexp<T>(arguments...); };
    auto reverse = [axis, where](pullback& sweep) {
        if (sweep.wants(0)) {
            constexpr auto infinity = std::numeric_limits<T>::infinity();
            tensor<T> const g(sweep.incoming());
            tensor<T> const x(sweep.operand(0));
            tensor<T> const y(sweep.result());
            auto const next = shifted(y, axis, true, infinity, where);
            tensor<T> const factor = xgrad::where(y == -infinity, T(0), exp(y - next));
            auto const s = recurrence(factor, g, axis, true, where);
            tensor<T> const share = xgrad::where(x == -infinity, T(0), exp(x - y) * s);
            sweep.add(0, share.handle());
        }
    };
    return recorded(
        "logcumsumexp",
        scanned<T>(axis, false, run, x),
        std::array{&x.body()},
        {.operands = true, .result = true},
        reverse,
        where,
        runs_again_by<T>(
            [axis, where](tensor<T> const& other) { return logcumsumexp(other, axis, where); }));
}
} // namespace detail

/// The sums of the elements along an axis up to each of them.
template <array X>
auto cumsum(
    X const& x, std::ptrdiff_t axis, std::source_location where = std::source_location::current())
{
    tensor<detail::reduced_element<X, false>> const values = as_tensor(x, where);
    return detail::cumsum(values, normalize_axis(axis, values.dimension(), "cumsum"), false, where);
}

/// The products of the elements along an axis up to each of them; the gradient is exact also where
/// elements are 0.
template <array X>
auto cumprod(
    X const& x, std::ptrdiff_t axis, std::source_location where = std::source_location::current())
{
    tensor<detail::reduced_element<X, false>> const values = as_tensor(x, where);
    return detail::cumprod(
        values, normalize_axis(axis, values.dimension(), "cumprod"), false, where);
}

/// log Σ e^x along an axis up to each element, without overflow.
template <array X>
auto logcumsumexp(
    X const& x, std::ptrdiff_t axis, std::source_location where = std::source_location::current())
{
    tensor<detail::reduced_element<X, true>> const values = as_tensor(x, where);
    return detail::logcumsumexp(
        values, normalize_axis(axis, values.dimension(), "logcumsumexp"), where);
}

/// The same over all elements in row-major order: a vector.
template <array X>
auto cumsum(X const& x, std::source_location where = std::source_location::current())
{
    return cumsum(ravel(x, where), 0, where);
}

template <array X>
auto cumprod(X const& x, std::source_location where = std::source_location::current())
{
    return cumprod(ravel(x, where), 0, where);
}

template <array X>
auto logcumsumexp(X const& x, std::source_location where = std::source_location::current())
{
    return logcumsumexp(ravel(x, where), 0, where);
}
} // namespace xgrad
