#pragma once

#include <xgrad/array/matmul.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <initializer_list>
#include <vector>

// Products that are matrix products, or sums of elementwise products, after a change of axes.

namespace xgrad {
/// Which axes a tensordot sums over: the last n of the first operand and the first n of the second,
/// or two lists of axes that belong together.
class contracted_axes
{
public:
    template <std::integral I>
    contracted_axes(I count) : count_(static_cast<std::ptrdiff_t>(count))
    {}

    contracted_axes(std::vector<std::ptrdiff_t> left, std::vector<std::ptrdiff_t> right)
        : left_(std::move(left)), right_(std::move(right))
    {}

    /// The axes of the first operand and those of the second, all counted from the front. Throws
    /// shape_error where there are none such, or one is named twice.
    std::pair<std::vector<std::size_t>, std::vector<std::size_t>>
    of(std::size_t left_rank, std::size_t right_rank, std::source_location const& where) const
    {
        std::pair<std::vector<std::size_t>, std::vector<std::size_t>> axes;
        for (std::ptrdiff_t i = 0; i < count_; ++i) {
            axes.first.push_back(normalize_axis(i - count_, left_rank, "tensordot", where));
            axes.second.push_back(normalize_axis(i, right_rank, "tensordot", where));
        }
        if (count_ == 0) {
            axes.first = axes_argument(left_).list(left_rank, "tensordot", where);
            axes.second = axes_argument(right_).list(right_rank, "tensordot", where);
        }
        return axes;
    }

private:
    std::ptrdiff_t count_ = 0;
    std::vector<std::ptrdiff_t> left_;
    std::vector<std::ptrdiff_t> right_;
};

namespace detail {
inline bool holds(std::vector<std::size_t> const& list, std::size_t axis)
{
    return std::find(list.begin(), list.end(), axis) != list.end();
}

template <class T>
tensor<T> tensordot(
    std::string_view name,
    tensor<T> const& a,
    tensor<T> const& b,
    contracted_axes const& contracted,
    std::source_location const& where)
{
    one_statement const whole(name, where);
    auto const [left, right] = contracted.of(a.dimension(), b.dimension(), where);
    auto const fail = [&](std::string const& why) {
        throw shape_error(
            std::string(name) + ": shapes " + to_string(a.shape()) + " and " +
            to_string(b.shape()) + " do not fit: " + why + at(where));
    };
    if (left.size() != right.size()) {
        fail(
            std::to_string(left.size()) + " axes of the first and " + std::to_string(right.size()) +
            " of the second are summed over");
    }
    std::size_t inner = 1;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (a.shape()[left[i]] != b.shape()[right[i]]) {
            fail(
                "axis " + std::to_string(left[i]) + " of the first has " +
                std::to_string(a.shape()[left[i]]) + " elements, axis " + std::to_string(right[i]) +
                " of the second " + std::to_string(b.shape()[right[i]]));
        }
        inner *= a.shape()[left[i]];
    }
    std::vector<std::size_t> left_order;
    std::vector<std::size_t> right_order(right);
    shape_type shape;
    std::size_t rows = 1;
    std::size_t columns = 1;
    for (std::size_t axis = 0; axis < a.dimension(); ++axis) {
        if (!holds(left, axis)) {
            left_order.push_back(axis);
            shape.push_back(a.shape()[axis]);
            rows *= a.shape()[axis];
        }
    }
    left_order.insert(left_order.end(), left.begin(), left.end());
    for (std::size_t axis = 0; axis < b.dimension(); ++axis) {
        if (!holds(right, axis)) {
            right_order.push_back(axis);
            shape.push_back(b.shape()[axis]);
            columns *= b.shape()[axis];
        }
    }
    auto const x = reshape(transpose(a, left_order, where), shape_type{rows, inner}, where);
    auto const y = reshape(transpose(b, right_order, where), shape_type{inner, columns}, where);
    return reshape(matmul(x, y, where), shape, where);
}
} // namespace detail

/// Σ over the given axes of the products of all elements of a with all of b; the axes that are left
/// of a, then those of b. Throws shape_error where the axes do not fit.
template <array_operand A, array_operand B>
auto tensordot(
    A const& a,
    B const& b,
    contracted_axes const& axes = 2,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    return detail::tensordot<T>("tensordot", as_tensor(a, where), as_tensor(b, where), axes, where);
}

/// The same with a list of axes for each operand: `tensordot(a, b, {1}, {0})`.
template <array_operand A, array_operand B>
auto tensordot(
    A const& a,
    B const& b,
    std::vector<std::ptrdiff_t> left,
    std::vector<std::ptrdiff_t> right,
    std::source_location where = std::source_location::current())
{
    return tensordot(a, b, contracted_axes(std::move(left), std::move(right)), where);
}

/// NumPy's dot: Σ over the last axis of a and the last but one of b (the only one of a vector).
/// Throws shape_error where their lengths differ.
template <array_operand A, array_operand B>
auto dot(A const& a, B const& b, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    tensor<T> const x = as_tensor(a, where);
    tensor<T> const y = as_tensor(b, where);
    detail::one_statement const whole("dot", where);
    if (x.dimension() == 0 || y.dimension() == 0) {
        return tensor<T>(x * y, where);
    }
    if (x.dimension() == 1 && y.dimension() == 1 && x.size() == y.size()) {
        return sum(x * y, {}, {}, where);
    }
    if (y.dimension() <= 2 && x.shape(-1) == y.shape(0)) {
        return matmul(x, y, where);
    }
    std::ptrdiff_t const axis = y.dimension() == 1 ? -1 : -2;
    return detail::tensordot("dot", x, y, contracted_axes({-1}, {axis}), where);
}

/// Σ a b over all elements in row-major order, whatever the shapes. Throws shape_error where there
/// are not as many.
template <array_operand A, array_operand B>
auto vdot(A const& a, B const& b, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    tensor<T> const x = as_tensor(a, where);
    tensor<T> const y = as_tensor(b, where);
    detail::one_statement const whole("vdot", where);
    if (x.size() != y.size()) {
        throw shape_error(
            "vdot: shapes " + to_string(x.shape()) + " and " + to_string(y.shape()) +
            " do not fit: they have " + std::to_string(x.size()) + " and " +
            std::to_string(y.size()) + " elements" + at(where));
    }
    return same_shape(x.shape(), y.shape()) ? sum(x * y, {}, {}, where)
                                            : sum(ravel(x, where) * ravel(y, where), {}, {}, where);
}

/// The products of all elements of a with all of b: a matrix, a's along its rows.
template <array_operand A, array_operand B>
auto outer(A const& a, B const& b, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    tensor<T> const x = as_tensor(a, where);
    tensor<T> const y = as_tensor(b, where);
    detail::one_statement const whole("outer", where);
    return tensor<T>(reshape(x, shape_type{x.size(), 1}, where) * ravel(y, where), where);
}

/// The Kronecker product: blocks of b, each times an element of a. The shorter shape is taken with
/// leading axes of length 1.
template <array_operand A, array_operand B>
auto kron(A const& a, B const& b, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    tensor<T> const x = as_tensor(a, where);
    tensor<T> const y = as_tensor(b, where);
    detail::one_statement const whole("kron", where);
    auto const rank = std::max(x.dimension(), y.dimension());
    auto const length = [&](tensor<T> const& t, std::size_t axis) {
        auto const missing = rank - t.dimension();
        return axis < missing ? std::size_t{1} : t.shape()[axis - missing];
    };
    shape_type left;
    shape_type right;
    shape_type shape;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        left.push_back(length(x, axis));
        left.push_back(1);
        right.push_back(1);
        right.push_back(length(y, axis));
        shape.push_back(length(x, axis) * length(y, axis));
    }
    return reshape(
        tensor<T>(reshape(x, left, where) * reshape(y, right, where), where), shape, where);
}
} // namespace xgrad
