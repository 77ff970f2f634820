#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {
template <class X, class T>
bool same(X const& x, tensor<T> const& y)
{
    tensor const t = x;
    static_assert(std::is_same_v<decltype(t), tensor<T> const>);
    return same_shape(t.shape(), y.shape()) && std::equal(t.begin(), t.end(), y.begin());
}
} // namespace

BOOST_AUTO_TEST_CASE(reductions_of_xtensor_over_our_operands_are_ours)
{
    auto const x = constant({{1., 2., 3.}, {4., 5., 7.}});
    BOOST_TEST(same(xt::sum(x), sum(x)));
    BOOST_TEST(same(xt::sum(x, {1}), sum(x, 1)));
    BOOST_TEST(same(xt::sum(x, 0), sum(x, 0)));
    BOOST_TEST(same(xt::sum(x, {0, 1}), sum(x, {0, 1})));
    BOOST_TEST(same(xt::sum(x, {1}, xt::keep_dims), sum(x, 1, {.keep_dims = true})));
    BOOST_TEST(same(xt::prod(x, {-1}), prod(x, 1)));
    BOOST_TEST(same(xt::amax(x, {-1}), amax(x, 1)));
    BOOST_TEST(same(xt::amin(x), amin(x)));
    BOOST_TEST(same(xt::nansum(x, 1), nansum(x, 1)));
    BOOST_TEST(same(xt::nanprod(x), nanprod(x)));
    BOOST_TEST(same(xt::nanprod(x, {1}), nanprod(x, 1)));
    BOOST_TEST(same(xt::nanmax(x, 0), nanmax(x, 0)));
    BOOST_TEST(same(xt::nanmin(x, {1}, xt::keep_dims), nanmin(x, 1, {.keep_dims = true})));
    BOOST_TEST(same(xt::mean(x, {1}), mean(x, 1)));
    BOOST_TEST(same(xt::mean(x), mean(x)));
    BOOST_TEST(same(xt::sum(xt::exp(x) * 2., {0}), sum(exp(x) * 2., 0)));
}

BOOST_AUTO_TEST_CASE(they_take_part_in_expressions_and_record)
{
    auto tape = create_tape();
    tensor x = constant({1., 2.});
    tensor const y = xt::sum(x) * x + xt::exp(xt::amax(x, {0})) - exp(xt::sum(x));
    auto const g = grad(tape, y, x);
    double const e2 = std::exp(2.);
    double const e3 = std::exp(3.);
    BOOST_TEST(g(0) == 3 + 3 - 2 * e3, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(g(1) == 3 + 3 + 2 * e2 - 2 * e3, boost::test_tools::tolerance(1e-14));
    xt::xarray<double> const values = xt::sum(x, {0});
    BOOST_TEST(values() == 3.);
    BOOST_TEST(xt::sum(x)() == 3.);
}

BOOST_AUTO_TEST_CASE(their_results_are_operands_of_all_other_functions)
{
    auto const x = constant({{1., 2., 3.}, {4., 5., 7.}});
    auto const s = sum(x, 0);
    BOOST_TEST(same(xt::sum(xt::sum(x, {0})), sum(s)));
    BOOST_TEST(same(sum(xt::sum(x, {0})), sum(s)));
    BOOST_TEST(same(xt::amax(xt::mean(x, {0}), {0}), amax(mean(x, 0), 0)));
    BOOST_TEST(same(xt::norm_l2(xt::sum(x, {0})), norm_l2(s)));
    BOOST_TEST(same(xt::variance(xt::sum(x, {0})), variance(s)));
    BOOST_TEST(same(cumsum(xt::sum(x, {0})), cumsum(s)));
    BOOST_TEST(same(xt::cumprod(xt::sum(x, {0})), cumprod(s)));
    BOOST_TEST(same(xt::sort(xt::sum(x, {0})), sort(s)));
    BOOST_TEST(same(xt::view(xt::sum(x, {0}), 1), view(s, 1)));
    BOOST_TEST(same(xt::transpose(xt::sum(x, {0})), s));
    BOOST_TEST(same(reshape(xt::sum(x, {0}), {3, 1}), reshape(s, {3, 1})));
    BOOST_TEST(same(xt::flip(xt::sum(x, {0}), 0), flip(s, 0)));
    BOOST_TEST(same(
        xt::concatenate(xt::xtuple(xt::sum(x, {0}), xt::amin(x, {0}))),
        concatenate({s, amin(x, 0)})));
    BOOST_TEST(same(xt::square(xt::sum(x, {0})), tensor(s * s)));
    BOOST_TEST(same(xt::average(x, xt::sum(x, {0}), 1), average(x, s, 1)));
    auto tape = create_tape();
    tensor const y = xt::sum(xt::cumsum(xt::sum(x, {0})));
    BOOST_TEST(same(grad(tape, y, x), constant({{3., 2., 1.}, {3., 2., 1.}})));
}

BOOST_AUTO_TEST_CASE(a_view_of_xtensor_over_our_operands_is_ours)
{
    auto tape = create_tape();
    tensor x = constant({{1., 2.}, {3., 4.}});
    tensor const y = xt::view(x, xt::all(), 1) * xt::view(x, 0);
    BOOST_TEST(y(1) == 8.);
    BOOST_TEST(grad(tape, y, x)(1, 1) == 2.);
}

BOOST_AUTO_TEST_CASE(reductions_run_over_the_element_type_that_is_asked_for)
{
    tensor const large = constant({2000000000, 2000000000});
    BOOST_TEST(tensor(xt::sum<double>(large)).item() == 4e9);
    BOOST_TEST(tensor(xt::sum<std::int64_t>(large)).item() == 4000000000);
    BOOST_TEST(tensor(xt::prod<double>(large, {0})).item() == 4e18);
    BOOST_TEST(tensor(xt::mean<double>(large)).item() == 2e9);
    BOOST_TEST(repr(tensor(xt::sum(large * 0))) == repr(sum(large * 0)));
    tensor const x = constant({0.1f, 0.2f, 0.3f});
    BOOST_TEST(repr(tensor(xt::sum<double>(x))) == repr(sum(cast<double>(x))));
    BOOST_TEST(repr(tensor(xt::amax(x))) == repr(amax(x)));
    auto tape = create_tape();
    tensor const y = xt::sum<double>(x * x);
    BOOST_TEST(grad(tape, y, x)(1) == 0.4f);
}
