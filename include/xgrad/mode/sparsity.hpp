#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

// Which elements of a matrix may differ from zero, and which of its columns one product can tell
// apart.

namespace xgrad {
/// The places of a sparse matrix, row by row: those of row i are columns[row_starts[i]] up to
/// columns[row_starts[i + 1]], in ascending order.
struct sparsity_pattern
{
    std::size_t row_count = 0;
    std::size_t column_count = 0;
    std::vector<std::size_t> row_starts{0};
    std::vector<std::size_t> columns{};

    /// From the columns of each row, in any order; a column that is listed twice counts once.
    static sparsity_pattern
    of_rows(std::vector<std::vector<std::size_t>> rows, std::size_t column_count)
    {
        sparsity_pattern pattern{rows.size(), column_count};
        for (auto& row : rows) {
            std::sort(row.begin(), row.end());
            row.erase(std::unique(row.begin(), row.end()), row.end());
            pattern.columns.insert(pattern.columns.end(), row.begin(), row.end());
            pattern.row_starts.push_back(pattern.columns.size());
        }
        return pattern;
    }

    std::size_t size() const noexcept { return columns.size(); }

    /// Calls f(row, column, place among all) for every place.
    template <class F>
    void for_each(F&& f) const
    {
        for (std::size_t i = 0; i < row_count; ++i) {
            for (auto k = row_starts[i]; k < row_starts[i + 1]; ++k) {
                f(i, columns[k], k);
            }
        }
    }

    sparsity_pattern transposed() const
    {
        std::vector<std::vector<std::size_t>> rows(column_count);
        for_each([&](auto row, auto column, auto) { rows[column].push_back(row); });
        return of_rows(std::move(rows), row_count);
    }

    friend bool operator==(sparsity_pattern const&, sparsity_pattern const&) = default;
};

/// A colour for each column of a matrix, or for each vertex of a graph.
struct graph_colouring
{
    std::vector<std::size_t> colours;
    std::size_t count = 0;
};

namespace detail {
/// Gives each of `count` vertices the least colour that no vertex has which `forbid(colours, v,
/// mark)` marks.
template <class Forbid>
graph_colouring greedily_coloured(std::size_t count, Forbid&& forbid)
{
    constexpr auto none = ~std::size_t{0};
    graph_colouring result{std::vector<std::size_t>(count, none)};
    std::vector<std::size_t> forbidden_to; // by colour: the last vertex that may not have it
    for (std::size_t v = 0; v < count; ++v) {
        forbid(result.colours, v, [&](std::size_t neighbour) {
            if (auto const c = result.colours[neighbour]; c != none) {
                forbidden_to[c] = v;
            }
        });
        std::size_t c = 0;
        while (c < result.count && forbidden_to[c] == v) {
            ++c;
        }
        if (c == result.count) {
            ++result.count;
            forbidden_to.push_back(none);
        }
        result.colours[v] = c;
    }
    return result;
}
} // namespace detail

/// Columns of one colour share no row, so that one product with the sum of their unit vectors gives
/// them all. (A. Curtis, M. Powell and J. Reid, On the estimation of sparse Jacobian matrices, IMA
/// J. Appl. Math. 13 (1974).)
inline graph_colouring coloured_columns(sparsity_pattern const& pattern)
{
    auto const by_column = pattern.transposed();
    return detail::greedily_coloured(
        pattern.column_count, [&](auto const&, std::size_t v, auto&& mark) {
            for (auto k = by_column.row_starts[v]; k < by_column.row_starts[v + 1]; ++k) {
                auto const row = by_column.columns[k];
                for (auto n = pattern.row_starts[row]; n < pattern.row_starts[row + 1]; ++n) {
                    mark(pattern.columns[n]);
                }
            }
        });
}

/// Of a symmetric matrix: neighbours differ, and no path over four columns has two colours alone;
/// then each element stands alone in one of its two products. (A. Gebremedhin, F. Manne and A.
/// Pothen, What color is your Jacobian?, SIAM Review 47 (2005), algorithm 4.1.)
inline graph_colouring star_coloured(sparsity_pattern const& pattern)
{
    constexpr auto none = ~std::size_t{0};
    auto const for_each_neighbour = [&](std::size_t v, auto&& f) {
        for (auto k = pattern.row_starts[v]; k < pattern.row_starts[v + 1]; ++k) {
            if (pattern.columns[k] != v) {
                f(pattern.columns[k]);
            }
        }
    };
    return detail::greedily_coloured(
        pattern.column_count,
        [&](std::vector<std::size_t> const& colours, std::size_t v, auto&& mark) {
            for_each_neighbour(v, [&](std::size_t w) {
                mark(w);
                for_each_neighbour(w, [&](std::size_t x) {
                    if (x == v || colours[x] == none) {
                        return;
                    }
                    if (colours[w] == none) {
                        mark(x);
                        return;
                    }
                    for_each_neighbour(x, [&](std::size_t y) {
                        if (y != w && colours[y] == colours[w]) {
                            mark(x);
                        }
                    });
                });
            });
        });
}
} // namespace xgrad
