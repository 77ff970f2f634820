#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#if __has_include(<xtensor/views/xview.hpp>)
#    include <xtensor/views/xindex_view.hpp>
#    include <xtensor/views/xview.hpp>
#else
#    include <xtensor/xindex_view.hpp>
#    include <xtensor/xview.hpp>
#endif

#include <limits>

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
    BOOST_TEST(same(xt::swapaxes(x, 0, -1), transpose(x)));
    BOOST_TEST(same(xt::moveaxis(x, 0, -1), transpose(x)));
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

BOOST_AUTO_TEST_CASE(views_of_xtensor_over_our_operands_are_ours)
{
    tensor x = constant({{1., 2., 3.}, {4., 5., 7.}});
    auto const last_two = view(x, all(), range(1, 3));
    BOOST_TEST(same(xt::strided_view(x, {xt::all(), xt::range(1, 3)}), last_two));
    BOOST_TEST(same(
        xt::strided_view(x, {xt::ellipsis(), 1, xt::newaxis()}),
        expand_dims(view(x, all(), 1), 1)));
    BOOST_TEST(same(xt::view(x, xt::all(), xt::keep(1, -1)), last_two));
    BOOST_TEST(same(view(x, ellipsis(), drop(0)), last_two));
    BOOST_TEST(same(xt::dynamic_view(x, {xt::all(), xt::drop(0)}), last_two));
    BOOST_TEST(same(view(x, newaxis(), keep(1, 1, 0), 0), constant({{4., 4., 1.}})));
    BOOST_TEST(same(xt::index_view(x, {{0, 1}, {1, 2}}), constant({2., 7.})));
    BOOST_TEST(same(xt::index_view(x, std::vector<xt::xindex>{{0, 1}}), constant({2.})));
    BOOST_TEST(same(xt::filter(x, x > 4.), constant({5., 7.})));
    BOOST_CHECK_THROW(view(x, keep(0, 2)), value_error);
    BOOST_CHECK_THROW(view(x, drop(0, 1, 2)), value_error);
    BOOST_CHECK_THROW(view(x, drop(2)), value_error);
    BOOST_CHECK_THROW(view(x, drop(1, -1)), value_error);
    BOOST_CHECK_THROW(xt::index_view(x, {{0, 1, 0}}), shape_error);
    BOOST_CHECK_THROW(xt::index_view(x, {{0, 3}}), value_error);
}

BOOST_AUTO_TEST_CASE(a_list_of_indices_in_a_view_has_a_gradient)
{
    tensor x = constant({{1., 2., 3.}, {4., 5., 7.}});
    auto tape = create_tape();
    auto const y = view(x, keep(1, 1), drop(1));
    BOOST_TEST(same(grad(tape, sum(y * y), x), constant({{0., 0., 0.}, {16., 0., 28.}})));
}

BOOST_AUTO_TEST_CASE(arrays_that_xtensor_puts_together_and_takes_apart_are_ours)
{
    tensor x = constant({{1., 2., 3.}, {4., 5., 7.}});
    auto const v = view(x, 0);
    BOOST_TEST(same(xt::repeat(x, std::vector<std::size_t>{1, 2}, 0), repeat(x, {1, 2}, 0)));
    BOOST_TEST(same(xt::repeat(x, std::vector<std::size_t>{1, 2}, 0), repeat(x, {1, 2}, 0)));
    BOOST_TEST(same(xt::hstack(xt::xtuple(x, x)), concatenate({x, x}, 1)));
    BOOST_TEST(same(xt::hstack(xt::xtuple(v, v)), concatenate({v, v}, 0)));
    BOOST_TEST(same(xt::vstack(xt::xtuple(x, x)), concatenate({x, x}, 0)));
    BOOST_TEST(same(xt::vstack(xt::xtuple(v, v)), stack({v, v})));
    BOOST_TEST(same(xt::split(x, 3, 1)[2], split(x, 3, 1)[2]));
    BOOST_TEST(same(xt::hsplit(x, 3)[1], split(x, 3, 1)[1]));
    BOOST_TEST(same(xt::vsplit(x, 2)[1], split(x, 2, 0)[1]));
    BOOST_TEST(same(xt::tile(x, {2, 3}), tile(x, {2, 3})));
    BOOST_TEST(same(xt::tile(x, std::vector<int>{2, 3}), tile(x, {2, 3})));
    BOOST_TEST(same(xt::tile(x, 2), tile(x, {2, 1})));
    BOOST_TEST(same(xt::rot90(x), rot90(x)));
    BOOST_TEST(same(xt::rot90<-1>(x, {1, 0}), rot90(x, 1)));
    BOOST_TEST(same(xt::squeeze(expand_dims(x, {0, 1}), {0, 1}), x));
    BOOST_TEST(same(xt::squeeze(expand_dims(x, 1), 1), x));
    BOOST_TEST(same(xt::ravel<xt::layout_type::column_major>(x), ravel(transpose(x))));
    BOOST_TEST(same(xt::flatten<xt::layout_type::column_major>(x), ravel(transpose(x))));
}

BOOST_AUTO_TEST_CASE(padding_and_reading_order_are_as_xtensor_has_them)
{
    xt::xarray<double> const a{{1., 2., 3.}, {4., 5., 7.}};
    tensor<double> const x = a;
    auto const check = [](tensor<double> const& ours, xt::xarray<double> const& theirs) {
        BOOST_TEST(same(ours, constant(theirs)));
    };
    for (auto const mode :
         {xt::pad_mode::constant,
          xt::pad_mode::reflect,
          xt::pad_mode::symmetric,
          xt::pad_mode::wrap}) {
        check(xt::pad(x, 1, mode), xt::pad(a, 1, mode));
        check(xt::pad(x, {{1, 0}, {0, 2}}, mode), xt::pad(a, {{1, 0}, {0, 2}}, mode));
        check(xt::pad(x, std::vector<int>{0, 1}, mode), xt::pad(a, std::vector<int>{0, 1}, mode));
    }
    check(xt::pad(x, 1, xt::pad_mode::constant, 9.), xt::pad(a, 1, xt::pad_mode::constant, 9.));
    constexpr auto columns = xt::layout_type::column_major;
    check(xt::reshape_view<columns>(x, {3, 2}), xt::reshape_view<columns>(a, {3, 2}));
}

BOOST_AUTO_TEST_CASE(padding_goes_round_more_than_once)
{
    auto const x = constant({1., 2., 3.});
    BOOST_TEST(same(
        pad(x, {{4, 5}}, pad_mode::wrap),
        constant({3., 1., 2., 3., 1., 2., 3., 1., 2., 3., 1., 2.})));
    BOOST_TEST(same(
        pad(x, {{4, 5}}, pad_mode::symmetric),
        constant({3., 3., 2., 1., 1., 2., 3., 3., 2., 1., 1., 2.})));
    BOOST_TEST(same(pad(constant({5.}), 2, pad_mode::symmetric), constant({5., 5., 5., 5., 5.})));
    auto tape = create_tape();
    auto const y = pad(x, {{4, 5}}, pad_mode::wrap);
    BOOST_TEST(same(grad(tape, sum(y), x), constant({4., 4., 4.})));
}

BOOST_AUTO_TEST_CASE(scans_of_xtensor_skip_nans_and_have_gradients)
{
    auto const nan = std::numeric_limits<double>::quiet_NaN();
    auto const x = constant({{1., nan, 3.}, {4., 5., nan}});
    auto tape = create_tape({.persistent = true});
    auto const sums = xt::nancumsum(x, 0);
    auto const products = xt::nancumprod(x);
    BOOST_TEST(same(sums, constant({{1., 0., 3.}, {5., 5., 3.}})));
    BOOST_TEST(same(xt::nancumsum(x), constant({1., 1., 4., 8., 13., 13.})));
    BOOST_TEST(same(products, constant({1., 1., 3., 12., 60., 60.})));
    BOOST_TEST(same(xt::nancumprod(x, 1), constant({{1., 1., 3.}, {4., 20., 20.}})));
    BOOST_TEST(same(grad(tape, sum(sums), x), constant({{2., 0., 2.}, {1., 1., 0.}})));
    BOOST_TEST(same(grad(tape, sum(products), x), constant({{137., 0., 45.}, {33., 24., 0.}})));
}

BOOST_AUTO_TEST_CASE(variances_of_xtensor_take_degrees_of_freedom)
{
    tensor x = constant({{1., 2., 3.}, {4., 5., 7.}});
    BOOST_TEST(same(xt::variance(x, 1), variance(x, {}, {.ddof = 1})));
    BOOST_TEST(same(xt::variance(x, {1}, 1), variance(x, 1, {.ddof = 1})));
    BOOST_TEST(same(
        xt::variance(x, {1}, 1u, xt::keep_dims), variance(x, 1, {.keep_dims = true, .ddof = 1})));
    std::vector<std::size_t> const rows{1};
    BOOST_TEST(same(xt::variance(x, rows), variance(x, 1)));
    BOOST_TEST(same(xt::variance(x, rows, 1), variance(x, 1, {.ddof = 1})));
    BOOST_TEST(same(xt::stddev(x, rows), stddev(x, 1)));
    BOOST_TEST(same(xt::stddev(x, {1}, xt::keep_dims), stddev(x, 1, {.keep_dims = true})));
}

BOOST_AUTO_TEST_CASE(questions_of_xtensor_to_all_elements_of_ours_have_answers)
{
    tensor x = constant({{1., 0., 3.}, {4., 5., 7.}});
    BOOST_TEST(!xt::all(x));
    BOOST_TEST(xt::any(x > 6));
    BOOST_TEST(xt::allclose(x, x + 1e-12));
    BOOST_TEST(same(xt::count_nonzero(x), count_nonzero(x)));
    BOOST_TEST(same(xt::count_nonzero(x, {0}), count_nonzero(x, 0)));
    BOOST_TEST(same(xt::count_nonzero(x, 1), count_nonzero(x, 1)));
    BOOST_TEST(same(xt::median(x), median(x)));
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
    check(xt::nanvar(x), nanvar(x));
    check(xt::nanvar(x, {0}), nanvar(x, 0));
    check(xt::nanstd(x, std::vector<std::size_t>{1}), nanstd(x, 1));
    check(xt::nanstd(x, {1}, xt::keep_dims), nanstd(x, 1, {.keep_dims = true}));
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

BOOST_AUTO_TEST_CASE(lists_of_indices_are_those_of_the_values)
{
    tensor const x = constant({{1., 0., 3.}, {4., 5., 0.}});
    xt::xarray<double> const values = x;
    BOOST_TEST((xt::nonzero(x) == xt::nonzero(values)));
    BOOST_TEST((xt::where(x > 2.) == xt::nonzero(xt::xarray<bool>(values > 2.))));
    BOOST_TEST((xt::argwhere(x * 2.) == xt::argwhere(values)));
    BOOST_TEST((xt::nonzero(values) == xt::where(values)));
    auto fast =
        replay([](auto const& a) { return sum(a) * double(xt::nonzero(a > 0.)[0].size()); });
    BOOST_TEST(fast(x).item() == 13. * 4);
    BOOST_TEST(fast(-x).item() == 0.);
}

BOOST_AUTO_TEST_CASE(nan_to_num_has_zero_gradients_where_it_replaces)
{
    auto const infinite = std::numeric_limits<double>::infinity();
    tensor const x =
        constant({1., std::numeric_limits<double>::quiet_NaN(), infinite, -infinite, -2.});
    auto tape = create_tape();
    tensor const y = nan_to_num(x * 1.) * 3.;
    tensor const z = xt::nan_to_num(x);
    auto const largest = std::numeric_limits<double>::max();
    BOOST_TEST(same(z, constant({1., 0., largest, -largest, -2.})));
    BOOST_TEST(same(grad(tape, y, x), constant({3., 0., 0., 0., 3.})));
}
