#pragma once

#include <xgrad/array/rows.hpp>
#include <xgrad/engine/count_true.hpp>

#include <concepts>
#include <cstdint>
#include <source_location>
#include <string_view>

namespace xgrad {
namespace detail {
/// How many truth values are true, over some axes. (A template, so that only programs that count
/// compile it.)
template <std::same_as<bool> T>
tensor<std::int64_t> count_of(
    tensor<T> const& truth,
    axes_argument const& axes,
    reduction_options const& options,
    std::string_view name,
    std::source_location const& where)
{
    no_grad const guard;
    rows<T> const r(truth, axes, options.keep_dims, name, where);
    auto const elements = row_major(r.elements.handle());
    auto const* next = elements->template elements<T const>();
    auto counts = make_body(element_type::int64, r.result);
    for (std::size_t row = 0; row < r.count; ++row, next += r.length) {
        counts->template elements<std::int64_t>()[row] = count_true(next, r.length);
    }
    note_result(*counts);
    return tensor<std::int64_t>(std::move(counts));
}
} // namespace detail
} // namespace xgrad
