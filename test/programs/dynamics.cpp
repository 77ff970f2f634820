#include <support/programs.hpp>

#include <xgrad/nn/softmax.hpp>

using namespace xgrad;
using namespace xgrad::placeholders;

// Loops: recurrent networks, filters, time series and steps in time.

namespace {
programs::list const formulas{
    {"rnn_5_steps",
     [](auto const& x, auto const& h0, auto const& w, auto const& r, auto const& b, auto const& v) {
         tensor h = h0;
         for (int t = 0; t < 5; ++t) {
             h = tanh(matmul(w, view(x, t)) + matmul(r, h) + b);
         }
         return matmul(v, h);
     }},
    {"lstm_3_steps",
     [](auto const& x, auto const& h0, auto const& w, auto const& b) {
         tensor h = 0 * h0;
         tensor c = 0 * h0;
         auto const n = static_cast<int>(h0.size());
         for (int t = 0; t < 3; ++t) {
             tensor const z = matmul(w, concatenate({view(x, t), tensor(h + h0)})) + b;
             auto const input = sigmoid(view(z, range(_, n)));
             auto const forget = sigmoid(view(z, range(n, 2 * n)));
             auto const output = sigmoid(view(z, range(2 * n, 3 * n)));
             c = forget * c + input * tanh(view(z, range(3 * n, _)));
             h = output * tanh(c);
         }
         return sum(h);
     }},
    {"stochastic_volatility",
     [](auto const& y, auto const& h, auto const& mu, auto const& phi, auto const& s) {
         auto const rest = static_cast<double>(h.size() - 1);
         auto const s1 = s / sqrt(1 - phi * phi);
         tensor log_p = -0.5 * pow((view(h, 0) - mu) / s1, 2) - log(s1);
         auto const z = (view(h, range(1, _)) - mu - phi * (view(h, range(_, -1)) - mu)) / s;
         log_p += sum(-0.5 * z * z) - rest * log(s);
         return log_p + sum(-0.5 * h - 0.5 * y * y * exp(-h));
     }},
    {"ar2_log_likelihood",
     [](auto const& y, auto const& c, auto const& a, auto const& b, auto const& s) {
         auto const e =
             view(y, range(2, _)) - c - a * view(y, range(1, -1)) - b * view(y, range(_, -2));
         return -sum(e * e) / (2 * s * s) - static_cast<double>(y.size() - 2) * log(s);
     }},
    {"kalman_scalar",
     [](auto const& y, auto const& m0, auto const& p0, auto const& q, auto const& s) {
         tensor m = m0;
         tensor p = p0;
         tensor log_likelihood = 0 * m0;
         for (std::size_t t = 0; t < y.size(); ++t) {
             p += q;
             tensor const f = p + s;
             tensor const e = view(y, t) - m;
             log_likelihood -= 0.5 * log(f) + 0.5 * e * e / f;
             tensor const k = p / f;
             m += k * e;
             p = (1 - k) * p;
         }
         return log_likelihood;
     }},
    {"hmm_forward",
     [](auto const& transition, auto const& start, auto const& emission) {
         auto const a = log_softmax(transition, 1);
         tensor alpha = log_softmax(start, 0) + view(emission, 0);
         for (int t = 1; t < 4; ++t) {
             alpha = logsumexp(view(alpha, all(), newaxis()) + a, 0) + view(emission, t);
         }
         return logsumexp(alpha);
     }},
    {"lotka_volterra_rk4",
     [](auto const& u0,
        auto const& v0,
        auto const& a,
        auto const& b,
        auto const& c,
        auto const& d) {
         auto const prey = [&](auto const& u, auto const& v) { return a * u - b * u * v; };
         auto const predators = [&](auto const& u, auto const& v) { return -c * v + d * u * v; };
         tensor u = u0;
         tensor v = v0;
         double const h = 0.1;
         for (int t = 0; t < 3; ++t) {
             tensor const k1 = prey(u, v);
             tensor const l1 = predators(u, v);
             tensor const k2 = prey(u + h / 2 * k1, v + h / 2 * l1);
             tensor const l2 = predators(u + h / 2 * k1, v + h / 2 * l1);
             tensor const k3 = prey(u + h / 2 * k2, v + h / 2 * l2);
             tensor const l3 = predators(u + h / 2 * k2, v + h / 2 * l2);
             tensor const k4 = prey(u + h * k3, v + h * l3);
             tensor const l4 = predators(u + h * k3, v + h * l3);
             u += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
             v += h / 6 * (l1 + 2 * l2 + 2 * l3 + l4);
         }
         return u + 2 * v;
     }},
    {"newton_sqrt_iteration",
     [](auto const& a, auto const& x0) {
         tensor x = x0;
         for (int k = 0; k < 2; ++k) {
             x = 0.5 * (x + a / x);
         }
         return sum(x);
     }},
};
} // namespace

BOOST_AUTO_TEST_CASE(loops_match_the_reference)
{
    programs::check("dynamics", formulas);
}

BOOST_AUTO_TEST_CASE(every_program_of_the_reference_data_with_a_gradient_is_tested_by_some_file)
{
    std::size_t count = 0;
    for (auto const& r : oracle::load("compose")) {
        if (r.attributes.text("kind") == "grad") {
            ++count;
            auto const tests = std::count_if(
                programs::files.begin(), programs::files.end(), [&](auto const& file) {
                    return file.second.count(r.name) == 1;
                });
            BOOST_TEST(tests == 1, r.name << " is in the lines of " << tests << " test files");
        }
    }
    BOOST_TEST(count == 58u);
}
