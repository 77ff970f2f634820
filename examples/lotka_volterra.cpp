// u' = a u - b u v,  v' = -c v + d u v:  rates fitted to a trajectory, through Boost.odeint's steps

#include <xgrad/linalg.hpp>

#include <boost/numeric/odeint.hpp>

#include <iomanip>
#include <iostream>
#include <vector>

using namespace xgrad;
using state = tensor<double>; // (u, v)
using stepper = boost::numeric::odeint::
    runge_kutta4<state, double, state, double, boost::numeric::odeint::vector_space_algebra>;

// The populations after 1, 2, ... 20 units of time, with the given logarithms of a, b, c, d.
std::vector<state> trajectory(tensor<double> const& log_rates)
{
    tensor const rates = exp(log_rates);
    auto const right_hand_side = [&](state const& x, state& derivative, double) {
        tensor const u = view(x, 0);
        tensor const v = view(x, 1);
        tensor const met = u * v;
        tensor const prey = view(rates, 0) * u - view(rates, 1) * met;
        tensor const hunters = view(rates, 3) * met - view(rates, 2) * v;
        derivative = stack({prey, hunters});
    };
    std::vector<state> result;
    state x = constant({10., 5.});
    stepper step;
    for (int k = 0; k < 200; ++k) {
        step.do_step(right_hand_side, x, 0.1 * k, 0.1);
        if (k % 10 == 9) {
            result.push_back(x);
        }
    }
    return result;
}

int main()
{
    tensor const truth = log(constant({1.1, 0.4, 0.4, 0.1}));
    auto const measured = trajectory(truth);
    auto const residual = [&](tensor<double> const& log_rates) {
        auto const predicted = trajectory(log_rates);
        std::vector<tensor<double>> errors;
        for (std::size_t k = 0; k < measured.size(); ++k) {
            errors.push_back(log(predicted[k]) - log(measured[k]));
        }
        return concatenate(errors);
    };

    // Gauss and Newton's method, with a little of the steepest descent (Levenberg, Marquardt).
    tensor q = log(constant({1., 0.5, 0.5, 0.12}));
    double damping = 1;
    std::cout << std::scientific << std::setprecision(1);
    for (int k = 0; k < 7; ++k) {
        tensor const r = residual(q);
        tensor const j = jacobian(residual, q);
        std::cout << "iteration " << k << ": misfit " << sum(square(r)).item() << '\n';
        tensor const h = matmul(transpose(j), j) + damping * eye(4);
        tensor const p = solve(h, matmul(transpose(j), r));
        tensor const next = q - p;
        bool const better = sum(square(residual(next))).item() < sum(square(r)).item();
        q = better ? next : q;
        damping *= better ? 0.2 : 5;
    }
    std::cout << std::fixed << std::setprecision(4) << "rates" << exp(q) << '\n';
}
