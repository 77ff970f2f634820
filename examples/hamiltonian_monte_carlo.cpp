// y ~ N(X w + b, σ²),  w ~ N(0, 1):  the posterior by Hamiltonian Monte Carlo

#include "support/csv.hpp"
#include "support/trace.hpp"

#include <xgrad/linalg.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>

using namespace xgrad;

int main()
try {
    auto const table = read_csv("examples/data/diabetes.csv", {.columns = 11, .heading = true});
    tensor const standard = (table - mean(table, 0)) / stddev(table, 0);
    tensor const x = view(standard, all(), range(0, 10));
    tensor const y = view(standard, all(), 10);

    // The negative logarithm of the posterior of (w, b, log σ), up to a constant.
    auto energy = replay([&](tensor<double> const& q) {
        tensor const w = view(q, range(0, 10));
        tensor const b = view(q, 10);
        tensor const log_sigma = view(q, 11);
        tensor const misfit = matmul(x, w) + b - y;
        return sum(square(misfit)) / (2. * exp(2. * log_sigma)) + 442. * log_sigma +
            0.5 * sum(square(q));
    });

    random::seed(1);
    constexpr int warmup = 200;
    constexpr int samples = 1000;
    constexpr double step = 0.02;
    tensor q = zeros({12});
    auto current = energy.value_and_grad(q);
    std::vector<double> bmi;
    tensor total = zeros({12});
    int accepted = 0;
    for (int k = 0; k < warmup + samples; ++k) {
        tensor p = random::normal<double>({12}, 0., 1.);
        double const start = current.value.item() + 0.5 * sum(square(p)).item();
        tensor moved = q;
        auto next = current;
        for (int leap = 0; leap < 40; ++leap) { // leapfrog
            p -= 0.5 * step * std::get<0>(next.gradients);
            moved += step * p;
            next = energy.value_and_grad(moved);
            p -= 0.5 * step * std::get<0>(next.gradients);
        }
        double const end = next.value.item() + 0.5 * sum(square(p)).item();
        bool const accept = std::log(random::uniform<double>({1}, 0., 1.)(0)) < start - end;
        q = accept ? moved : q;
        current = accept ? next : current;
        if (k >= warmup) {
            accepted += accept;
            total += q;
            bmi.push_back(q(2));
        }
    }

    tensor const average = total / static_cast<double>(samples);
    tensor const ridge = solve(matmul(transpose(x), x) + 0.5 * eye(10), matmul(transpose(x), y));
    std::cout << "accepted " << accepted * 100 / samples << " %\n"
              << std::fixed << std::setprecision(2);
    auto const names = {"age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"};
    for (int i = 0; auto const* name : names) {
        std::cout << name << ": posterior mean " << average(i) << ", ridge " << ridge(i) << '\n';
        ++i;
    }
    write_trace_and_density("hamiltonian_monte_carlo.svg", "bmi", bmi);
} catch (xgrad::error const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
