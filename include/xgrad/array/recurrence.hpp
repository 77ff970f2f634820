#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/array/strided.hpp>
#include <xgrad/engine/scan.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

// A linear recurrence along an axis: what the derivative of every scan is.

namespace xgrad::detail {
/// The elements one place further along an axis (against it where `backwards`); `fill` comes in.
template <tensor_element T>
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
template <tensor_element T>
tensor<T> recurrence(
    tensor<T> const& a,
    tensor<T> const& b,
    std::size_t axis,
    bool backwards,
    std::source_location const& where)
{
    auto const result = make_body(type_of<T>, b.shape());
    linear_scan(
        scanned_axis(b.shape(), std::uint64_t{1} << axis, backwards),
        row_major(a.handle())->template elements<T const>(),
        row_major(b.handle())->template elements<T const>(),
        result->template elements<T>());
    auto reverse = [axis, backwards, where](statement_pullback& sweep) {
        tensor<T> const g(sweep.incoming());
        tensor<T> const factors(sweep.operand(0));
        tensor<T> const r(sweep.result());
        auto const s =
            recurrence(shifted(factors, axis, !backwards, T(0), where), g, axis, !backwards, where);
        if (sweep.wants(0)) {
            sweep.add(0, tensor<T>(s * shifted(r, axis, backwards, T(0), where)).handle());
        }
        if (sweep.wants(1)) {
            sweep.add(1, s.handle());
        }
    };
    return recorded(
        "recurrence",
        tensor<T>(result),
        std::array{&a.body(), &b.body()},
        {.operands = true, .result = true},
        reverse,
        where,
        runs_again_by<T, T>(
            [axis, backwards, where](tensor<T> const& factors, tensor<T> const& terms) {
                return recurrence(factors, terms, axis, backwards, where);
            }));
}
} // namespace xgrad::detail
