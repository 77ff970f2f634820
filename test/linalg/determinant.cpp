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
