#include <support/programs.hpp>

#include <xgrad/nn/softmax.hpp>

#include <numbers>

using namespace xgrad;

// Log densities and likelihoods.

namespace {
double const half_log_two_pi = 0.9189385332046727;

auto kernel_mean(tensor<double> const& a, tensor<double> const& b)
{
    auto const apart = view(a, all(), newaxis(), all()) - view(b, newaxis(), all(), all());
    return mean(exp(-0.5 * sum(square(apart), 2)));
}

programs::list const formulas{
    {"normal_log_pdf",
     [](auto const& x, auto const& mu, auto const& sigma) {
         auto const z = (x - mu) / sigma;
         return sum(-0.5 * pow(z, 2) - log(sigma) - half_log_two_pi);
     }},
    {"student_t_log_pdf",
     [](auto const& x, auto const& mu, auto const& s, auto const& nu) {
         auto const z = (x - mu) / s;
         return sum(
             lgamma((nu + 1) / 2) - lgamma(nu / 2) - 0.5 * log(nu * std::numbers::pi) - log(s) -
             (nu + 1) / 2 * log1p(z * z / nu));
     }},
    {"gamma_log_pdf",
     [](auto const& x, auto const& a, auto const& b) {
         return sum(a * log(b) - lgamma(a) + (a - 1) * log(x) - b * x);
     }},
    {"beta_log_pdf",
     [](auto const& x, auto const& a, auto const& b) {
         return sum((a - 1) * log(x) + (b - 1) * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b));
     }},
    {"dirichlet_log_pdf",
     [](auto const& p, auto const& a) {
         return lgamma(sum(a)) - sum(lgamma(a)) + sum((a - 1) * log(p));
     }},
    {"poisson_regression",
     [](auto const& x, auto const& w, auto const& b, auto const& y) {
         tensor const eta = matmul(x, w) + b;
         return sum(y * eta - exp(eta) - lgamma(y + 1));
     }},
    {"negative_binomial",
     [](auto const& eta, auto const& k, auto const& y) {
         tensor const m = exp(eta);
         return sum(
             lgamma(y + k) - lgamma(k) - lgamma(y + 1) + k * log(k / (k + m)) +
             y * log(m / (k + m)));
     }},
    {"zero_inflated_poisson",
     [](auto const& m, auto const& t, auto const& y) {
         auto const zero = logaddexp(log_sigmoid(t), log_sigmoid(-t) - m);
         auto const some = log_sigmoid(-t) + y * log(m) - m - lgamma(y + 1);
         return sum(where(y > 0, some, zero));
     }},
    {"log_normal_cdf", [](auto const& x) { return sum(log(0.5 * erfc(-x * 0.7071067811865476))); }},
    {"kl_diagonal_gaussians",
     [](auto const& m1, auto const& l1, auto const& m2, auto const& l2) {
         return sum(l2 - l1 + (exp(2 * l1) + pow(m1 - m2, 2)) / (2 * exp(2 * l2)) - 0.5);
     }},
    {"ordered_logit",
     [](auto const& eta, auto const& c1, auto const& d) {
         auto const c2 = c1 + exp(d);
         return sum(log(sigmoid(c2 - eta) - sigmoid(c1 - eta)));
     }},
    {"random_walk_prior",
     [](auto const& s, auto const& e, auto const& y) {
         auto const x = cumsum(s * e, 0);
         return sum(square(y - x)) + 0.5 * sum(e * e);
     }},
    {"variance_ratio",
     [](auto const& x, auto const& y) { return variance(x) / (stddev(y) + mean(abs(y))); }},
    {"gmm_log_likelihood",
     [](auto const& x, auto const& mu, auto const& l, auto const& w) {
         auto const apart = view(x, all(), newaxis()) - view(mu, newaxis());
         auto const z = apart * view(exp(-l), newaxis());
         auto const log_p = -0.5 * sum(z * z, 2) - sum(l, 1) + log_softmax(w, 0);
         return sum(logsumexp(log_p, 1));
     }},
    {"cox_partial_likelihood",
     [](auto const& x, auto const& w) {
         auto const eta = matmul(x, w);
         auto const at_risk = flip(logcumsumexp(flip(eta, 0), 0), 0);
         return sum(eta - at_risk);
     }},
    {"mmd_kernel",
     [](auto const& x, auto const& y) {
         return kernel_mean(x, x) + kernel_mean(y, y) - 2 * kernel_mean(x, y);
     }},
};
} // namespace

BOOST_AUTO_TEST_CASE(distributions_match_the_reference)
{
    programs::check("distributions", formulas);
}
