#pragma once

#include <xgrad/array/axes.hpp>
#include <xgrad/array/movement.hpp>

// What looks at many elements at once (to sort them, to find the largest) sees them as rows.

namespace xgrad {
namespace detail {
/// An array with the axes of a reduction last, and as one.
template <class T>
struct rows
{
    tensor<T> elements; // the kept axes, then one for all that are reduced
    std::size_t count;  // of rows
    std::size_t length; // of each
    shape_type result;  // the reduced shape
    shape_type order;   // of the axes of x in the rows

    rows(
        tensor<T> const& x,
        axes_argument const& axes,
        bool keep_dims,
        std::string_view name,
        std::source_location const& where)
        : count(1), length(1)
    {
        auto const bits = axes.of(x.dimension(), name, where);
        result = reduced_shape(x.shape(), bits, keep_dims);
        shape_type shape;
        for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
            if (!((bits >> axis) & 1u)) {
                order.push_back(axis);
                shape.push_back(x.shape()[axis]);
                count *= x.shape()[axis];
            }
        }
        for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
            if ((bits >> axis) & 1u) {
                order.push_back(axis);
                length *= x.shape()[axis];
            }
        }
        shape.push_back(length);
        bool const in_order = std::is_sorted(order.begin(), order.end());
        auto const moved = in_order ? x : permuted(name, x, order, where);
        elements = same_shape(moved.shape(), shape) ? moved : reshape(moved, shape, where);
    }

    /// Another array of such rows with its axes where they were in x, of this shape.
    template <class U>
    tensor<U> restored(
        tensor<U> const& values, shape_type const& before, std::source_location const& where) const
    {
        shape_type shape(order.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            shape[i] = before[order[i]];
        }
        return permuted("transpose", reshape(values, shape, where), inverse_order(order), where);
    }

    void check_elements(
        shape_type const& shape, std::string_view name, std::source_location const& where) const
    {
        if (length == 0 && count > 0) {
            throw value_error(
                std::string(name) + ": shape " + to_string(shape) + " has no elements to reduce" +
                at(where));
        }
    }
};
} // namespace detail
} // namespace xgrad
