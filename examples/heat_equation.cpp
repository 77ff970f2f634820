// find u₀ from u(T),  ∂u/∂t = ∂²u/∂x²:  the adjoint through 10,000 time steps, √n of them in memory

#include <xgrad/xgrad.hpp>

#include <iomanip>
#include <iostream>
#include <numbers>

using namespace xgrad;

int main()
{
    constexpr std::size_t points = 400;
    constexpr std::size_t steps = 10000;
    constexpr double courant = 0.25; // Δt/Δx²
    tensor const x = linspace<double>(0., 1., points);
    tensor const mask = where(x * (1. - x) > 0., courant, 0.); // the ends stay at 0

    auto const step = [&](tensor<double> const& u) {
        return tensor<double>(u + mask * (roll(u, 1) - 2. * u + roll(u, -1)));
    };
    auto const after = [&](tensor<double> const& u) { return checkpointed_loop(step, steps, u); };

    tensor const truth = sin(std::numbers::pi * x) + 0.5 * sin(2 * std::numbers::pi * x);
    tensor const measured = after(truth);

    // Conjugate gradients on ½ |u(T) - measured|², whose gradient is the adjoint equation's result.
    auto const loss = [&](auto const& u) { return 0.5 * sum(square(after(u) - measured)); };
    tensor u = zeros_like(x);
    tensor direction = zeros_like(x);
    double before = 0;
    for (int k = 0; k <= 4; ++k) {
        auto const [value, gradients] = value_and_grad(loss, u);
        tensor const g = std::get<0>(gradients);
        double const size = sum(square(g)).item();
        tensor const error = u - truth;
        std::cout << "iteration " << k << std::scientific << std::setprecision(2) << ": misfit "
                  << value.item() << ", largest error " << amax(abs(error)).item() << '\n';
        direction = -g + (before > 0 ? size / before : 0.) * direction;
        before = size;
        auto const moved = jvp(after, u, direction).tangent; // the equation is linear
        u += -sum(g * direction).item() / sum(square(moved)).item() * direction;
    }

    auto tape = create_tape();
    tensor const end = after(truth);
    std::cout << std::fixed << std::setprecision(0) << "the tape of " << steps << " steps holds "
              << static_cast<double>(tape.bytes()) / (8. * points) << " states\n";
}
