// Forward only: (a) o = 1.5 x + b, bound by memory, and (b) z = exp(-x²) sin y + log(1 + x²), bound
// by the functions in it. The peers write into an array that is there; ours makes one each time.
#include "support/limit/elementwise.hpp"
#include "support/data.hpp"
#include "support/harness.hpp"
#include "support/peer/eigen.hpp"
#include "support/peer/xtensor.hpp"

using namespace xgrad;

namespace {
void linear(std::size_t n, bench::sides& sides)
{
    auto const x = random::uniform({n}, -2, 2);
    auto const b = random::uniform({n}, -1, 1);
    bench::array const x_array = x;
    bench::array const b_array = b;
    bench::array<double> const o(n);
    sides.limit([=] {
        limit::linear(x_array.data(), b_array.data(), o.data(), n);
        return o.view();
    });
    auto const o_of = [](tensor<double> const& x, tensor<double> const& b) {
        tensor o = 1.5 * x + b;
        return o;
    };
    sides.values(o_of, x, b);
    bench::xtensor_linear(sides, x, b);
    bench::eigen_linear(sides, x_array, b_array);
}

void fused(std::size_t n, bench::sides& sides)
{
    auto const x = random::uniform({n}, -2, 2);
    auto const y = random::uniform({n}, -3, 3);
    bench::array const x_array = x;
    bench::array const y_array = y;
    bench::array<double> const z(n);
    sides.limit([=] {
        limit::fused(x_array.data(), y_array.data(), z.data(), n);
        return z.view();
    });
    auto const z_of = [](tensor<double> const& x, tensor<double> const& y) {
        tensor z = exp(-square(x)) * sin(y) + log(1. + square(x));
        return z;
    };
    sides.values(z_of, x, y);
    bench::xtensor_fused(sides, x, y);
    bench::eigen_fused(sides, x_array, y_array);
}
} // namespace

int main(int argc, char** argv)
{
    return bench::run(
        {{"a_linear", bench::vector_sizes, bench::odd_sizes, linear},
         {"b_fused", bench::vector_sizes, bench::odd_sizes, fused}},
        argc,
        argv);
}
