#include <support/records.hpp>

#include <xgrad/linalg.hpp>

using namespace xgrad;
using records::message;
using records::tensors;

namespace {
// The functions of factors that the records name.
tensor<double> of_svd(std::string const& expression, tensor<double> const& a)
{
    auto const [u, s, vh] = svd(a);
    if (expression == "U @ Vh") {
        return matmul(u, vh);
    }
    if (expression == "U @ U.T") {
        return matmul(u, transpose(u));
    }
    if (expression == "Vh.T @ Vh") {
        return matmul(transpose(vh), vh);
    }
    if (expression == "sum(log(S))") {
        return sum(log(s));
    }
    BOOST_TEST_REQUIRE(expression == "(U[:, :1] * S[:1]) @ Vh[:1, :]");
    return matmul(
        tensor(view(u, all(), range(0, 1)) * view(s, range(0, 1))), view(vh, range(0, 1)));
}

tensor<double> of_eigh(std::string const& expression, tensor<double> const& a)
{
    auto const [w, v] = eigh(a);
    if (expression == "(V * log(w)) @ V.T") {
        return matmul(tensor(v * log(w)), transpose(v));
    }
    if (expression == "(V * sqrt(w)) @ V.T") {
        return matmul(tensor(v * sqrt(w)), transpose(v));
    }
    if (expression == "sum(exp(w))") {
        return sum(exp(w));
    }
    BOOST_TEST_REQUIRE(expression == "V[:, :1] @ V[:, :1].T");
    auto const first = view(v, all(), range(0, 1));
    return matmul(first, transpose(first));
}
} // namespace

BOOST_AUTO_TEST_CASE(svd_matches_the_oracle)
{
    BOOST_TEST(records::check("linalg", "svd", [](tensors const& x, auto const& r) -> tensors {
                   if (r.attributes.has("expr")) {
                       return {of_svd(r.attributes.text("expr"), x[0])};
                   }
                   auto const [u, s, vh] = svd(x[0]);
                   return {u, s, vh};
               }) == 10);
}

BOOST_AUTO_TEST_CASE(eigh_matches_the_oracle)
{
    BOOST_TEST(records::check("linalg", "eigh", [](tensors const& x, auto const& r) -> tensors {
                   if (r.attributes.has("expr")) {
                       return {of_eigh(r.attributes.text("expr"), x[0])};
                   }
                   auto const [w, v] = eigh(x[0]);
                   return {w, v};
               }) == 9);
}

BOOST_AUTO_TEST_CASE(factors_give_the_matrix_back_and_its_gradient)
{
    random::seed(1);
    for (auto const& shape : {shape_type{3, 3}, shape_type{2, 4, 3}, shape_type{2, 4}}) {
        auto const a = random::normal(shape);
        auto const whole = [](auto const& x) {
            auto const [u, s, vh] = svd(x);
            return matmul(tensor(u * detail::as_row(s, {})), vh);
        };
        BOOST_TEST(amax(abs(whole(a) - a)).item() < 1e-12);
        records::check_differences(whole, a);
        records::check_float(whole, a);
        records::check_differences([](auto const& x) { return tensor(exp(svd(x).s)); }, a);
        // of the vectors alone, in a gauge that does not depend on their signs
        records::check_differences([](auto const& x) { return tensor(square(svd(x).u)); }, a);
        records::check_differences([](auto const& x) { return tensor(square(svd(x).vh)); }, a);
    }
    auto const a = random::normal({2, 4, 4});
    auto const whole = [](auto const& x) {
        auto const [w, v] = eigh(x);
        return matmul(tensor(v * detail::as_row(w, {})), detail::transposed_matrices(v, {}));
    };
    auto const symmetric = tensor((a + detail::transposed_matrices(a, {})) / 2);
    BOOST_TEST(amax(abs(whole(a) - symmetric)).item() < 1e-12);
    records::check_differences(whole, a);
    records::check_float(whole, a);
    records::check_differences([](auto const& x) { return tensor(square(eigh(x).v)); }, a);
}

BOOST_AUTO_TEST_CASE(equal_eigenvalues_give_finite_gradients)
{
    auto const a = eye(3);
    auto tape = create_tape();
    auto const [w, v] = eigh(a);
    auto const y = sum(tensor(w * w)) + sum(tensor(v * v));
    auto const g = grad(tape, tensor(y), a);
    BOOST_TEST(amax(abs(g - 2 * eye(3))).item() < 1e-12);
}

BOOST_AUTO_TEST_CASE(pinv_matches_the_oracle)
{
    BOOST_TEST(records::check("linalg", "pinv", [](tensors const& x, auto const&) -> tensors {
                   return {pinv(x[0])};
               }) == 4);
}

BOOST_AUTO_TEST_CASE(pinv_of_a_lower_rank_meets_penroses_equations)
{
    random::seed(2);
    auto const a = matmul(random::normal({5, 2}), random::normal({2, 4}));
    auto const p = pinv(a);
    BOOST_TEST(amax(abs(matmul(matmul(a, p), a) - a)).item() < 1e-12);
    BOOST_TEST(amax(abs(matmul(matmul(p, a), p) - p)).item() < 1e-12);
    // differentiated along matrices of that rank
    auto const left = random::normal({5, 2});
    auto const right = random::normal({2, 4});
    auto const f = [](auto const& x, auto const& y) { return pinv(matmul(x, y)); };
    records::check_differences(f, left, right);
    records::check_float([](auto const& x) { return pinv(x); }, random::normal({2, 4, 3}));
    BOOST_TEST((pinv(zeros({0, 3})).shape() == shape_type{3, 0}));
}

BOOST_AUTO_TEST_CASE(norms_match_the_oracle)
{
    BOOST_TEST(records::check("linalg", "norm", [](tensors const& x, auto const& r) -> tensors {
                   auto const& o = r.attributes;
                   if (o.is_null("ord")) {
                       return {norm(x[0])};
                   }
                   if (!o.is_text("ord")) {
                       return {norm(x[0], o.number("ord"))};
                   }
                   auto const word = o.text("ord");
                   auto const inf = std::numeric_limits<double>::infinity();
                   return {
                       word == "fro"       ? norm(x[0], frobenius)
                           : word == "nuc" ? norm(x[0], nuclear)
                                           : norm(x[0], word == "inf" ? inf : -inf)};
               }) > 10);
}

BOOST_AUTO_TEST_CASE(the_norm_of_zeros_has_the_gradient_zero)
{
    auto const x = zeros({3});
    auto tape = create_tape();
    auto const y = norm(x);
    BOOST_TEST(sum(abs(grad(tape, y, x))).item() == 0.);
    BOOST_TEST(norm(full({4}, 1e200)).item() == 2e200, boost::test_tools::tolerance(1e-15));
    BOOST_CHECK_THROW(norm(ones({2, 2, 2}), 1), shape_error);
    BOOST_CHECK_THROW(norm(ones({2, 2}), 3), value_error);
}

BOOST_AUTO_TEST_CASE(matrices_with_nan_are_refused_or_give_nan)
{
    auto const a = constant({{std::nan(""), 1.}, {1., 2.}});
    BOOST_CHECK_THROW(expm(a), value_error);
    BOOST_TEST(message<shape_error>([] {
                   svd(ones({2}));
               }) == "svd: shape {2} is no matrix; it needs at least two axes");
}

BOOST_AUTO_TEST_CASE(singular_values_of_zero_have_the_subgradient_of_least_norm)
{
    auto const by = [](auto const& f, tensor<double> const& x) {
        auto tape = create_tape();
        return grad(tape, f(x), x);
    };
    auto const nuclear_norm = [](auto const& x) { return norm(x, nuclear); };
    auto const spectral_norm = [](auto const& x) { return norm(x, 2); };
    auto const one = constant({{1., 0.}, {0., 0.}});
    auto const zero = zeros({2, 2});
    BOOST_TEST(amax(abs(by(nuclear_norm, zero))).item() == 0.);
    BOOST_TEST(amax(abs(by(spectral_norm, zero))).item() == 0.);
    BOOST_TEST(amax(abs(by(nuclear_norm, one) - one)).item() == 0.);
    auto const rank_one = constant({{1., 2.}, {2., 4.}}); // its second one is 0 to rounding
    BOOST_TEST(amax(abs(by(nuclear_norm, rank_one) - rank_one / 5.)).item() < 1e-15);
    BOOST_TEST(by(nuclear_norm, zeros({0, 3})).size() == 0u);
    struct restore
    {
        ~restore() { check_numerics(false); }
    } const guard;
    check_numerics(true);
    BOOST_TEST(norm(constant({0., 1.}), -1).item() == 0.);
}
