#pragma once

#include <xgrad/array/reduction.hpp>
#include <xgrad/array/triangle.hpp>
#include <xgrad/linalg/stack.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

// The products of arrays whose axes have names, a character each: what einsum is made of.

namespace xgrad::detail {
/// The length of each label.
using label_lengths = std::array<std::size_t, 128>;

inline bool has_label(std::string const& labels, char label) noexcept
{
    return labels.find(label) != labels.npos;
}

/// The labels of `a` that are in all of `in`, and in none of `out`.
inline std::string
chosen(std::string const& a, std::initializer_list<std::string> in, std::string const& out)
{
    std::string result;
    for (auto const label : a) {
        bool const wanted = std::all_of(
            in.begin(), in.end(), [&](std::string const& list) { return has_label(list, label); });
        if (wanted && !has_label(out, label)) {
            result += label;
        }
    }
    return result;
}

/// A tensor and the labels of its axes.
template <class T>
struct labelled
{
    tensor<T> values;
    std::string labels;

    std::size_t length(char label) const { return values.shape()[labels.find(label)]; }

    std::size_t size_of(std::string const& some) const
    {
        std::size_t product = 1;
        for (auto const label : some) {
            product *= length(label);
        }
        return product;
    }

    shape_type shape_of(std::string const& some) const
    {
        shape_type shape;
        for (auto const label : some) {
            shape.push_back(length(label));
        }
        return shape;
    }

    /// Labels that occur twice name a diagonal, which becomes the last axis.
    void take_diagonals(std::source_location const& where)
    {
        for (auto axis = labels.size(); axis-- > 0;) {
            auto const label = labels[axis];
            auto const first = labels.find(label);
            if (first == axis) {
                continue;
            }
            values = diagonal(
                values,
                0,
                static_cast<std::ptrdiff_t>(first),
                static_cast<std::ptrdiff_t>(axis),
                where);
            labels.erase(axis, 1);
            labels.erase(first, 1);
            labels.push_back(label);
            axis = labels.size();
        }
    }

    /// An axis of length 1 where others are longer is one that broadcasts: it need not be there.
    void drop_unit_axes(label_lengths const& lengths, std::source_location const& where)
    {
        auto const kept_label = [&](char label) {
            return length(label) == lengths[static_cast<std::size_t>(label)];
        };
        std::string kept;
        std::copy_if(labels.begin(), labels.end(), std::back_inserter(kept), kept_label);
        if (kept.size() != labels.size()) {
            values = reshape(values, shape_of(kept), where);
            labels = kept;
        }
    }

    /// Sums over the labels that are not needed.
    void sum_out(std::string const& needed, std::source_location const& where)
    {
        std::vector<std::ptrdiff_t> axes;
        std::string kept;
        for (std::size_t axis = 0; axis < labels.size(); ++axis) {
            if (has_label(needed, labels[axis])) {
                kept += labels[axis];
            } else {
                axes.push_back(static_cast<std::ptrdiff_t>(axis));
            }
        }
        if (!axes.empty()) {
            values = sum(values, axes, {}, where);
            labels = kept;
        }
    }

    /// The axes in another order.
    tensor<T> transposed(std::string const& order, std::source_location const& where) const
    {
        if (order == labels) {
            return values;
        }
        std::vector<std::size_t> axes;
        for (auto const label : order) {
            axes.push_back(labels.find(label));
        }
        return transpose(values, axes, where);
    }

    /// The axes as they are wanted, those that are missing with length 1.
    tensor<T> aligned(std::string const& order, std::source_location const& where) const
    {
        auto const own = chosen(order, {labels}, "");
        shape_type shape;
        for (auto const label : order) {
            shape.push_back(has_label(labels, label) ? length(label) : 1);
        }
        auto const values_in_order = transposed(own, where);
        return same_shape(shape, values_in_order.shape()) ? values_in_order
                                                          : reshape(values_in_order, shape, where);
    }

    /// The result: its axes in order, and as long as their labels are.
    tensor<T> arranged(
        std::string const& order,
        label_lengths const& lengths,
        std::source_location const& where) const
    {
        auto const result = aligned(order, where);
        shape_type shape;
        for (auto const label : order) {
            shape.push_back(lengths[static_cast<std::size_t>(label)]);
        }
        return same_shape(shape, result.shape())
            ? result
            : tensor<T>(result + tensor<T>(filled_body(type_of<T>, shape, 0)));
    }

    /// The number of multiplications with another.
    double cost_with(labelled const& other, label_lengths const& lengths) const
    {
        double cost = 1;
        for (auto const label : labels + chosen(other.labels, {}, labels)) {
            cost *= static_cast<double>(lengths[static_cast<std::size_t>(label)]);
        }
        return cost;
    }
};

/// All labels of two operands, in the order in which their elementwise product is best taken: that
/// of an operand which has them all lies where it is; else that of the result.
inline std::string
product_order(std::string const& a, std::string const& b, std::string const& needed)
{
    auto const all = a + chosen(b, {}, a);
    if (a.size() == all.size()) {
        return a;
    }
    if (b.size() == all.size()) {
        return b;
    }
    std::string order;
    for (auto const label : needed + all) {
        if (has_label(all, label) && !has_label(order, label)) {
            order += label;
        }
    }
    return order;
}

/// The product of two, summed over the labels that are not needed any more.
template <class T>
labelled<T>
contract(labelled<T> a, labelled<T> b, std::string const& needed, std::source_location const& where)
{
    a.sum_out(needed + b.labels, where);
    b.sum_out(needed + a.labels, where);
    auto const both = chosen(a.labels, {b.labels}, "");
    auto const batch = chosen(both, {needed}, "");
    auto const inner = chosen(both, {}, needed);
    auto const left = chosen(a.labels, {}, both);
    auto const right = chosen(b.labels, {}, both);
    if (inner.empty() || (left.empty() && right.empty())) {
        auto const order = product_order(a.labels, b.labels, needed);
        auto const x = a.aligned(order, where);
        auto const y = b.aligned(order, where);
        if (inner.empty()) {
            return {tensor<T>(x * y, where), order};
        }
        std::vector<std::ptrdiff_t> axes;
        for (auto const label : inner) {
            axes.push_back(static_cast<std::ptrdiff_t>(order.find(label)));
        }
        return {sum(x * y, axes, {}, where), chosen(order, {}, inner)};
    }
    auto const matrices =
        [&](labelled<T> const& x, std::string const& rows, std::string const& columns) {
            auto shape = x.shape_of(batch);
            shape.push_back(x.size_of(rows));
            shape.push_back(x.size_of(columns));
            return reshape(x.transposed(batch + rows + columns, where), shape, where);
        };
    auto shape = a.shape_of(batch + left);
    for (auto const length : b.shape_of(right)) {
        shape.push_back(length);
    }
    auto const product = matmul(matrices(a, left, inner), matrices(b, inner, right), where);
    return {reshape(product, shape, where), batch + left + right};
}
} // namespace xgrad::detail
