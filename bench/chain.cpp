// (g) A chain of eight named statements over one shape, cheap and expensive ones; the loss is the
// sum of the last. Its limit is one loop that keeps no t at all.
#include "support/data.hpp"
#include "support/harness.hpp"
#include "support/limit/elementwise.hpp"
#include "support/peer/adolc.hpp"

using namespace xgrad;

namespace {
void eight_statements(std::size_t n, bench::sides& sides)
{
    auto const x = random::uniform({n}, -2, 2);
    auto const y = random::uniform({n}, -3, 3);
    bench::array const x_array = x;
    bench::array const y_array = y;
    bench::array<double> const gx(n);
    bench::array<double> const gy(n);
    sides.limit([=] {
        auto const value =
            limit::chain_gradient(x_array.data(), y_array.data(), gx.data(), gy.data(), n);
        return std::tuple(value, gx.view(), gy.view());
    });
    auto const chain = [](tensor<double> const& x, tensor<double> const& y) {
        tensor t1 = sin(x);
        tensor t2 = t1 * y;
        tensor t3 = t2 + x * t1;
        tensor t4 = exp(-t3 * t3);
        tensor t5 = t4 * t2 + 0.5 * x;
        tensor t6 = tanh(t5);
        tensor t7 = t6 * t4 + sqrt(1. + t3 * t3);
        tensor t8 = log(1. + t7 * t7) - t6 * y;
        return sum(t8);
    };
    sides.gradients(chain, x, y);
    if (n > 10000) {
        return;
    }
    bench::adolc_gradient(sides, std::array{x_array, y_array}, 32 * n, [=](auto const& xy) {
        using number = typename std::remove_cvref_t<decltype(xy)>::value_type;
        number loss = 0;
        for (std::size_t i = 0; i < n; ++i) {
            number const t1 = sin(xy[i]);
            number const t2 = t1 * xy[n + i];
            number const t3 = t2 + xy[i] * t1;
            number const t4 = exp(-t3 * t3);
            number const t5 = t4 * t2 + 0.5 * xy[i];
            number const t6 = tanh(t5);
            number const t7 = t6 * t4 + sqrt(1. + t3 * t3);
            loss += log(1. + t7 * t7) - t6 * xy[n + i];
        }
        return loss;
    });
}
} // namespace

int main(int argc, char** argv)
{
    return bench::run(
        {bench::workload{
            "g_chain_gradient",
            {8, 1000, 10000, 100000, 1000000},
            bench::odd_sizes,
            eight_statements}},
        argc,
        argv);
}
