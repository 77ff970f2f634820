#include <support/records.hpp>

#include <xgrad/linalg.hpp>

using namespace xgrad;
using records::message;
using records::tensors;

BOOST_AUTO_TEST_CASE(determinants_match_the_oracle)
{
    BOOST_TEST(records::check("linalg", "det", [](tensors const& x, auto const&) -> tensors {
                   return {det(x[0])};
               }) > 5);
    BOOST_TEST(records::check("linalg", "slogdet", [](tensors const& x, auto const&) -> tensors {
                   auto const [sign, log_abs] = slogdet(x[0]);
                   return {sign, log_abs};
               }) == 5);
}

BOOST_AUTO_TEST_CASE(the_gradient_of_a_singular_determinant_is_the_matrix_of_cofactors)
{
    auto const f = [](auto const& x) { return det(x); };
    records::check_differences(f, constant({{1., 2.}, {2., 4.}}));
    records::check_differences(f, constant({{{1., 2.}, {2., 4.}}, {{3., 1.}, {1., 2.}}}));
    records::check_differences(f, zeros({3, 3}));
    records::check_differences(f, ones({3, 3}));
}

BOOST_AUTO_TEST_CASE(a_determinant_beyond_the_range_of_numbers_has_its_cofactors_all_the_same)
{
    for (double const scale : {1e-200, 1e200}) {
        tensor const a = scale * constant({{1., 2.}, {3., 4.}});
        auto tape = create_tape();
        auto const g = grad(tape, det(a), a);
        BOOST_TEST(amax(abs(g / scale - constant({{4., -3.}, {-2., 1.}}))).item() < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(determinants_of_stacks_and_floats)
{
    random::seed(1);
    auto const a = random::normal({2, 3, 4, 4});
    records::check_differences([](auto const& x) { return det(x); }, a);
    records::check_differences([](auto const& x) { return slogdet(x).log_abs; }, a);
    records::check_float([](auto const& x) { return det(x); }, random::normal({2, 3, 3}));
}

BOOST_AUTO_TEST_CASE(the_determinant_of_nothing_is_one)
{
    BOOST_TEST(det(zeros({0, 0})).item() == 1.);
    BOOST_TEST(slogdet(zeros({0, 0})).log_abs.item() == 0.);
}

BOOST_AUTO_TEST_CASE(derivatives_of_any_order_are_those_of_the_polynomial_also_of_singular_matrices)
{
    auto const by_hand = [](auto const& a) {
        auto const at = [&](int i, int j) { return tensor<double>(view(a, i, j)); };
        return as_tensor(
            at(0, 0) * (at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)) -
            at(0, 1) * (at(1, 0) * at(2, 2) - at(1, 2) * at(2, 0)) +
            at(0, 2) * (at(1, 0) * at(2, 1) - at(1, 1) * at(2, 0)));
    };
    auto const f = [](auto const& a) { return det(a); };
    auto const u = random::uniform({3, 3}, -1, 1);
    auto const v = random::uniform({3, 3}, -1, 1);
    tensor<double> const none = zeros({3, 3});
    tensor<double> const rank_1 = set(none, 0, 0, 1.);
    tensor<double> const other_rank_1 = constant({{1., 2., 3.}, {2., 4., 6.}, {-1., -2., -3.}});
    tensor<double> const rank_2 = constant({{1., 2., 3.}, {4., 5., 6.}, {7., 8., 9.}});
    tensor<double> const equal = constant({{2., 0., 0.}, {0., 2., 0.}, {0., 0., 0.}});
    auto const difference = [](auto const& a, auto const& b) { return amax(abs(a - b)).item(); };
    for (auto const& a : {none, rank_1, other_rank_1, rank_2, equal}) {
        BOOST_TEST(difference(gradient(f, a), gradient(by_hand, a)) < 1e-13);
        BOOST_TEST(difference(hessian(f, a), hessian(by_hand, a)) < 1e-13);
        auto const along = [&](auto const& g) {
            return gradient([&](auto const& x) { return as_tensor(sum(hvp(g, x, u) * v)); }, a);
        };
        BOOST_TEST(difference(along(f), along(by_hand)) < 1e-13);
        auto const tangent = [&](auto const& g) {
            return jvp([&](auto const& x) { return gradient(g, x); }, a, u).tangent;
        };
        BOOST_TEST(difference(tangent(f), tangent(by_hand)) < 1e-13);
    }
    auto const sum_of = [](auto const& stack) { return as_tensor(sum(det(stack))); };
    auto const rows = hvp(sum_of, stack(std::vector{rank_1, rank_2}), stack(std::vector{u, v}));
    BOOST_TEST(difference(view(rows, 0), hvp(by_hand, rank_1, u)) < 1e-13);
    BOOST_TEST(difference(view(rows, 1), hvp(by_hand, rank_2, v)) < 1e-13);
}

BOOST_AUTO_TEST_CASE(a_singular_matrix_has_a_logarithm_of_minus_infinity_and_no_gradient)
{
    auto const a = constant({{1., 2.}, {2., 4.}});
    auto tape = create_tape();
    auto const [sign, log_abs] = slogdet(a);
    BOOST_TEST(sign.item() == 0.);
    BOOST_TEST(std::isinf(log_abs.item()));
    BOOST_TEST(message<value_error>([&, y = log_abs] {
                   grad(tape, y, a);
               }) == "slogdet: the matrix is singular: pivot 1 is 0");
    BOOST_TEST(
        message<shape_error>([] {
            det(ones({2, 3}));
        }) == "det: shape {2, 3} holds matrices of 2 rows and 3 columns; they must be square");
    BOOST_TEST(message<shape_error>([] {
                   det(ones({2}));
               }) == "det: shape {2} is no matrix; it needs at least two axes");
}
