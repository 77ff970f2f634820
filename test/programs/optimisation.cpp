#include <support/programs.hpp>

using namespace xgrad;

// Objectives, prices, and formulas that share, broadcast and slice.

namespace {
auto normal_cdf(auto const& x)
{
    return 0.5 * erfc(-x * 0.7071067811865476);
}

auto call_price(auto const& s, auto const& k, auto const& r, auto const& sigma, auto const& t)
{
    auto const width = sigma * sqrt(t);
    auto const d1 = (log(s / k) + (r + 0.5 * sigma * sigma) * t) / width;
    auto const d2 = d1 - width;
    return s * normal_cdf(d1) - k * exp(-r * t) * normal_cdf(d2);
}

auto without_last(auto const& x)
{
    using namespace placeholders;
    return view(x, range(_, -1));
}

auto without_first(auto const& x)
{
    using namespace placeholders;
    return view(x, range(1, _));
}

programs::list const formulas{
    {"black_scholes_sum",
     [](auto const& s, auto const& k, auto const& r, auto const& sigma, auto const& t) {
         return sum(call_price(s, k, r, sigma, t));
     }},
    {"black_scholes_put_straddle",
     [](auto const& s, auto const& k, auto const& r, auto const& sigma, auto const& t) {
         return sum(2 * call_price(s, k, r, sigma, t) - s + k * exp(-r * t));
     }},
    {"portfolio_variance_utility",
     [](auto const& w, auto const& mu, auto const& c, auto const& a) {
         return matmul(w, mu) - 0.5 * a * matmul(w, matmul(c, w)) + 0.01 * sum(log(w));
     }},
    {"rosenbrock_10",
     [](auto const& x) {
         auto const head = without_last(x);
         return sum(100 * pow(without_first(x) - pow(head, 2), 2) + pow(1 - head, 2));
     }},
    {"beale",
     [](auto const& x, auto const& y) {
         return pow(1.5 - x + x * y, 2) + pow(2.25 - x + x * pow(y, 2), 2) +
             pow(2.625 - x + x * pow(y, 3), 2);
     }},
    {"himmelblau",
     [](auto const& x, auto const& y) { return pow(x * x + y - 11, 2) + pow(x + y * y - 7, 2); }},
    {"powell_singular",
     [](auto const& x) {
         auto const at = [&](int i) { return view(x, i); };
         return pow(at(0) + 10 * at(1), 2) + 5 * pow(at(2) - at(3), 2) + pow(at(1) - 2 * at(2), 4) +
             10 * pow(at(0) - at(3), 4);
     }},
    {"horner_polynomial",
     [](auto const& x, auto const& c) {
         tensor p = view(c, 4) + 0 * x;
         for (int k = 3; k >= 0; --k) {
             p = view(c, k) + x * p;
         }
         return sum(p);
     }},
    {"chained_trigonometry",
     [](auto const& x, auto const& y) {
         return sum(sin(x * y) * cos(y / (1 + x * x)) + atan2(y, x) * tanh(x));
     }},
    {"smooth_total_variation",
     [](auto const& x, auto const& eps) {
         return sum(sqrt(square(without_first(x) - without_last(x)) + eps));
     }},
    {"laplacian_energy",
     [](auto const& u) {
         using namespace placeholders;
         auto const inner = range(1, -1);
         auto const d = 4 * view(u, inner, inner) - view(u, range(_, -2), inner) -
             view(u, range(2, _), inner) - view(u, inner, range(_, -2)) -
             view(u, inner, range(2, _));
         return sum(d * d);
     }},
    {"broadcast_three_way",
     [](auto const& a, auto const& b, auto const& c, auto const& d) {
         return sum(view(a, all(), newaxis()) * view(b, newaxis(), all()) * exp(-c) / (1 + d * d));
     }},
    {"shared_subexpression",
     [](auto const& x) {
         auto const u = exp(sin(x));
         return sum(u * u + u * log1p(u) + 1 / u);
     }},
    {"product_of_sums", [](auto const& x) { return prod(sum(square(x), 1)); }},
};
} // namespace

BOOST_AUTO_TEST_CASE(objectives_match_the_reference)
{
    programs::check("optimisation", formulas);
}
