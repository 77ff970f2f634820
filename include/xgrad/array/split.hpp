#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/strided.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

// An array in parts along an axis: views, which copy nothing.

namespace xgrad {
/// The parts of x along an axis between the given places, as views.
template <array_operand X, integer_range Places>
std::vector<tensor<value_type_of<X>>> split(
    X const& x,
    Places const& places,
    std::ptrdiff_t along = 0,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const axis = normalize_axis(along, values.dimension(), "split", where);
    auto const length = static_cast<std::ptrdiff_t>(values.shape()[axis]);
    detail::one_statement const whole("split", where);
    std::vector<tensor<value_type_of<X>>> parts;
    std::ptrdiff_t begin = 0;
    auto const part_until = [&](std::ptrdiff_t end) {
        if (end < begin || end > length) {
            throw value_error(
                "split: place " + std::to_string(end) + " does not follow " +
                std::to_string(begin) + " within the " + std::to_string(length) +
                " elements of axis " + std::to_string(axis) + at(where));
        }
        auto const select = [&](shape_type shape, strides_type const& strides) {
            shape[axis] = static_cast<std::size_t>(end - begin);
            return detail::selection{std::move(shape), strides, strides[axis] * begin};
        };
        parts.push_back(detail::part_by("split", values, select, where));
        begin = end;
    };
    for (auto const place : places) {
        part_until(static_cast<std::ptrdiff_t>(place));
    }
    part_until(length);
    return parts;
}

template <array_operand X>
auto split(
    X const& x,
    std::initializer_list<listed_integer> places,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return split(x, std::vector<std::ptrdiff_t>(places.begin(), places.end()), axis, where);
}

/// `sections` equal parts. Throws shape_error where the length of the axis is not their multiple.
template <array_operand X, std::integral I>
auto split(
    X const& x,
    I sections,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const& shape = values.shape();
    auto const length =
        static_cast<std::ptrdiff_t>(shape[normalize_axis(axis, shape.size(), "split", where)]);
    auto const count = static_cast<std::ptrdiff_t>(sections);
    if (count <= 0 || length % count != 0) {
        throw shape_error(
            "split: axis " + std::to_string(axis) + " of shape " + to_string(shape) + " has no " +
            std::to_string(count) + " equal parts" + at(where));
    }
    std::vector<std::ptrdiff_t> places;
    for (std::ptrdiff_t i = 1; i < count; ++i) {
        places.push_back(i * (length / count));
    }
    return split(values, places, axis, where);
}
} // namespace xgrad
