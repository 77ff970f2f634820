// Whole programs against the reference data (compose.json): values and gradients of each, of
// operands as they are and as views that are not contiguous.
#pragma once

#include <support/records.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace programs {
using records::tensors;

/// A program of any number of arguments as a function of their list.
class formula
{
public:
    template <class F>
    formula(F const& f) : call_(of_list<1>(f))
    {}

    xgrad::tensor<double> operator()(tensors const& x) const { return call_(x); }

private:
    using function = std::function<xgrad::tensor<double>(tensors const&)>;

    // Written with `auto` parameters, f does not say how many it takes: the first number that fits.
    template <std::size_t Count, class F>
    static function of_list(F const& f)
    {
        return [&]<std::size_t... I>(std::index_sequence<I...>) -> function {
            if constexpr (std::is_invocable_v<F const&, decltype((void(I), tensors()[0]))...>) {
                return [f](tensors const& x) {
                    return xgrad::tensor<double>(xgrad::as_tensor(f(x.at(I)...)));
                };
            } else {
                return of_list<Count + 1>(f);
            }
        }(std::make_index_sequence<Count>{});
    }

    function call_;
};

using list = std::map<std::string, formula>;

/// Which test file runs which program: each asserts its own line, and test/programs/dynamics.cpp
/// that none is left out.
inline std::map<std::string, std::set<std::string>> const files{
    {"distributions",
     {"normal_log_pdf",
      "student_t_log_pdf",
      "gamma_log_pdf",
      "beta_log_pdf",
      "dirichlet_log_pdf",
      "poisson_regression",
      "negative_binomial",
      "zero_inflated_poisson",
      "log_normal_cdf",
      "kl_diagonal_gaussians",
      "ordered_logit",
      "random_walk_prior",
      "variance_ratio",
      "gmm_log_likelihood",
      "cox_partial_likelihood",
      "mmd_kernel"}},
    {"networks",
     {"logistic_regression_weighted",
      "softmax_cross_entropy_by_hand",
      "huber_regression",
      "ridge_loss",
      "mlp_tanh_mse",
      "mlp_gelu_softplus",
      "vae_elbo_terms",
      "layer_norm_by_hand",
      "entropy_of_softmax",
      "contrastive_cosine",
      "logsumexp_by_hand",
      "attention"}},
    {"optimisation",
     {"black_scholes_sum",
      "black_scholes_put_straddle",
      "portfolio_variance_utility",
      "rosenbrock_10",
      "beale",
      "himmelblau",
      "powell_singular",
      "horner_polynomial",
      "chained_trigonometry",
      "smooth_total_variation",
      "laplacian_energy",
      "broadcast_three_way",
      "shared_subexpression",
      "product_of_sums"}},
    {"dynamics",
     {"rnn_5_steps",
      "lstm_3_steps",
      "stochastic_volatility",
      "ar2_log_likelihood",
      "kalman_scalar",
      "hmm_forward",
      "lotka_volterra_rk4",
      "newton_sqrt_iteration"}},
    {"linear_algebra",
     {"gp_log_likelihood",
      "mvn_log_pdf",
      "rayleigh_quotient",
      "log_det_gram",
      "trace_inverse",
      "linear_solve_loss",
      "spectral_sum",
      "bilinear_einsum"}},
};

inline tensors inputs_of(oracle::record const& r)
{
    tensors inputs;
    for (auto const& input : r.inputs) {
        inputs.push_back(records::from(input));
    }
    return inputs;
}

/// The record of a program; the test fails where there is none.
inline oracle::record const& record_of(std::string const& name)
{
    auto const& all = oracle::load("compose");
    auto const found = std::find_if(
        all.begin(), all.end(), [&](oracle::record const& r) { return r.name == name; });
    BOOST_REQUIRE_MESSAGE(found != all.end(), "compose.json has no program " << name);
    return *found;
}

/// The programs of one test file: that they are those of its line above, and each one's value and
/// gradients.
inline void check(std::string const& file, list const& formulas)
{
    auto const& names = files.at(file);
    BOOST_TEST(formulas.size() == names.size());
    for (auto const& name : names) {
        BOOST_TEST(formulas.count(name) == 1u, name << " has no formula in this file");
    }
    for (auto const& [name, f] : formulas) {
        auto const& r = record_of(name);
        BOOST_TEST(r.attributes.text("kind") == "grad");
        auto const run = [&f = f](tensors const& x, auto const&) -> tensors { return {f(x)}; };
        BOOST_TEST_CONTEXT(name)
        {
            auto const inputs = inputs_of(r);
            records::check_record(r, inputs, run);
            tensors turned;
            for (auto const& x : inputs) {
                turned.push_back(records::strided(x));
            }
            records::check_record(r, turned, run);
        }
    }
}
} // namespace programs
