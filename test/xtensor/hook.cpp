#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(evaluating_an_expression_of_xtensors_own_works_beside_us)
{
    xt::xarray<double> const a{{1., 2.}, {3., 4.}};
    auto const b = xt::eval(a * 2.);
    BOOST_TEST(b(1, 1) == 8.);
    xt::xarray<double> const s = xt::sum(a, {0}, xt::evaluation_strategy::immediate);
    BOOST_TEST(s(1) == 6.);
}

BOOST_AUTO_TEST_CASE(functions_of_xtensor_over_our_operands_record_and_differentiate)
{
    auto tape = create_tape();
    tensor const x = constant({0.5, 2.});
    tensor const y = xt::sin(x) * xt::exp(x) - xt::log(x) / xt::sqrt(x) + xt::pow(x, 2.);
    BOOST_TEST(tape.size() == 1u);
    auto const g = grad(tape, y, x);
    double const v = 2;
    double const expected = std::exp(v) * (std::sin(v) + std::cos(v)) -
        (1 - std::log(v) / 2) / (v * std::sqrt(v)) + 2 * v;
    BOOST_TEST(g(1) == expected, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(an_xarray_takes_part_on_either_side_of_an_operator)
{
    xt::xarray<double> const a{1., 2.};
    auto tape = create_tape();
    tensor const x = constant({3., 4.});
    tensor const y = a * x + xt::maximum(x, a) - a;
    BOOST_TEST(y(1) == 10.);
    BOOST_TEST(grad(tape, y, x)(1) == 3.);
}
