// minimise Σ softplus(-s (X w)) + ½ λ |w|²,  s = ±1:  logistic regression by Newton's method

#include "support/csv.hpp"

#include <xgrad/linalg.hpp>

#include <iomanip>
#include <iostream>

using namespace xgrad;

int main()
try {
    // Whose diabetes has come further than the median's, from ten measurements and a constant.
    auto const table = read_csv("examples/data/diabetes.csv", {.columns = 11, .heading = true});
    tensor const raw = view(table, all(), range(0, 10));
    tensor const features = (raw - mean(raw, 0)) / stddev(raw, 0);
    tensor const x = concatenate(std::vector<tensor<double>>{features, ones({442, 1})}, 1);
    tensor const progress = view(table, all(), 10);
    tensor const sign = where(progress > median(progress), 1., -1.);

    auto const loss = [&](auto const& w) {
        return sum(softplus(-sign * matmul(x, w))) + 0.5 * sum(square(w));
    };

    tensor w = zeros({11});
    std::cout << "step        loss  |gradient|\n";
    for (int step = 0; step < 7; ++step) {
        auto const [value, gradients] = value_and_grad(loss, w);
        auto const& g = std::get<0>(gradients);
        std::cout << std::setw(4) << step << std::fixed << std::setprecision(6) << std::setw(12)
                  << value.item() << std::scientific << std::setprecision(1) << std::setw(12)
                  << norm_l2(g).item() << '\n';
        w -= solve(hessian(loss, w), g);
    }
    tensor const right = cast<double>(matmul(x, w) * sign > 0.);
    std::cout << std::fixed << std::setprecision(1) << 100 * mean(right).item()
              << " % of the patients on the right side\n";
} catch (xgrad::error const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
