#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#if __has_include(<xtensor/views/xview.hpp>)
#    include <xtensor/views/xview.hpp>
#else
#    include <xtensor/xview.hpp>
#endif

using namespace xgrad;

namespace {
template <class T>
bool same(tensor<T> const& x, tensor<T> const& y)
{
    return same_shape(x.shape(), y.shape()) && std::equal(x.begin(), x.end(), y.begin());
}
} // namespace

BOOST_AUTO_TEST_CASE(array_functions_of_xtensor_over_our_operands_are_ours)
{
    tensor x = constant({{1., 2., 3.}, {4., 5., 7.}});
    auto const y = x;
    BOOST_TEST(same(xt::view(x, xt::all(), xt::range(0, 2)), view(x, all(), range(0, 2))));
    BOOST_TEST(same(view(x, xt::all(), 1), xt::view(y, xt::all(), 1)));
    BOOST_TEST(same(xt::transpose(x), transpose(x)));
    BOOST_TEST(same(xt::transpose(y, {1, 0}), transpose(x)));
    BOOST_TEST(same(xt::transpose(x, std::vector<int>{0, 1}), x));
    BOOST_TEST(same(xt::reshape_view(x, {3, 2}), reshape(x, {3, 2})));
    BOOST_TEST(same(xt::broadcast(x, {2, 2, 3}), broadcast(x, {2, 2, 3})));
    BOOST_TEST(same(xt::squeeze(xt::expand_dims(x, 1)), x));
    BOOST_TEST(same(xt::flip(x, 0), flip(x, 0)));
    BOOST_TEST(same(xt::roll(x, 1, 0), roll(x, 1, 0)));
    BOOST_TEST(same(xt::roll(x, 1), roll(x, 1)));
    BOOST_TEST(same(xt::repeat(x, 2, 0), repeat(x, 2, 0)));
    BOOST_TEST(same(xt::concatenate(xt::xtuple(x, y), 1), concatenate({x, y}, 1)));
    BOOST_TEST(same(xt::stack(xt::xtuple(x, y)), stack({x, y})));
    BOOST_TEST(same(xt::diag(view(x, 0)), diag(view(x, 0))));
    BOOST_TEST(same(xt::diagonal(x, 1), diagonal(x, 1)));
    BOOST_TEST(same(xt::tril(x), tril(x)));
    BOOST_TEST(same(xt::triu(x * 2.), triu(x * 2.)));
    BOOST_TEST(same(xt::cumsum(x, 1), cumsum(x, 1)));
    BOOST_TEST(same(xt::cumprod(x), cumprod(x)));
    BOOST_TEST(same(xt::sort(x, 0), sort(x, 0)));
    BOOST_TEST(same(xt::argmax(x, 1), argmax(x, 1)));
    BOOST_TEST(same(xt::argsort(x), argsort(x)));
    BOOST_TEST(same(xt::variance(x), variance(x)));
    BOOST_TEST(same(xt::variance(x, {1}), variance(x, 1)));
    BOOST_TEST(same(xt::stddev(x, {0}), stddev(x, 0)));
    BOOST_TEST(
        same(std::get<1>(xt::meshgrid(view(x, 0), view(x, 1))), broadcast(view(x, 1), {3, 3})));
}

BOOST_AUTO_TEST_CASE(over_its_own_operands_they_are_xtensors)
{
    xt::xarray<double> const a{{1., 2.}, {3., 5.}};
    BOOST_TEST((!std::is_same_v<decltype(xt::view(a, 0)), tensor<double>>));
    xt::xarray<double> const t = xt::transpose(a);
    BOOST_TEST(t(0, 1) == 3.);
    xt::xarray<double> const s = xt::sum(a, {0});
    BOOST_TEST(s(1) == 7.);
    BOOST_TEST(xt::variance(a)() == 2.1875);
    BOOST_TEST(xt::concatenate(xt::xtuple(a, a))(3, 1) == 5.);
}

BOOST_AUTO_TEST_CASE(norms_means_and_differences_of_xtensor_over_our_operands_are_ours)
{
    auto const x = constant({{1., 2., 4.}, {4., -5., 7.}});
    auto const w = constant({{1., 2., 1.}, {3., 1., 1.}});
    auto const check = [](auto const& y, auto const& ours) {
        static_assert(std::is_same_v<decltype(y), decltype(ours)>);
        BOOST_TEST(same_shape(y.shape(), ours.shape()));
        BOOST_TEST(std::equal(y.begin(), y.end(), ours.begin()));
    };
    check(xt::norm_l1(x), norm_l1(x));
    check(xt::norm_l1(x, {1}), norm_l1(x, 1));
    check(xt::norm_l2(x), norm_l2(x));
    check(xt::norm_l2(x, {1}, xt::keep_dims), norm_l2(x, 1, {.keep_dims = true}));
    check(xt::norm_l2(xt::exp(x), {0}), norm_l2(exp(x), 0));
    check(xt::norm_sq(x), norm_sq(x));
    check(xt::norm_sq(x, {0, 1}), norm_sq(x));
    check(xt::norm_linf(x), norm_linf(x));
    check(xt::norm_linf(x, {0}), norm_linf(x, 0));
    check(xt::norm_lp(x, 3), norm_lp(x, 3));
    check(xt::norm_lp(x, 3, {1}), norm_lp(x, 3, 1));
    check(xt::nanmean(x), nanmean(x));
    check(xt::nanmean(x, {1}), nanmean(x, 1));
    check(xt::average(x, w), average(x, w));
    check(xt::average(x, w, std::vector<std::size_t>{1}), average(x, w, 1));
    check(xt::diff(x), diff(x));
    check(xt::diff(x, 2, 1), diff(x, 2, 1));
    check(xt::trapz(x), trapz(x));
    check(xt::trapz(x, 0.5, 0), trapz(x, 0.5, 0));
    check(xt::median(x, 1), median(x, 1));
    check(xt::ravel(x), ravel(x));
    check(xt::flatten(x), ravel(x));
}
