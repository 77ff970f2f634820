#pragma once

#include <xgrad/mode/sparsity.hpp>
#include <xgrad/tensor/random.hpp>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

// The pattern of a matrix that can only be multiplied by vectors.

namespace xgrad {
namespace detail {
/// A tensor of this shape, of which the element at i is f(i).
template <class T, class F>
tensor<T> by_elements(shape_type const& shape, F&& f)
{
    auto body = make_body(type_of<T>, shape);
    for (std::size_t i = 0; i < body->size; ++i) {
        body->template elements<T>()[i] = f(i);
    }
    return tensor<T>(std::move(body));
}

/// Consecutive rows of a matrix, and the columns in which one of them is not zero.
struct row_interval
{
    std::size_t begin;
    std::size_t end;
    std::vector<std::size_t> columns;
};

/// Splits each interval in two. Those whose columns are apart share a product.
template <class T, class Multiply>
std::vector<row_interval> halved(
    std::vector<row_interval> const& whole,
    shape_type const& shape,
    std::mt19937_64& bits,
    Multiply&& multiply)
{
    std::vector<std::vector<std::size_t>> touched;
    std::size_t columns = 0;
    for (auto const& interval : whole) {
        touched.push_back(interval.columns);
        columns = std::max(columns, interval.columns.empty() ? 0 : interval.columns.back() + 1);
    }
    auto const groups =
        coloured_columns(sparsity_pattern::of_rows(std::move(touched), columns).transposed());
    std::vector<row_interval> halves;
    for (auto const& interval : whole) {
        auto const middle = interval.begin + (interval.end - interval.begin + 1) / 2;
        halves.push_back({interval.begin, middle, {}});
        halves.push_back({middle, interval.end, {}});
    }
    for (std::size_t group = 0; group < groups.count; ++group) {
        for (std::size_t side : {0u, 1u}) {
            std::vector<T> weights(element_count(shape), T(0));
            bool empty = true;
            for (std::size_t k = 0; k < whole.size(); ++k) {
                if (groups.colours[k] == group) {
                    auto const& half = halves[2 * k + side];
                    empty = empty && half.begin == half.end;
                    for (auto i = half.begin; i < half.end; ++i) {
                        weights[i] = T(1) + xgrad::random::detail::unit_uniform<T>(bits);
                    }
                }
            }
            if (empty) {
                continue;
            }
            auto const product =
                multiply(by_elements<T>(shape, [&](auto i) { return weights[i]; }));
            auto const* const element = product.data();
            for (std::size_t k = 0; k < whole.size(); ++k) {
                if (groups.colours[k] == group) {
                    for (auto const column : whole[k].columns) {
                        if (element[column] != T(0)) {
                            halves[2 * k + side].columns.push_back(column);
                        }
                    }
                }
            }
        }
    }
    std::erase_if(halves, [](auto const& half) { return half.columns.empty(); });
    return halves;
}

/// The pattern of the matrix that `multiply(v)` multiplies from the left by vectors of this shape:
/// products with random vectors over ever shorter stretches of rows.
template <class T, class Multiply>
sparsity_pattern detected(shape_type const& shape, std::size_t columns, Multiply&& multiply)
{
    std::mt19937_64 bits;
    auto const rows = element_count(shape);
    std::vector<std::size_t> all(columns);
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::vector<row_interval> intervals{{0, rows, std::move(all)}};
    for (auto longest = rows; longest > 1; longest = (longest + 1) / 2) {
        intervals = halved<T>(intervals, shape, bits, multiply);
    }
    if (rows == 1) {
        intervals = halved<T>(intervals, shape, bits, multiply);
    }
    std::vector<std::vector<std::size_t>> found(rows);
    for (auto& interval : intervals) {
        if (interval.begin < rows) {
            found[interval.begin] = std::move(interval.columns);
        }
    }
    return sparsity_pattern::of_rows(std::move(found), columns);
}
} // namespace detail
} // namespace xgrad
