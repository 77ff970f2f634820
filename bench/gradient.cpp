// Value and gradient of one fused statement: (c) Σ z for z = exp(-x²) sin y + log(1 + x²) by x and
// y, also in float, and (d) logsumexp. At n = 1 and n = 8 it is (f): what a tape costs that records
// next to nothing.
#include "support/data.hpp"
#include "support/harness.hpp"
#include "support/limit/elementwise.hpp"
#include "support/limit/sums.hpp"
#include "support/peer/adolc.hpp"

using namespace xgrad;

namespace {
template <class T>
void fused(std::size_t n, bench::sides& sides)
{
    auto const x = random::uniform<T>({n}, -2, 2);
    auto const y = random::uniform<T>({n}, -3, 3);
    bench::array const x_array = x;
    bench::array const y_array = y;
    bench::array<T> const gx(n);
    bench::array<T> const gy(n);
    sides.limit([=] {
        auto const value =
            limit::fused_gradient(x_array.data(), y_array.data(), gx.data(), gy.data(), n);
        return std::tuple(value, gx.view(), gy.view());
    });
    sides.gradients(
        [](auto const& x, auto const& y) {
            return sum(exp(-square(x)) * sin(y) + log(T(1) + square(x)));
        },
        x,
        y);
    if constexpr (std::same_as<T, float>) {
        sides.tolerance = 1e-3;
    } else if (n <= 10000) {
        bench::adolc_gradient(sides, std::array{x_array, y_array}, 16 * n, [=](auto const& xy) {
            typename std::remove_cvref_t<decltype(xy)>::value_type loss = 0;
            for (std::size_t i = 0; i < n; ++i) {
                loss += exp(-xy[i] * xy[i]) * sin(xy[n + i]) + log(1. + xy[i] * xy[i]);
            }
            return loss;
        });
    }
}

void log_sum_exp(std::size_t n, bench::sides& sides)
{
    auto const l = random::uniform({n}, -5, 5);
    bench::array const l_array = l;
    bench::array<double> const g(n);
    sides.limit([=] {
        auto const value = limit::logsumexp(l_array.data(), g.data(), n);
        return std::tuple(value, g.view());
    });
    sides.gradients([](auto const& l) { return logsumexp(l); }, l);
}
} // namespace

int main(int argc, char** argv)
{
    return bench::run(
        {{"c_fused_gradient", bench::vector_sizes, bench::odd_sizes, fused<double>},
         {"c_float_gradient", bench::vector_sizes, bench::odd_sizes, fused<float>},
         {"d_logsumexp_gradient", {1000, 10000, 1000000}, bench::odd_sizes, log_sum_exp}},
        argc,
        argv);
}
