// minimise mean((X w + b - y)²):  gradient descent with a tape, against the closed form

#include "support/csv.hpp"

#include <xgrad/linalg.hpp>

#include <iomanip>
#include <iostream>

using namespace xgrad;

// Each column less its mean, in units of its standard deviation.
tensor<double> standardised(tensor<double> const& table)
{
    tensor centred = table - mean(table, 0);
    return centred / sqrt(mean(square(centred), 0));
}

int main()
try {
    // 442 patients: ten measurements, and how far their diabetes had come a year later.
    auto const table = read_csv("examples/data/diabetes.csv", {.columns = 11, .heading = true});
    tensor x = standardised(view(table, all(), range(0, 10)));
    tensor y = view(table, all(), 10);

    tensor w = zeros({10});
    tensor b = constant(0.);
    std::cout << "step  mean squared error\n" << std::fixed << std::setprecision(3);
    for (int step = 0; step <= 10000; ++step) {
        auto tape = create_tape();
        tensor loss = mean(square(matmul(x, w) + b - y));
        auto const [by_w, by_b] = grad(tape, loss, wrt(w, b));
        if (step == 0 || step == 10 || step == 100 || step == 1000 || step == 10000) {
            std::cout << std::setw(5) << step << "  " << loss.item() << '\n';
        }
        no_grad const from_here;
        w -= 0.2 * by_w;
        b -= 0.2 * by_b;
    }

    // The closed form: (XᵀX) w = Xᵀy; the columns have mean 0, so b is the mean of y.
    tensor exact = solve(matmul(transpose(x), x), matmul(transpose(x), y));

    std::cout << "\n      by descent  closed form\n";
    auto const names = {"age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"};
    for (int i = 0; auto const* name : names) {
        std::cout << std::left << std::setw(4) << name << std::right << std::setw(12) << w(i)
                  << std::setw(13) << exact(i) << '\n';
        ++i;
    }
    std::cout << "b   " << std::setw(12) << b.item() << std::setw(13) << mean(y).item() << '\n';
    tensor difference = maximum(amax(abs(w - exact)), abs(b - mean(y)));
    std::cout << "largest difference: " << std::scientific << difference.item() << '\n';
} catch (xgrad::error const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
