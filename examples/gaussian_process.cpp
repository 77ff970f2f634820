// log p(y) = -½ yᵀK⁻¹y - ½ log|K| - ½ n log 2π,  K = s² e^(-(x-x′)²/2l²) + σ² I:  a Gaussian
// process

#include "support/svg.hpp"

#include <xgrad/linalg.hpp>
#include <xgrad/nn.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>

using namespace xgrad;

// The logarithms of s, l and σ are what is learned: so they stay positive.
struct kernel
{
    tensor<double> scale, length, noise;

    tensor<double> between(tensor<double> const& a, tensor<double> const& b) const
    {
        auto const apart = expand_dims(a, 1) - b;
        return exp(2 * scale - square(apart) / (2 * exp(2 * length)));
    }

    tensor<double> of(tensor<double> const& x) const
    {
        return between(x, x) + exp(2 * noise) * eye(x.size());
    }
};

// By Cholesky factors K = L Lᵀ: yᵀK⁻¹y = |L⁻¹y|², log|K| = 2 Σ log Lᵢᵢ.
tensor<double> log_likelihood(kernel const& k, tensor<double> const& x, tensor<double> const& y)
{
    auto const l = cholesky(k.of(x));
    auto const n = static_cast<double>(x.size());
    return -sum(square(solve_triangular(l, y))) / 2 - sum(log(diagonal(l))) -
        n / 2 * std::log(2 * std::numbers::pi);
}

int main()
{
    random::seed(1);
    tensor x = random::uniform({40}, -3, 3);
    tensor y = sin(2 * x) + random::normal({40}, 0, 0.2);

    std::vector<tensor<double>> w{0., 0., 0.}; // log s, log l, log σ
    adam optimizer(0.05);
    std::cout << std::fixed << std::setprecision(4);
    for (int step = 0; step <= 300; ++step) {
        auto tape = create_tape();
        tensor loss = -log_likelihood({w[0], w[1], w[2]}, x, y);
        if (step % 100 == 0) {
            std::cout << "step " << step << ": log p(y) = " << -loss.item() << '\n';
        }
        auto const gradients = grad(tape, loss, w);
        no_grad const from_here;
        optimizer(w, gradients);
    }
    std::cout << "s = " << exp(w[0]).item() << ", l = " << exp(w[1]).item()
              << ", noise = " << exp(w[2]).item() << " (it was 0.2)\n\n";

    // What it thinks of other places: a mean, and how far it may be off.
    kernel const k{w[0], w[1], w[2]};
    tensor at = linspace(-4, 4, 161);
    tensor apart = transpose(k.between(at, x));
    auto const weights = solve(k.of(x), apart);
    tensor means = matmul(y, weights);
    tensor deviations = sqrt(exp(2 * w[0]) - sum(apart * weights, 0));
    for (std::size_t i = 0; i < at.size(); i += 20) {
        std::cout << "f(" << std::setw(7) << at(i) << ") = " << std::setw(7) << means(i) << " ± "
                  << deviations(i) << "   sin(2x) = " << std::setw(7) << std::sin(2 * at(i))
                  << '\n';
    }

    // The same as a picture: two deviations to each side, the mean, and what was measured.
    svg_picture picture(640, 320);
    auto const right = [](double place) { return 320 + 75 * place; };
    auto const down = [](double value) { return 160 - 60 * value; };
    std::vector<std::pair<double, double>> mean;
    for (std::size_t i = 0; i < at.size(); ++i) {
        auto const top = down(means(i) + 2 * deviations(i));
        picture.rectangle(right(at(i)) - 2, top, 4, 240 * deviations(i), "#cfe0f3");
        mean.emplace_back(right(at(i)), down(means(i)));
    }
    picture.line(mean, "#1f5fa8", 2);
    for (std::size_t i = 0; i < x.size(); ++i) {
        picture.rectangle(right(x(i)) - 2, down(y(i)) - 2, 4, 4, "#c0392b");
    }
    picture.save("gaussian_process.svg");
    std::cout << "the picture is in gaussian_process.svg\n";
}
