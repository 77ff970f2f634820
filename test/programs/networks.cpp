#include <support/programs.hpp>

#include <xgrad/nn/softmax.hpp>

using namespace xgrad;

// Regressions, layers and losses.

namespace {
programs::list const formulas{
    {"logistic_regression_weighted",
     [](auto const& x, auto const& w, auto const& b, auto const& s, auto const& y) {
         tensor const z = matmul(x, w) + b;
         return sum(s * (softplus(z) - y * z));
     }},
    {"softmax_cross_entropy_by_hand",
     [](auto const& x, auto const& w, auto const& b, auto const& y) {
         tensor const z = matmul(x, w) + b;
         auto const m = amax(z, 1, {.keep_dims = true});
         auto const lse = view(m, all(), 0) + log(sum(exp(z - m), 1));
         return mean(lse - sum(y * z, 1));
     }},
    {"huber_regression",
     [](auto const& x, auto const& w, auto const& y) {
         tensor const d = y - matmul(x, w);
         auto const a = abs(d);
         return sum(where(a <= 1, 0.5 * d * d, a - 0.5));
     }},
    {"ridge_loss",
     [](auto const& x, auto const& w, auto const& y, auto const& lambda) {
         return mean(square(y - matmul(x, w))) + lambda * sum(w * w);
     }},
    {"mlp_tanh_mse",
     [](auto const& x,
        auto const& w1,
        auto const& b1,
        auto const& w2,
        auto const& b2,
        auto const& y) {
         tensor const hidden = tanh(matmul(x, w1) + b1);
         return mean(square(view(matmul(hidden, w2), all(), 0) + b2 - y));
     }},
    {"mlp_gelu_softplus",
     [](auto const& x, auto const& w1, auto const& w2, auto const& v) {
         return sum(v * softplus(matmul(gelu(matmul(x, w1)), w2)));
     }},
    {"vae_elbo_terms",
     [](auto const& x, auto const& w, auto const& m, auto const& l, auto const& noise) {
         tensor const z = m + exp(l) * noise;
         auto const reconstruction = sum(square(x - matmul(w, z)));
         auto const divergence = 0.5 * sum(exp(2 * l) + m * m - 1 - 2 * l);
         return reconstruction + divergence;
     }},
    {"layer_norm_by_hand",
     [](auto const& x, auto const& gamma, auto const& beta, auto const& g) {
         auto const m = mean(x, 1, {.keep_dims = true});
         auto const v = mean(square(x - m), 1, {.keep_dims = true});
         return sum(g * (gamma * (x - m) * rsqrt(v + 1e-5) + beta));
     }},
    {"entropy_of_softmax",
     [](auto const& x, auto const& t) {
         auto const log_p = log_softmax(x / t, 0);
         return -sum(exp(log_p) * log_p);
     }},
    {"contrastive_cosine",
     [](auto const& x, auto const& y, auto const& tau) {
         auto const a = x / norm_l2(x);
         auto const b = y / norm_l2(y, 1, {.keep_dims = true});
         auto const s = matmul(b, a) / tau;
         return logsumexp(s) - view(s, 0);
     }},
    {"logsumexp_by_hand",
     [](auto const& x) {
         auto const m = amax(x);
         return m + log(sum(exp(x - m)));
     }},
    {"attention",
     [](auto const& q, auto const& k, auto const& v, auto const& g) {
         auto const s = matmul(q, transpose(k)) / 2.0;
         return sum(g * matmul(softmax(s, -1), v));
     }},
};
} // namespace

BOOST_AUTO_TEST_CASE(networks_match_the_reference)
{
    programs::check("networks", formulas);
}
