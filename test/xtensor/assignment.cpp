#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <sstream>

using namespace xgrad;

namespace {
template <class A>
std::vector<double> list(A const& a)
{
    return {a.begin(), a.end()};
}
} // namespace

BOOST_AUTO_TEST_CASE(arrays_and_views_of_xtensor_add_and_scale_by_our_operands)
{
    tensor const x = constant({{1., 2.}, {3., 4.}});
    xt::xarray<double> a = xt::ones<double>({2, 2});
    a += x;
    a -= x * 3.;
    a *= xt::sum(x);
    a /= sum(x, 1, {.keep_dims = true});
    BOOST_TEST(
        list(a) == (std::vector<double>{-10. / 3, -30. / 3, -50. / 7, -70. / 7}),
        boost::test_tools::per_element());
    xt::xtensor<double, 2> b = x;
    xt::view(b, 0) += view(x, 1);
    xt::view(b, xt::all(), 1) -= 10. * view(x, all(), 1);
    BOOST_TEST(list(b) == (std::vector<double>{4., -14., 3., -36.}));
    xt::xtensor_fixed<float, xt::xshape<2, 2>> c = xt::ones<float>({2, 2});
    c *= x;
    BOOST_TEST(list(c) == (std::vector<double>{1., 2., 3., 4.}));
    BOOST_CHECK_THROW(b += zeros({3}), std::exception);
}

BOOST_AUTO_TEST_CASE(what_xtensor_evaluates_of_our_operands_keeps_its_gradient)
{
    tensor const x = constant({1., 2., 3.});
    auto tape = create_tape({.persistent = true});
    auto const y = xt::eval(x * x);
    static_assert(std::same_as<decltype(y), tensor<double> const>);
    BOOST_TEST(list(grad(tape, sum(y), x)) == (std::vector<double>{2., 4., 6.}));
    BOOST_TEST(list(grad(tape, xt::eval(y), x)) == (std::vector<double>{2., 4., 6.}));
    BOOST_TEST(list(grad(tape, xt::eval(xt::sum(y)), x)) == (std::vector<double>{2., 4., 6.}));
}

BOOST_AUTO_TEST_CASE(reductions_of_xtensor_over_our_operands_print_their_result)
{
    std::ostringstream text;
    text << xt::sum(constant({1., 2., 3.}) * 2., {0}) << xt::mean(constant({1., 2.}));
    BOOST_TEST(text.str() == " 12. 1.5");
}
