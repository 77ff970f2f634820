#include <support/programs.hpp>

#include <xgrad/linalg.hpp>

using namespace xgrad;

// Programs of the reference data that are made of linear algebra.

namespace {
programs::list const formulas{
    {"gp_log_likelihood",
     [](auto const& x,
        auto const& y,
        auto const& log_signal,
        auto const& log_length,
        auto const& log_noise) {
         auto const n = x.shape(0);
         auto const apart = expand_dims(x, 1) - expand_dims(x, 0);
         auto const d2 = sum(square(apart), 2);
         auto const k = exp(2 * log_signal) * exp(-0.5 * d2 / exp(2 * log_length)) +
             exp(2 * log_noise) * eye(n);
         auto const l = cholesky(k);
         auto const r = solve_triangular(l, y);
         return -0.5 * sum(r * r) - sum(log(diagonal(l))) -
             static_cast<double>(n) * 0.9189385332046727;
     }},
    {"mvn_log_pdf",
     [](auto const& a, auto const& x, auto const& m) {
         auto const c = matmul(a, transpose(a)) + eye(3);
         tensor const d = x - m;
         return -0.5 * dot(d, solve(c, d)) - 0.5 * slogdet(c).log_abs;
     }},
    {"rayleigh_quotient",
     [](auto const& a, auto const& x) { return dot(x, matmul(a, x)) / dot(x, x); }},
    {"log_det_gram",
     [](auto const& a) { return slogdet(matmul(transpose(a), a) + eye(3)).log_abs; }},
    {"trace_inverse",
     [](auto const& a, auto const& b) { return trace(matmul(inv(a + 4 * eye(3)), b)); }},
    {"linear_solve_loss",
     [](auto const& a, auto const& b, auto const& c) { return sum(square(solve(a, b) - c)); }},
    {"spectral_sum",
     [](auto const& a) { return sum(sqrt(eigh(matmul(a, transpose(a)) + eye(3)).w)); }},
    {"bilinear_einsum",
     [](auto const& x, auto const& t, auto const& y, auto const& z) {
         return einsum("i,ijk,j,k->", x, t, y, z);
     }},
};
} // namespace

BOOST_AUTO_TEST_CASE(linear_algebra_matches_the_reference)
{
    programs::check("linear_algebra", formulas);
}

BOOST_AUTO_TEST_CASE(the_jacobian_of_a_solution_matches_the_reference)
{
    auto const& r = programs::record_of("jacobian_solve");
    BOOST_TEST(r.attributes.text("wrt") == "A");
    auto const inputs = programs::inputs_of(r);
    auto const j = jacobian([&](auto const& a) { return solve(a, inputs[1]); }, inputs[0]);
    auto const wrong =
        oracle::compare(oracle::read(j), *r.results[0], {.relative = 1e-10, .absolute = 1e-10});
    BOOST_TEST(!wrong, wrong.value_or(""));
}

BOOST_AUTO_TEST_CASE(hessians_and_tangents_go_through_solutions_and_factors)
{
    random::seed(5);
    auto const a = matmul(random::normal({3, 3}), eye(3)) + 3 * eye(3);
    tensor const b = random::normal({3});
    // xᵀA⁻¹x is quadratic: its Hessian is A⁻¹ + A⁻ᵀ
    auto const h = hessian([&](auto const& x) { return dot(x, solve(a, x)); }, b);
    BOOST_TEST(amax(abs(h - (inv(a) + transpose(inv(a))))).item() < 1e-12);
    // the derivative of log det A along U is the trace of A⁻¹ U
    auto const u = random::normal({3, 3});
    auto const [value, tangent] =
        jvp([](auto const& x) { return slogdet(x).log_abs; }, std::tuple(tensor(a)), std::tuple(u));
    BOOST_TEST(
        tangent.item() == trace(matmul(inv(a), u)).item(), boost::test_tools::tolerance(1e-10));
}
