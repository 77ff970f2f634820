// minimise Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)²:  Newton's method on Hessian-vector products alone

#include <xgrad/xgrad.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>

using namespace xgrad;

double dot(tensor<double> const& a, tensor<double> const& b)
{
    return sum(a * b).item();
}

// Solves H p = -g by conjugate gradients, as far as it pays and as long as H curves upwards.
template <class Product>
tensor<double> newton_direction(Product const& times_hessian, tensor<double> const& g)
{
    tensor<double> p = zeros_like(g);
    tensor<double> rest = -g;
    tensor<double> d = rest;
    auto const enough = std::min(0.5, std::sqrt(norm_l2(g).item())) * norm_l2(g).item();
    for (std::size_t k = 0; k < g.size() && norm_l2(rest).item() > enough; ++k) {
        tensor<double> const h = times_hessian(d);
        auto const curvature = dot(d, h);
        if (curvature <= 0) {
            return k == 0 ? d : p;
        }
        auto const size = dot(rest, rest);
        p += size / curvature * d;
        rest -= size / curvature * h;
        d = rest + dot(rest, rest) / size * d;
    }
    return p;
}

int main()
{
    constexpr std::size_t n = 10;
    auto const rosenbrock = [](auto const& x) {
        tensor const head = view(x, range(0, n - 1));
        tensor const tail = view(x, range(1, n));
        return sum(100. * square(tail - square(head)) + square(1. - head));
    };

    tensor x = full({n}, -1.2);
    for (int step = 0;; ++step) {
        auto const [value, gradients] = value_and_grad(rosenbrock, x);
        auto const& g = std::get<0>(gradients);
        if (step % 50 == 0 || norm_l2(g).item() < 1e-8) {
            std::cout << std::setw(4) << step << std::scientific << std::setprecision(1)
                      << std::setw(10) << value.item() << std::setw(10) << norm_l2(g).item()
                      << '\n';
        }
        if (norm_l2(g).item() < 1e-8 || step == 200) {
            break;
        }
        auto const p = newton_direction([&](auto const& v) { return hvp(rosenbrock, x, v); }, g);
        double length = 1;
        while (rosenbrock(tensor(x + length * p)).item() >
               value.item() + 1e-4 * length * dot(g, p)) {
            length /= 2;
        }
        x += length * p;
    }
    std::cout << "largest error of " << n << " unknowns: " << amax(abs(x - 1.)).item() << '\n';
}
