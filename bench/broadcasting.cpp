// What broadcasts: (h) logistic regression, X w + bias; (i) columns made mean-free and of unit
// deviation, also where the operand is a transpose.
#include "support/data.hpp"
#include "support/harness.hpp"
#include "support/limit/matrices.hpp"

using namespace xgrad;

namespace {
/// The size is the number of rows; the larger one has fewer columns.
void logistic(std::size_t rows, bench::sides& sides)
{
    auto const columns = std::size_t{rows > 1000 ? 20u : 150u};
    auto const x = random::uniform({rows, columns}, -1, 1);
    tensor t = cast<double>(random::uniform({rows}) < 0.5);
    auto const w = random::normal({columns}, 0, 0.2);
    tensor bias = constant(0.1);
    bench::array const x_array = x;
    bench::array const t_array = t;
    bench::array const w_array = w;
    bench::array<double> const gw(columns);
    sides.limit([=, bias = bias.item()] {
        double gbias;
        auto const value = limit::logistic(
            x_array.data(), w_array.data(), bias, t_array.data(), gw.data(), gbias, rows, columns);
        return std::tuple(value, gw.view(), gbias);
    });
    auto const cross_entropy = [=](tensor<double> const& w, tensor<double> const& bias) {
        tensor p = sigmoid(matmul(x, w) + bias);
        return tensor(-mean(t * log(p) + (1. - t) * log(1. - p)));
    };
    sides.gradients(cross_entropy, w, bias);
}

/// `A` lies in memory as it is used, or as its transpose.
template <bool Transposed>
void standardize(std::size_t stored_rows, bench::sides& sides)
{
    auto const stored_columns = stored_rows / 4;
    auto const rows = Transposed ? stored_columns : stored_rows;
    auto const columns = Transposed ? stored_rows : stored_columns;
    auto const stored = random::uniform({stored_rows, stored_columns}, -2, 2);
    auto const w = random::uniform({rows, columns}, -1, 1);
    bench::array const a_array = stored;
    bench::array const w_array = w;
    bench::array<double> const g(stored.size());
    sides.limit([=] {
        auto const compute = Transposed ? limit::standardize_transposed : limit::standardize;
        auto const value = compute(a_array.data(), w_array.data(), g.data(), rows, columns);
        return std::tuple(value, g.view());
    });
    auto const standardized = [=](tensor<double> const& stored) {
        tensor a = stored;
        if constexpr (Transposed) {
            a = transpose(stored);
        }
        tensor y = a - mean(a, 0);
        tensor z = y / stddev(a, 0);
        return sum(z * w);
    };
    sides.gradients(standardized, stored);
}
} // namespace

int main(int argc, char** argv)
{
    return bench::run(
        {{"h_logistic_gradient", {1000, 100000}, {1, 7, 1000, 1003}, logistic},
         {"i_standardize_gradient", {2000}, {20, 36, 200}, standardize<false>},
         {"i_transposed_gradient", {2000}, {20, 36, 200}, standardize<true>}},
        argc,
        argv);
}
