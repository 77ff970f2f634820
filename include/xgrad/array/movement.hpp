#pragma once

#include <xgrad/array/operation.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

// Other axes over the same elements: views, which copy nothing.

namespace xgrad {
namespace detail {
inline body_pointer transposed(body_pointer const& body, std::span<std::size_t const> order)
{
    shape_type shape(order.size());
    strides_type strides(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        shape[i] = body->shape[order[i]];
        strides[i] = body->strides()[order[i]];
    }
    return make_view(body, std::move(shape), std::move(strides), 0);
}

inline std::vector<std::size_t> inverse_order(std::span<std::size_t const> order)
{
    std::vector<std::size_t> inverse(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        inverse[order[i]] = i;
    }
    return inverse;
}

template <class T>
tensor<T> transpose(
    tensor<T> const& x, std::vector<std::size_t> const& order, std::source_location const& where)
{
    auto reverse = [inverse = inverse_order(order)](pullback& sweep) {
        if (sweep.wants(0)) {
            sweep.add(0, transposed(sweep.incoming(), inverse));
        }
    };
    return recorded(
        "transpose",
        tensor<T>(transposed(x.handle(), order)),
        std::array{&x.body()},
        {},
        reverse,
        where);
}
} // namespace detail

/// The axes in reverse order: the transpose of a matrix.
template <array X>
auto transpose(X const& x, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    std::vector<std::size_t> order(values.dimension());
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    return detail::transpose(values, order, where);
}

/// The axes in the given order: axis i of the result is axis `order[i]` of x. Throws shape_error
/// where that is no permutation.
template <array X>
auto transpose(
    X const& x,
    std::initializer_list<std::ptrdiff_t> order,
    std::source_location where = std::source_location::current())
{
    return transpose(x, std::vector<std::ptrdiff_t>(order), where);
}

template <array X, integer_range Order>
auto transpose(
    X const& x, Order const& order, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const rank = values.dimension();
    std::vector<std::size_t> axes;
    std::vector<bool> seen(rank, false);
    for (auto const axis : order) {
        axes.push_back(normalize_axis(static_cast<std::ptrdiff_t>(axis), rank, "transpose"));
    }
    for (auto const axis : axes) {
        seen[axis] = true;
    }
    if (axes.size() != rank || !std::all_of(seen.begin(), seen.end(), [](bool s) { return s; })) {
        throw shape_error(
            "transpose: " + to_string(order) + " is no permutation of the " + std::to_string(rank) +
            " axes of shape " + to_string(values.shape()) + at(where));
    }
    return detail::transpose(values, axes, where);
}

/// The same elements in row-major order under another shape. One length may be -1: it follows from
/// the others. Throws shape_error where the numbers of elements differ.
template <array X, integer_range Shape>
auto reshape(
    X const& x, Shape const& shape, std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    using T = typename decltype(as_tensor(x))::value_type;
    shape_type lengths;
    std::size_t known = 1;
    std::ptrdiff_t open = -1;
    for (auto const length : shape) {
        if (std::cmp_equal(length, -1) && open < 0) {
            open = static_cast<std::ptrdiff_t>(lengths.size());
            lengths.push_back(1);
            continue;
        }
        known *= static_cast<std::size_t>(length);
        lengths.push_back(static_cast<std::size_t>(length));
    }
    if (open >= 0 && known > 0) {
        lengths[static_cast<std::size_t>(open)] = values.size() / known;
    }
    if (element_count(lengths) != values.size()) {
        throw shape_error(
            "reshape: shape " + to_string(values.shape()) + " has " +
            std::to_string(values.size()) + " elements, " + to_string(shape) + " does not" +
            at(where));
    }
    auto const source = values.body().contiguous ? values.handle() : dense_copy(values.body());
    auto reverse = [before = values.shape()](pullback& sweep) {
        if (sweep.wants(0)) {
            sweep.add(0, reshaped(dense(sweep.incoming()), before));
        }
    };
    return recorded(
        "reshape",
        tensor<T>(reshaped(source, lengths)),
        std::array{&values.body()},
        {},
        reverse,
        where);
}

template <array X>
auto reshape(
    X const& x,
    std::initializer_list<std::ptrdiff_t> shape,
    std::source_location where = std::source_location::current())
{
    return reshape(x, std::vector<std::ptrdiff_t>(shape), where);
}

/// All elements in row-major order, as a vector.
template <array X>
auto ravel(X const& x, std::source_location where = std::source_location::current())
{
    return reshape(x, {-1}, where);
}
} // namespace xgrad
