// The limits of what runs over the rows of matrices.
#pragma once

#include "loops.hpp"

#include <cmath>
#include <utility>
#include <vector>

namespace limit {
/// Σ (A B) = colsum(A) · rowsum(B) for n × n matrices: no product is needed, and the gradients are
/// those sums, repeated.
[[gnu::noinline]] inline double
sum_of_product(double const* a, double const* b, double* ga, double* gb, std::size_t n)
{
    using V = batch<double>;
    std::vector<double> columns(n + V::size);
    std::vector<double> rows(n + V::size);
    for (std::size_t i = 0; i < n; ++i) {
        for_each_register<double, 4>(n, [&](std::size_t j) {
            (V::load(columns.data() + j) + V::load(a + i * n + j)).store(columns.data() + j);
        });
        rows[i] = sum_over<double, 4>(n, [&](std::size_t j) { return V::load(b + i * n + j); });
    }
    // each row's last register reaches into the next one, which is written later
    for (std::size_t i = 0; i < n; ++i) {
        auto const column = V(columns[i]);
        for_each_register<double, 4>(n, [&](std::size_t j) {
            V::load(rows.data() + j).store(ga + i * n + j);
            column.store(gb + i * n + j);
        });
    }
    return sum_over<double, 4>(
        n, [&](std::size_t i) { return V::load(columns.data() + i) * V::load(rows.data() + i); });
}

/// Σ of what `loss(z, row)` says of z = X w + bias, a register of rows at a time, and gradients by
/// w and bias, while the rows are in the first cache. loss returns {value, ∂loss/∂z}.
template <class Loss>
[[gnu::always_inline]] inline double linear_model(
    double const* x,
    double const* w,
    double bias,
    double* gw,
    double& gbias,
    std::size_t rows,
    std::size_t columns,
    Loss const& loss)
{
    using V = batch<double>;
    constexpr std::size_t block = 2 * V::size;
    std::fill_n(gw, columns, 0.);
    V value(0);
    V sum(0);
    for (std::size_t first = 0; first < rows; first += block) {
        auto const count = std::min(block, rows - first);
        // past the last row it is read again, and weighs nothing
        double const* row[block];
        for (std::size_t r = 0; r < block; ++r) {
            row[r] = x + (first + std::min(r, count - 1)) * columns;
        }
        double z[block];
        // four rows share the loads of w, whose padding is zero
        for (std::size_t r = 0; r < block; r += 4) {
            V dot[4] = {V(0), V(0), V(0), V(0)};
            for_each_register<double>(columns, [&](std::size_t j) {
                auto const v = V::load(w + j);
#pragma GCC unroll 4
                for (std::size_t k = 0; k < 4; ++k) {
                    dot[k] = fma(V::load(row[r + k] + j), v, dot[k]);
                }
            });
            for (std::size_t k = 0; k < 4; ++k) {
                z[r + k] = bias + sum_of_lanes(dot[k]);
            }
        }
        for (std::size_t r = 0; r < block; r += V::size) {
            auto [term, slope] = loss(V::load(z + r), first + r);
            if (r + V::size > count) {
                auto const counted = count - std::min(r, count);
                term = first_lanes(term, counted);
                slope = first_lanes(slope, counted);
            }
            value = value + term;
            sum = sum + slope;
            slope.store(z + r);
        }
        for_each_register<double>(columns, [&](std::size_t j) {
            auto even = V::load(gw + j);
            auto odd = V(0);
#pragma GCC unroll 8
            for (std::size_t r = 0; r < block; r += 2) {
                even = fma(V(z[r]), V::load(row[r] + j), even);
                odd = fma(V(z[r + 1]), V::load(row[r + 1] + j), odd);
            }
            (even + odd).store(gw + j);
        });
    }
    gbias = sum_of_lanes(sum);
    return sum_of_lanes(value);
}

/// The mean binary cross-entropy of sigmoid(X w + bias): log(1 + e^-z) + (1-t) z.
[[gnu::noinline]] inline double logistic(
    double const* x,
    double const* w,
    double bias,
    double const* t,
    double* gw,
    double& gbias,
    std::size_t rows,
    std::size_t columns)
{
    using V = batch<double>;
    auto const share = V(1. / static_cast<double>(rows));
    return linear_model(x, w, bias, gw, gbias, rows, columns, [&](V const& z, std::size_t row) {
        auto const target = V::load(t + row);
        auto const q = V(1) + exp(-z);
        return std::pair{share * fma(V(1) - target, z, log(q)), share * (V(1) / q - target)};
    });
}

/// The log-density of y ~ N(X w + bias, σ), w, bias ~ N(0, 1), without constants; gradients by w,
/// bias and σ.
[[gnu::noinline]] inline double regression(
    double const* x,
    double const* w,
    double bias,
    double deviation,
    double const* y,
    double* gw,
    double& gbias,
    double& gdeviation,
    std::size_t rows,
    std::size_t columns)
{
    using V = batch<double>;
    auto const precision = 1 / (deviation * deviation);
    auto const squares =
        linear_model(x, w, bias, gw, gbias, rows, columns, [&](V const& z, std::size_t row) {
            auto const d = V::load(y + row) - z;
            return std::pair{d * d, V(precision) * d};
        });
    auto const prior = sum_over<double>(columns, [&](std::size_t j) {
        auto const v = V::load(w + j);
        (V::load(gw + j) - v).store(gw + j);
        return v * v;
    });
    gbias -= bias;
    auto const count = static_cast<double>(rows);
    gdeviation = (squares * precision - count) / deviation;
    return -0.5 * (squares * precision + prior + bias * bias) - count * std::log(deviation);
}

/// What the columns of (i) need: y = a - mean, s = √mean(y²); Σ w y / s, and its gradient as
/// w·by_w + a·by_a + rest.
struct standardized
{
    double value;
    double by_w;
    double by_a;
    double rest;

    /// From sums over the column, where d is the distance from some element of it.
    static standardized
    of(double first, double d, double d_d, double w, double w_d, std::size_t rows)
    {
        auto const share = 1. / static_cast<double>(rows);
        auto const offset = d * share;
        auto const deviation = std::sqrt(d_d * share - offset * offset);
        auto const w_y = w_d - offset * w;
        auto const by_w = 1 / deviation;
        auto const by_a = -w_y * share * by_w * by_w * by_w;
        return {w_y * by_w, by_w, by_a, -w * share * by_w - by_a * (first + offset)};
    }
};

/// (i): A is rows × columns; the sums of all columns advance together, along the rows.
[[gnu::noinline]] inline double
standardize(double const* a, double const* w, double* g, std::size_t rows, std::size_t columns)
{
    using V = batch<double>;
    auto const padded = columns + V::size;
    std::vector<double> sums(7 * padded);
    auto* const d_sum = sums.data();
    auto* const d_d_sum = d_sum + padded;
    auto* const w_sum = d_d_sum + padded;
    auto* const w_d_sum = w_sum + padded;
    for (std::size_t i = 0; i < rows; ++i) {
        for_each_register<double, 2>(columns, [&](std::size_t j) {
            auto const weight = V::load(w + i * columns + j);
            auto const d = V::load(a + i * columns + j) - V::load(a + j);
            (V::load(d_sum + j) + d).store(d_sum + j);
            fma(d, d, V::load(d_d_sum + j)).store(d_d_sum + j);
            (V::load(w_sum + j) + weight).store(w_sum + j);
            fma(weight, d, V::load(w_d_sum + j)).store(w_d_sum + j);
        });
    }
    auto* const by_w = w_d_sum + padded;
    auto* const by_a = by_w + padded;
    auto* const rest = by_a + padded;
    double value = 0;
    for (std::size_t j = 0; j < columns; ++j) {
        auto const s = standardized::of(a[j], d_sum[j], d_d_sum[j], w_sum[j], w_d_sum[j], rows);
        value += s.value;
        by_w[j] = s.by_w;
        by_a[j] = s.by_a;
        rest[j] = s.rest;
    }
    for (std::size_t i = 0; i < rows; ++i) {
        for_each_register<double, 2>(columns, [&](std::size_t j) {
            auto const at = i * columns + j;
            fma(V::load(w + at),
                V::load(by_w + j),
                fma(V::load(a + at), V::load(by_a + j), V::load(rest + j)))
                .store(g + at);
        });
    }
    return value;
}

/// (i) for the transpose of a, which lies there as columns × rows; w as rows × columns. Eight
/// columns of w, a cache line wide, are copied into rows first.
[[gnu::noinline]] inline double standardize_transposed(
    double const* a, double const* w, double* g, std::size_t rows, std::size_t columns)
{
    using V = batch<double>;
    constexpr std::size_t line = 8;
    auto const padded = rows + V::size;
    std::vector<double> weights(line * padded);
    double value = 0;
    for (std::size_t first = 0; first < columns; first += line) {
        auto const count = std::min(line, columns - first);
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t k = 0; k < count; ++k) {
                weights[k * padded + i] = w[i * columns + first + k];
            }
        }
        for (std::size_t k = 0; k < count; ++k) {
            auto const* const from = a + (first + k) * rows;
            auto const* const weight = weights.data() + k * padded;
            auto const offset = V(from[0]);
            auto const sums = sums_over<double, 4>(rows, [&](std::size_t i) {
                auto const v = V::load(weight + i);
                auto const d = V::load(from + i) - offset;
                return std::array{d, d * d, v, v * d};
            });
            auto const s = standardized::of(from[0], sums[0], sums[1], sums[2], sums[3], rows);
            value += s.value;
            for_each_register<double, 2>(rows, [&](std::size_t i) {
                fma(V::load(weight + i), V(s.by_w), fma(V::load(from + i), V(s.by_a), V(s.rest)))
                    .store(g + (first + k) * rows + i);
            });
        }
    }
    return value;
}
} // namespace limit
