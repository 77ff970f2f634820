// Many small statements: (j) a million scalar ones, and of the suite of FastAD's author the sum in
// a loop and stochastic volatility, whose recurrence is written number by number, and as one of
// arrays.
#include "support/data.hpp"
#include "support/harness.hpp"
#include "support/limit/recurrences.hpp"
#include "support/peer/adolc.hpp"

#include <cmath>

using namespace xgrad;

namespace {
void squares_plus(std::size_t n, bench::sides& sides)
{
    tensor c = constant(0.2);
    bench::array const c_array = c;
    bench::array<double> const stored(n);
    sides.limit([=, c = c.item()] {
        double gc;
        auto const value = limit::squares_plus(c, gc, stored.data(), n);
        return std::tuple(value, gc);
    });
    auto const iterate = [=](tensor<double> const& c) {
        tensor x = 0.;
        for (std::size_t i = 0; i < n; ++i) {
            x = x * x + c;
        }
        return x;
    };
    sides.gradients(iterate, c);
    bench::adolc_gradient(sides, std::array{c_array}, 4 * n, [=](auto const& c) {
        typename std::remove_cvref_t<decltype(c)>::value_type x = 0;
        for (std::size_t i = 0; i < n; ++i) {
            x = x * x + c[0];
        }
        return x;
    });
}

void sum_in_a_loop(std::size_t n, bench::sides& sides)
{
    auto const x = random::uniform({n}, -1, 1);
    bench::array const x_array = x;
    bench::array<double> const g(n);
    sides.limit([=] {
        auto const value = limit::sum_in_a_loop(x_array.data(), g.data(), n);
        return std::tuple(value, g.view());
    });
    auto const add_up = [=](tensor<double> const& x) {
        tensor s = 0.;
        for (std::size_t i = 0; i < n; ++i) {
            s += view(x, i);
        }
        return s;
    };
    sides.gradients(add_up, x);
    bench::adolc_gradient(sides, std::array{x_array}, 2 * n, [=](auto const& x) {
        typename std::remove_cvref_t<decltype(x)>::value_type s = 0;
        for (std::size_t i = 0; i < n; ++i) {
            s += x[i];
        }
        return s;
    });
}

/// Stochastic volatility, whose recurrence is written number by number or as one of arrays.
template <bool InArrays>
void stochastic_volatility(std::size_t n, bench::sides& sides)
{
    auto const standard = random::normal({n}, 0, 1);
    auto const y = random::normal({n}, 0, 0.6);
    limit::volatility const p{.deviation = 0.3, .mean = -1., .memory = 0.95};
    bench::array const standard_array = standard;
    bench::array const y_array = y;
    bench::array<double> const g(n);
    bench::array<double> const h(n);
    bench::array<double> const e(n);
    sides.limit([=] {
        limit::volatility by;
        auto const value = limit::stochastic_volatility(
            y_array.data(), standard_array.data(), p, g.data(), by, h.data(), e.data(), n);
        return std::tuple(value, g.view(), by.deviation, by.mean, by.memory);
    });
    tensor deviation = constant(p.deviation);
    tensor mean = constant(p.mean);
    tensor memory = constant(p.memory);
    using number = tensor<double>;
    auto const loss_of = [=](number const& standard,
                             number const& deviation,
                             number const& mean,
                             number const& memory) {
        tensor scaled = standard * deviation;
        if constexpr (InArrays) {
            tensor first = view(scaled, range(0, 1)) / sqrt(1. - square(memory));
            tensor inputs = set(scaled, range(0, 1), first);
            tensor h = linear_recurrence(memory, inputs) + mean;
            return tensor(
                -0.5 * sum(square(y) * exp(-h) + h + square(standard)) -
                log1p(square(deviation / 5.)) - log1p(square(mean / 10.)));
        }
        tensor h = view(scaled, 0) / sqrt(1. - square(memory)) + mean;
        tensor loss = -0.5 * (square(view(y, 0)) * exp(-h) + h);
        for (std::size_t i = 1; i < n; ++i) {
            h = view(scaled, i) + mean + memory * (h - mean);
            loss += -0.5 * (square(view(y, i)) * exp(-h) + h);
        }
        loss += -0.5 * sum(square(standard)) - log1p(square(deviation / 5.)) -
            log1p(square(mean / 10.));
        return loss;
    };
    sides.gradients(loss_of, standard, deviation, mean, memory);
}
} // namespace

int main(int argc, char** argv)
{
    return bench::run(
        {{"j_scalar_statements", {1000, 1000000}, {1, 10, 1000}, squares_plus},
         {"fastad_sum_in_a_loop", {64, 1024}, {1, 3, 64}, sum_in_a_loop},
         {"fastad_stochastic_volatility", {64, 1024}, {1, 3, 64}, stochastic_volatility<false>},
         {"fastad_stochastic_volatility_in_arrays",
          {64, 1024, 16384},
          {1, 3, 64},
          stochastic_volatility<true>}},
        argc,
        argv);
}
