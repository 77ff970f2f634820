#include <support/records.hpp>

#include <xgrad/linalg.hpp>
#include <xgrad/nn/softmax.hpp>

#include <map>

using namespace xgrad;
using records::tensors;

// Programs of the reference data that are made of linear algebra.

namespace {
using program = tensor<double> (*)(tensors const&);

std::map<std::string, program> const programs{
    {"gp_log_likelihood",
     [](tensors const& a) -> tensor<double> {
         auto const n = a[0].shape(0);
         auto const apart = expand_dims(a[0], 1) - expand_dims(a[0], 0);
         auto const d2 = sum(square(apart), 2);
         auto const k = exp(2 * a[2]) * exp(-0.5 * d2 / exp(2 * a[3])) + exp(2 * a[4]) * eye(n);
         auto const l = cholesky(k);
         auto const r = solve_triangular(l, a[1]);
         return -0.5 * sum(r * r) - sum(log(diagonal(l))) -
             static_cast<double>(n) * 0.9189385332046727;
     }},
    {"mvn_log_pdf",
     [](tensors const& a) -> tensor<double> {
         auto const c = matmul(a[0], transpose(a[0])) + eye(3);
         tensor const d = a[1] - a[2];
         return -0.5 * dot(d, solve(c, d)) - 0.5 * slogdet(c).log_abs;
     }},
    {"rayleigh_quotient",
     [](tensors const& a) -> tensor<double> {
         return dot(a[1], matmul(a[0], a[1])) / dot(a[1], a[1]);
     }},
    {"log_det_gram",
     [](tensors const& a) -> tensor<double> {
         return slogdet(matmul(transpose(a[0]), a[0]) + eye(3)).log_abs;
     }},
    {"trace_inverse",
     [](tensors const& a) -> tensor<double> {
         return trace(matmul(inv(a[0] + 4 * eye(3)), a[1]));
     }},
    {"linear_solve_loss",
     [](tensors const& a) -> tensor<double> { return sum(square(solve(a[0], a[1]) - a[2])); }},
    {"spectral_sum",
     [](tensors const& a) -> tensor<double> {
         return sum(sqrt(eigh(matmul(a[0], transpose(a[0])) + eye(3)).w));
     }},
    {"bilinear_einsum",
     [](tensors const& a) -> tensor<double> {
         return einsum("i,ijk,j,k->", a[0], a[1], a[2], a[3]);
     }},
    {"attention",
     [](tensors const& a) -> tensor<double> {
         auto const s = matmul(a[0], transpose(a[1])) / 2.0;
         return sum(a[3] * matmul(softmax(s), a[2]));
     }},
};
} // namespace

BOOST_AUTO_TEST_CASE(programs_match_the_oracle)
{
    std::size_t count = 0;
    for (auto const& r : oracle::load("compose")) {
        auto const found = programs.find(r.name);
        if (found == programs.end()) {
            continue;
        }
        ++count;
        tensors inputs;
        for (auto const& input : r.inputs) {
            inputs.push_back(records::from(input));
        }
        records::check_record(r, inputs, [&](tensors const& x, auto const&) -> tensors {
            return {found->second(x)};
        });
    }
    BOOST_TEST(count == programs.size());
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
