#pragma once

#include <xgrad/array/looking_at_values.hpp>
#include <xgrad/array/sort.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <algorithm>
#include <limits>
#include <vector>

// Between which elements of the sorted ones a number lies, and how near to each.

namespace xgrad {
namespace detail {
/// The q-quantiles of all rows: an axis for q, then the shape of the reduction.
template <class T>
tensor<T> quantiles_in_parts(
    std::string_view name,
    tensor<T> const& x,
    std::vector<double> const& q,
    axes_argument const& axes,
    reduction_options const& options,
    std::source_location const& where)
{
    rows<T> const r(x, axes, options.keep_dims, name, where);
    r.check_elements(x.shape(), name, where);
    auto const elements = row_major(r.elements.handle());
    auto const* const element = elements->template elements<T const>();
    auto const place_of = [&](double part) { return part * static_cast<double>(r.length - 1); };
    auto const above = [&](std::size_t below) { return std::min(below + 1, r.length - 1); };
    std::vector<std::size_t> places;
    for (auto const part : q) {
        auto const below = static_cast<std::size_t>(place_of(part));
        places.push_back(below);
        places.push_back(above(below));
    }
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    std::vector<std::int64_t> found(r.count * places.size());
    select_in_rows(element, r.count, r.length, places, found.data());

    auto lower = std::make_shared<element_runs>();
    auto upper = std::make_shared<element_runs>();
    auto shape = r.result;
    shape.insert(shape.begin(), q.size());
    auto weights = make_body(type_of<T>, shape);
    auto* weight = weights->template elements<T>();
    for (auto const part : q) {
        auto const place = place_of(part);
        auto const below = static_cast<std::size_t>(place);
        auto const first = std::lower_bound(places.begin(), places.end(), below) - places.begin();
        auto const second = first + (above(below) != below ? 1 : 0);
        for (std::size_t row = 0; row < r.count; ++row, ++weight) {
            auto const* const selected = found.data() + row * places.size();
            auto const begin = static_cast<std::ptrdiff_t>(row * r.length);
            lower->starts.push_back(begin + selected[first]);
            upper->starts.push_back(begin + selected[second]);
            *weight = static_cast<T>(place - static_cast<double>(below));
        }
    }
    auto const a = gathered<T>(name, r.elements, std::move(lower), shape, where);
    auto const b = gathered<T>(name, r.elements, std::move(upper), shape, where);
    tensor<T> const t(std::move(weights));
    // A weight of 0 keeps an infinite neighbour out; between equal ones is nothing else.
    constexpr auto infinity = std::numeric_limits<T>::infinity();
    auto const between =
        xgrad::where(a == b && abs(a) < infinity, a + (b - a) * t, a * (T(1) - t) + b * t);
    return tensor<T>(xgrad::where(t == T(0), a, between), where);
}

/// The same, for numbers within 0 and 1 alone; it looks at values.
template <class T>
tensor<T> quantiles(
    std::string_view name,
    tensor<T> const& x,
    std::vector<double> const& q,
    axes_argument const& axes,
    reduction_options const& options,
    std::source_location const& where)
{
    for (auto const part : q) {
        if (!(part >= 0 && part <= 1)) {
            throw value_error(
                std::string(name) + ": q = " + std::to_string(part) + " is not within 0 and 1" +
                at(where));
        }
    }
    auto const compute = [&](tensor<T> const& values) {
        return quantiles_in_parts(name, values, q, axes, options, where);
    };
    auto const again = [name, q, axes, options, where](tensor<T> const& values) {
        return quantiles(name, values, q, axes, options, where);
    };
    return looking_at_values(name, where, compute, again, x);
}
} // namespace detail

/// The q-quantiles over all axes, or those given, interpolated between neighbours; the axis of q
/// comes first. NaN where an element is. Throws value_error for a q outside of [0, 1], and where
/// there are no elements.
template <array_operand X>
auto quantile(
    X const& x,
    std::vector<double> const& q,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    detail::one_statement const whole("quantile", where);
    return detail::quantiles("quantile", values, q, axes, options, where);
}

/// For a single q: without an axis for it.
template <array_operand X>
auto quantile(
    X const& x,
    double q,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    detail::one_statement const whole("quantile", where);
    auto const list = quantile(values, std::vector<double>{q}, axes, options, where);
    return reshape(list, shape_type(list.shape().begin() + 1, list.shape().end()), where);
}

/// The median over all axes, or those given: of an even number of elements the mean of the middle
/// two. NaN where an element is.
template <array_operand X>
auto median(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    detail::one_statement const whole("median", where);
    auto const list = detail::quantiles("median", values, {0.5}, axes, options, where);
    return reshape(list, shape_type(list.shape().begin() + 1, list.shape().end()), where);
}
} // namespace xgrad
