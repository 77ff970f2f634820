#pragma once

#include <xgrad/array/axes.hpp>
#include <xgrad/array/operation.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

// Other axes over the same elements: views, which copy nothing.

namespace xgrad {
namespace detail {
/// An array of this shape and these strides, its axes in another order.
inline selection
permuted_axes(shape_type const& shape, strides_type const& strides, shape_type const& order)
{
    selection result{shape, strides};
    for (std::size_t i = 0; i < order.size(); ++i) {
        result.shape[i] = shape[order[i]];
        result.strides[i] = strides[order[i]];
    }
    return result;
}

inline body_pointer transposed(body_pointer const& body, shape_type const& order)
{
    auto lies = permuted_axes(body->shape, body->strides(), order);
    return make_view(body, std::move(lies.shape), std::move(lies.strides), 0);
}

inline shape_type inverse_order(shape_type const& order)
{
    shape_type inverse(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        inverse[order[i]] = i;
    }
    return inverse;
}

template <class T>
tensor<T> permuted(
    std::string_view name,
    tensor<T> const& x,
    shape_type const& order,
    std::source_location const& where)
{
    auto const back = [name, inverse = inverse_order(order), where](tensor<T> const& g) {
        return permuted(name, g, inverse, where);
    };
    auto const again = [name, order, where](tensor<T> const& other) {
        return permuted(name, other, order, where);
    };
    auto const moves = [order](auto const& operand, auto const& result, auto& list) {
        list.push_back(
            {0, permuted_axes(operand, row_major_strides(operand), order), whole(result)});
    };
    return recorded_linear(
        name, tensor<T>(transposed(x.handle(), order)), x, back, where, again, moves);
}
} // namespace detail

/// The axes in reverse order: the transpose of a matrix.
template <array_operand X>
tensor<value_type_of<X>>
transpose(X const& x, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    shape_type order(values.dimension());
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    return detail::permuted("transpose", values, order, where);
}

/// The axes in the given order: axis i of the result is axis `order[i]` of x. Throws shape_error
/// where that is no permutation.
template <array_operand X>
tensor<value_type_of<X>> transpose(
    X const& x,
    std::initializer_list<listed_integer> order,
    std::source_location where = std::source_location::current())
{
    return transpose(x, std::vector<std::ptrdiff_t>(order.begin(), order.end()), where);
}

template <array_operand X, integer_range Order>
tensor<value_type_of<X>> transpose(
    X const& x, Order const& order, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const rank = values.dimension();
    shape_type axes;
    std::vector<bool> seen(rank, false);
    for (auto const axis : order) {
        axes.push_back(normalize_axis(static_cast<std::ptrdiff_t>(axis), rank, "transpose", where));
    }
    for (auto const axis : axes) {
        seen[axis] = true;
    }
    if (axes.size() != rank || !std::all_of(seen.begin(), seen.end(), [](bool s) { return s; })) {
        throw shape_error(
            "transpose: " + to_string(order) + " is no permutation of the " + std::to_string(rank) +
            " axes of shape " + to_string(values.shape()) + at(where));
    }
    return detail::permuted("transpose", values, axes, where);
}

/// Two axes exchanged.
template <array_operand X>
tensor<value_type_of<X>> swapaxes(
    X const& x,
    std::ptrdiff_t first,
    std::ptrdiff_t second,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const rank = values.dimension();
    shape_type order(rank);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::swap(
        order[normalize_axis(first, rank, "swapaxes", where)],
        order[normalize_axis(second, rank, "swapaxes", where)]);
    return detail::permuted("swapaxes", values, order, where);
}

/// The axes `from` go to the places `to` of the result, the others keep their order. Throws
/// shape_error where these are not as many, or one is named twice.
template <array_operand X>
tensor<value_type_of<X>> moveaxis(
    X const& x,
    axes_argument const& from,
    axes_argument const& to,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const rank = values.dimension();
    auto const sources = from.list(rank, "moveaxis", where);
    auto const places = to.list(rank, "moveaxis", where);
    if (sources.size() != places.size()) {
        throw shape_error(
            "moveaxis: " + std::to_string(sources.size()) + " axes do not go to " +
            std::to_string(places.size()) + " places" + at(where));
    }
    constexpr auto open = static_cast<std::size_t>(-1);
    shape_type order(rank, open);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        order[places[i]] = sources[i];
    }
    std::size_t next = 0;
    for (auto& axis : order) {
        if (axis == open) {
            while (std::find(sources.begin(), sources.end(), next) != sources.end()) {
                ++next;
            }
            axis = next++;
        }
    }
    return detail::permuted("moveaxis", values, order, where);
}

/// The same elements in row-major order under another shape. One length may be -1: it follows from
/// the others. Throws shape_error where the numbers of elements differ, or nothing follows.
template <array_operand X, integer_range Shape>
tensor<value_type_of<X>> reshape(
    X const& x, Shape const& shape, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    using T = value_type_of<X>;
    shape_type lengths;
    std::ptrdiff_t open = -1;
    for (auto const length : shape) {
        bool const is_open = std::cmp_equal(length, -1);
        if (std::cmp_less(length, is_open && open < 0 ? -1 : 0)) {
            throw shape_error(
                "reshape: " + to_string(shape) +
                " has a negative length; only one may be open, which -1 says" + at(where));
        }
        if (is_open) {
            open = static_cast<std::ptrdiff_t>(lengths.size());
        }
        lengths.push_back(is_open ? 1 : static_cast<std::size_t>(length));
    }
    check_element_count(lengths, "reshape", where);
    auto const known = element_count(lengths);
    if (open >= 0 && known == 0 && values.size() == 0) {
        throw shape_error(
            "reshape: -1 in " + to_string(shape) + " may be any length, as another one is 0" +
            at(where));
    }
    if (open >= 0 && known > 0) {
        lengths[static_cast<std::size_t>(open)] = values.size() / known;
    }
    if (element_count(lengths) != values.size()) {
        throw shape_error(
            "reshape: shape " + to_string(values.shape()) + " has " +
            std::to_string(values.size()) + " elements, " + to_string(shape) + " has " +
            (open >= 0 ? "a multiple of " + std::to_string(known) : std::to_string(known)) +
            at(where));
    }
    auto const back = [before = values.shape(), where](tensor<T> const& g) {
        return reshape(g, before, where);
    };
    auto const again = [lengths, where](tensor<T> const& other) {
        return reshape(other, lengths, where);
    };
    return recorded_linear(
        "reshape",
        tensor<T>(reshaped(row_major(values.handle()), lengths)),
        values,
        back,
        where,
        again,
        moves_in_order());
}

template <array_operand X>
tensor<value_type_of<X>> reshape(
    X const& x,
    std::initializer_list<listed_integer> shape,
    std::source_location where = std::source_location::current())
{
    return reshape(x, std::vector<std::ptrdiff_t>(shape.begin(), shape.end()), where);
}

/// All elements in row-major order, as a vector.
template <array_operand X>
tensor<value_type_of<X>>
ravel(X const& x, std::source_location where = std::source_location::current())
{
    return reshape(x, {-1}, where);
}

/// The same under xtensor's other name.
template <array_operand X>
tensor<value_type_of<X>>
flatten(X const& x, std::source_location where = std::source_location::current())
{
    return reshape(x, {-1}, where);
}
} // namespace xgrad
