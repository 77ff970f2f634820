// The suite of FastAD's author, what of it is made of whole arrays; sum in a loop and stochastic
// volatility are in statements.cpp. Values and gradients.
#include "support/data.hpp"
#include "support/harness.hpp"
#include "support/limit/matrices.hpp"
#include "support/limit/sums.hpp"

#ifndef XGRAD_NO_BLAS
#    include <cblas.h>
#endif

#include <cmath>
#include <numeric>

using namespace xgrad;

namespace {
void sum_of(std::size_t n, bench::sides& sides)
{
    auto const x = random::uniform({n}, -1, 1);
    bench::array const x_array = x;
    bench::array<double> const g(n);
    sides.limit([=] {
        auto const value = limit::sum(x_array.data(), g.data(), n);
        return std::tuple(value, g.view());
    });
    sides.gradients([](auto const& x) { return sum(x); }, x);
}

void product(std::size_t n, bench::sides& sides)
{
    auto const x = random::uniform({n}, 0.9, 1.1);
    bench::array const x_array = x;
    bench::array<double> const g(n);
    sides.limit([=] {
        auto const value = limit::product(x_array.data(), g.data(), n);
        return std::tuple(value, g.view());
    });
    sides.gradients([](auto const& x) { return prod(x); }, x);
}

/// Without taking the largest element out.
void log_sum_exp(std::size_t n, bench::sides& sides)
{
    auto const x = random::uniform({n}, -1, 1);
    bench::array const x_array = x;
    bench::array<double> const g(n);
    sides.limit([=] {
        auto const value = limit::log_sum(x_array.data(), 0, g.data(), n);
        return std::tuple(value, g.view());
    });
    sides.gradients([](auto const& x) { return tensor(log(sum(exp(x)))); }, x);
}

void sum_of_product(std::size_t n, bench::sides& sides)
{
    auto const a = random::uniform({n, n}, -1, 1);
    auto const b = random::uniform({n, n}, -1, 1);
    bench::array const a_array = a;
    bench::array const b_array = b;
    bench::array<double> const ga(n * n);
    bench::array<double> const gb(n * n);
    sides.limit([=] {
        auto const value =
            limit::sum_of_product(a_array.data(), b_array.data(), ga.data(), gb.data(), n);
        return std::tuple(value, ga.view(), gb.view());
    });
    sides.gradients([](auto const& a, auto const& b) { return sum(matmul(a, b)); }, a, b);
#ifndef XGRAD_NO_BLAS
    // what it costs to compute the three products
    bench::array<double> const c(n * n);
    bench::array<double> const ones(n * n);
    std::fill_n(ones.data(), n * n, 1.);
    auto const size = static_cast<int>(n);
    sides.peer("three_products", [=] {
        auto const multiply = [&](auto x, auto of_x, auto y, auto of_y, auto to) {
            auto const *const p = x.data(), *const q = y.data();
            cblas_dgemm(
                CblasRowMajor,
                of_x,
                of_y,
                size,
                size,
                size,
                1,
                p,
                size,
                q,
                size,
                0,
                to.data(),
                size);
        };
        multiply(a_array, CblasNoTrans, b_array, CblasNoTrans, c);
        multiply(ones, CblasNoTrans, b_array, CblasTrans, ga);
        multiply(a_array, CblasTrans, ones, CblasNoTrans, gb);
        auto const value = std::accumulate(c.data(), c.data() + c.size(), 0.);
        return std::tuple(value, ga.view(), gb.view());
    });
#endif
}

void normal_log_density(std::size_t n, bench::sides& sides)
{
    auto const x = random::uniform({n}, -1, 1);
    constexpr auto mean = -0.56;
    constexpr auto deviation = 1.37;
    bench::array const x_array = x;
    bench::array<double> const g(n);
    sides.limit([=] {
        auto const value = limit::normal_log_density(x_array.data(), mean, deviation, g.data(), n);
        return std::tuple(value, g.view());
    });
    auto const log_density = [=](tensor<double> const& x) {
        return tensor(
            -0.5 * sum(square(x - mean)) / (deviation * deviation) -
            static_cast<double>(n) * std::log(deviation));
    };
    sides.gradients(log_density, x);
}

/// The size is the number of columns; there are 1000 rows.
void regression(std::size_t columns, bench::sides& sides)
{
    constexpr std::size_t rows = 1000;
    auto const x = random::uniform({rows, columns}, -1, 1);
    auto const y = random::normal({rows}, 0, 1);
    auto const w = random::normal({columns}, 0, 1);
    tensor bias = constant(0.3);
    tensor deviation = constant(1.7);
    bench::array const x_array = x;
    bench::array const y_array = y;
    bench::array const w_array = w;
    bench::array<double> const gw(columns);
    sides.limit([=, bias = bias.item(), deviation = deviation.item()] {
        double gbias;
        double gdeviation;
        auto const value = limit::regression(
            x_array.data(),
            w_array.data(),
            bias,
            deviation,
            y_array.data(),
            gw.data(),
            gbias,
            gdeviation,
            rows,
            columns);
        return std::tuple(value, gw.view(), gbias, gdeviation);
    });
    using number = tensor<double>;
    auto const loss_of = [=](number const& w, number const& bias, number const& deviation) {
        tensor residual = (y - matmul(x, w) - bias) / deviation;
        return tensor(
            -0.5 * (sum(square(residual)) + sum(square(w)) + square(bias)) -
            static_cast<double>(rows) * log(deviation));
    };
    sides.gradients(loss_of, w, bias, deviation);
}
} // namespace

int main(int argc, char** argv)
{
    bench::sizes const powers = {64, 1024, 16384};
    return bench::run(
        {{"fastad_sum", powers, bench::odd_sizes, sum_of},
         {"fastad_prod", powers, bench::odd_sizes, product},
         {"fastad_logsumexp", powers, bench::odd_sizes, log_sum_exp},
         {"fastad_normal_log_pdf", powers, bench::odd_sizes, normal_log_density},
         {"fastad_matrix_product", {90, 181}, {1, 5, 90}, sum_of_product, 90},
         {"fastad_regression", {10, 50, 150}, {1, 10, 50}, regression, 1000}},
        argc,
        argv);
}
