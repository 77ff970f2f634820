#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/strided.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <array>
#include <initializer_list>
#include <span>
#include <tuple>
#include <vector>

// Arrays side by side: along an axis that they have, or along a new one.

namespace xgrad {
namespace detail {
template <tensor_element T>
tensor<T> concatenated(
    std::string_view name,
    std::span<tensor<T> const> parts,
    std::ptrdiff_t along,
    std::source_location const& where)
{
    if (parts.empty()) {
        throw value_error(std::string(name) + ": no arrays are given" + at(where));
    }
    auto shape = parts[0].shape();
    auto const axis = normalize_axis(along, shape.size(), name, where);
    std::size_t length = 0;
    for (auto const& part : parts) {
        auto other = part.shape();
        if (other.size() == shape.size()) {
            length += other[axis];
            other[axis] = shape[axis];
        }
        if (!same_shape(other, shape)) {
            throw shape_error(
                std::string(name) + ": shapes " + to_string(parts[0].shape()) + " and " +
                to_string(part.shape()) + " differ in more than axis " + std::to_string(axis) +
                at(where));
        }
    }
    shape[axis] = length;
    auto const strides = row_major_strides(shape);
    std::vector<selection> places;
    places.reserve(parts.size());
    std::ptrdiff_t offset = 0;
    for (auto const& part : parts) {
        places.push_back({part.shape(), strides, offset});
        offset += static_cast<std::ptrdiff_t>(part.shape()[axis]) * strides[axis];
    }
    return assembled<T>(name, shape, {}, parts, std::move(places), where);
}

template <tensor_element T>
tensor<T>
stacked(std::span<tensor<T> const> parts, std::ptrdiff_t along, std::source_location const& where)
{
    if (parts.empty()) {
        throw value_error("stack: no arrays are given" + at(where));
    }
    auto shape = parts[0].shape();
    for (auto const& part : parts) {
        if (!same_shape(part.shape(), shape)) {
            throw shape_error(
                "stack: shapes " + to_string(shape) + " and " + to_string(part.shape()) +
                " differ" + at(where));
        }
    }
    auto const axis = normalize_axis(along, shape.size() + 1, "stack", where);
    shape.insert(shape.begin() + axis, parts.size());
    auto strides = row_major_strides(shape);
    auto const step = strides[axis];
    strides.erase(strides.begin() + axis);
    std::vector<selection> places;
    places.reserve(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
        places.push_back({parts[i].shape(), strides, static_cast<std::ptrdiff_t>(i) * step});
    }
    return assembled<T>("stack", shape, {}, parts, std::move(places), where);
}

/// Operands of possibly different types as tensors of one type.
template <array_operand... X>
auto promoted_tensors(std::tuple<X...> const& arrays, std::source_location const& where)
{
    using T = element_for<std::common_type_t<value_type_of<X>...>>;
    return std::apply(
        [&](auto const&... x) { return std::vector<tensor<T>>{tensor<T>(as_tensor(x, where))...}; },
        arrays);
}

/// An operand in braces beside others: each of them is a tensor or an expression.
template <tensor_element T>
struct listed
{
    template <array_operand X>
        requires std::same_as<value_type_of<X>, T>
    listed(X const& x) : value(as_tensor(x))
    {}

    tensor<T> value;
};

/// The two parts that a roll along an axis exchanges.
inline std::array<element_move, 2>
rolls(shape_type const& shape, std::size_t axis, std::ptrdiff_t shift)
{
    auto const length = static_cast<std::ptrdiff_t>(shape[axis]);
    auto const first =
        length == 0 ? 0 : static_cast<std::size_t>((length - shift % length) % length);
    auto const rest = shape[axis] - first;
    return {
        {{0, slab(shape, axis, first, rest), slab(shape, axis, 0, rest)},
         {0, slab(shape, axis, 0, first), slab(shape, axis, rest, first)}}};
}

template <tensor_element T>
std::vector<tensor<T>> values_of(std::initializer_list<listed<T>> list)
{
    std::vector<tensor<T>> values;
    for (auto const& operand : list) {
        values.push_back(operand.value);
    }
    return values;
}
} // namespace detail

/// The arrays one after the other along an axis. Throws shape_error where another axis differs.
template <tensor_element T>
tensor<T> concatenate(
    std::vector<tensor<T>> const& arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return detail::concatenated<T>("concatenate", arrays, axis, where);
}

template <tensor_element T>
tensor<T> concatenate(
    std::initializer_list<tensor<T>> arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return concatenate(std::vector<tensor<T>>(arrays), axis, where);
}

/// Also expressions in braces beside arrays of their type. (Templates, although all types are
/// known: every program would compile functions, and all that these call.)
template <std::same_as<void> = void>
tensor<double> concatenate(
    std::initializer_list<detail::listed<double>> arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return concatenate(detail::values_of(arrays), axis, where);
}

template <std::same_as<void> = void>
tensor<float> concatenate(
    std::initializer_list<detail::listed<float>> arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return concatenate(detail::values_of(arrays), axis, where);
}

/// Also a tuple (`std::tuple(a, b)`, `xt::xtuple(a, b)`) of arrays and expressions of any types.
template <class... X>
    requires(array_operand<std::remove_cvref_t<X>> && ...)
auto concatenate(
    std::tuple<X...> const& arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return concatenate(
        detail::promoted_tensors(std::tuple<std::remove_cvref_t<X>...>(arrays), where),
        axis,
        where);
}

/// Arrays of one shape along a new axis, which has this place in the result.
template <tensor_element T>
tensor<T> stack(
    std::vector<tensor<T>> const& arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return detail::stacked<T>(arrays, axis, where);
}

template <tensor_element T>
tensor<T> stack(
    std::initializer_list<tensor<T>> arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return stack(std::vector<tensor<T>>(arrays), axis, where);
}

template <std::same_as<void> = void>
tensor<double> stack(
    std::initializer_list<detail::listed<double>> arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return stack(detail::values_of(arrays), axis, where);
}

template <std::same_as<void> = void>
tensor<float> stack(
    std::initializer_list<detail::listed<float>> arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return stack(detail::values_of(arrays), axis, where);
}

template <class... X>
    requires(array_operand<std::remove_cvref_t<X>> && ...)
auto stack(
    std::tuple<X...> const& arrays,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return stack(
        detail::promoted_tensors(std::tuple<std::remove_cvref_t<X>...>(arrays), where),
        axis,
        where);
}

/// The elements moved by `shift` places along an axis; what leaves at one end comes in at the
/// other. Without an axis: in row-major order.
template <array_operand X>
tensor<value_type_of<X>> roll(
    X const& x,
    std::ptrdiff_t shift,
    std::ptrdiff_t axis,
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    auto const values = as_tensor(x, where);
    auto const& shape = values.shape();
    auto const along = normalize_axis(axis, shape.size(), "roll", where);
    auto body = make_body(type_of<T>, shape);
    for (auto const& [operand, from, to] : detail::rolls(shape, along, shift)) {
        auto const lies = detail::placed_in(values.body(), from);
        scatter_store(
            *make_view(values.handle(), lies.shape, lies.strides, lies.offset),
            *body,
            to.strides,
            to.offset);
    }
    auto const back = [shift, axis, where](tensor<T> const& g) {
        return roll(g, -shift, axis, where);
    };
    auto const again = [shift, axis, where](tensor<T> const& other) {
        return roll(other, shift, axis, where);
    };
    auto const moves = [shift, along](auto const& of, auto const&, auto& list) {
        for (auto const& part : detail::rolls(of, along, shift)) {
            list.push_back(part);
        }
    };
    return recorded_linear("roll", tensor<T>(std::move(body)), values, back, where, again, moves);
}

template <array_operand X>
tensor<value_type_of<X>>
roll(X const& x, std::ptrdiff_t shift, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    detail::one_statement const whole("roll", where);
    return reshape(roll(ravel(values, where), shift, 0, where), values.shape(), where);
}
} // namespace xgrad
