#include <support/array_oracle.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;
using array_oracle::check;
using array_oracle::starts_with;

namespace {
axes_argument axes_of(oracle::attribute_list const& a)
{
    return a.is_null("axis") ? axes_argument() : axes_argument(a.integers("axis"));
}

/// f(inputs, axes, options, attributes) against every record of the name.
template <class F>
void check_reduction(std::string const& file, std::string const& name, F const& f)
{
    check(file, name, [&](auto const& x, oracle::record const& r) {
        using T = typename std::remove_cvref_t<decltype(x[0])>::value_type;
        auto const& a = r.attributes;
        return std::vector{
            tensor<T>(f(x, axes_of(a), reduction_options{a.boolean("keep_dims")}, a))};
    });
}

auto const not_a_number = std::numeric_limits<double>::quiet_NaN();
} // namespace

BOOST_AUTO_TEST_CASE(a_sum_of_roots_has_no_slope_at_its_cusp)
{
    tensor const x = constant({0., 4.});
    auto const f = [](auto const& a) { return norm_lp(a, 0.5); };
    BOOST_TEST(f(x).item() == 4.);
    BOOST_TEST(gradient(f, x)(0) == 0.);
    BOOST_TEST(gradient(f, x)(1) == 1.);
}

BOOST_AUTO_TEST_CASE(norms_and_their_gradients_match_the_oracle)
{
    for (std::string const file : {"reductions", "edge"}) {
        check_reduction(
            file, "norm_l1", [](auto const& x, auto const& axes, auto const& o, auto const&) {
                return norm_l1(x[0], axes, o);
            });
        check_reduction(
            file, "norm_l2", [](auto const& x, auto const& axes, auto const& o, auto const&) {
                return norm_l2(x[0], axes, o);
            });
        check_reduction(
            file, "norm_linf", [](auto const& x, auto const& axes, auto const& o, auto const&) {
                return norm_linf(x[0], axes, o);
            });
        check_reduction(
            file, "norm_lp", [](auto const& x, auto const& axes, auto const& o, auto const& a) {
                return norm_lp(x[0], a.number("p"), axes, o);
            });
    }
    check_reduction(
        "reductions", "norm_sq", [](auto const& x, auto const& axes, auto const& o, auto const&) {
            return norm_sq(x[0], axes, o);
        });
}

BOOST_AUTO_TEST_CASE(averages_and_sums_without_nans_match_the_oracle)
{
    check_reduction(
        "reductions", "average", [](auto const& x, auto const& axes, auto const& o, auto const&) {
            return average(x[0], x[1], axes, o);
        });
    for (std::string const file : {"reductions", "edge"}) {
        check_reduction(
            file, "nansum", [](auto const& x, auto const& axes, auto const& o, auto const&) {
                return nansum(x[0], axes, o);
            });
        check_reduction(
            file, "nanmean", [](auto const& x, auto const& axes, auto const& o, auto const&) {
                return nanmean(x[0], axes, o);
            });
    }
}

BOOST_AUTO_TEST_CASE(truth_values_are_counted_as_in_the_oracle)
{
    check_reduction(
        "reductions", "all", [](auto const& x, auto const& axes, auto const& o, auto const&) {
            return all(x[0], axes, o);
        });
    check_reduction(
        "reductions", "any", [](auto const& x, auto const& axes, auto const& o, auto const&) {
            return any(x[0], axes, o);
        });
    check_reduction(
        "reductions",
        "count_nonzero",
        [](auto const& x, auto const& axes, auto const& o, auto const&) {
            return count_nonzero(x[0], axes, o);
        });
    BOOST_TEST(all(zeros({0})).item());
    BOOST_TEST(!any(zeros({0})).item());
    BOOST_TEST(any(constant({not_a_number})).item());
    BOOST_TEST(all(constant({1., 2.}) > 0).item());
    BOOST_TEST(count_nonzero(constant({0, 3, 2})).item() == 2);
    tensor x = constant({{1., 0.}, {1., 1.}});
    BOOST_TEST(all(x, 1)(1));
    BOOST_TEST(!all(x, 1)(0));
}

BOOST_AUTO_TEST_CASE(norms_of_very_large_and_very_small_elements_do_not_overflow)
{
    auto const gradient = [](double scale) {
        auto const x = constant({3 * scale, -4 * scale});
        auto tape = create_tape();
        auto const y = norm_l2(x);
        BOOST_TEST(y.item() / scale == 5., boost::test_tools::tolerance(1e-14));
        return grad(tape, y, x)(1);
    };
    for (double const scale : {1e200, 1e-200, 1e-310, 1.}) {
        BOOST_TEST(gradient(scale) == -0.8, boost::test_tools::tolerance(1e-12));
    }
    BOOST_TEST(
        norm_lp(constant({1e200, 1e200}), 3).item() / 1e200 == std::cbrt(2.),
        boost::test_tools::tolerance(1e-14));
    BOOST_TEST(norm_l2(constant({HUGE_VAL, 1.})).item() == HUGE_VAL);
    BOOST_TEST(std::isnan(norm_l2(constant({not_a_number, 0.})).item()));
    auto const rows = norm_l2(constant({{3e200, 4e200}, {0., 0.}, {3., 4.}}), 1);
    BOOST_TEST(rows(1) == 0.);
    BOOST_TEST(rows(2) == 5.);
}

BOOST_AUTO_TEST_CASE(norms_take_expressions_integers_and_nothing)
{
    auto const x = constant({3., -4.});
    BOOST_TEST(norm_l2(2 * x).item() == 10.);
    BOOST_TEST(norm_l1(constant({-1, 2})).item() == 3);
    BOOST_TEST(norm_l2(constant({3, 4})).item() == 5.);
    BOOST_TEST(norm_lp(x, HUGE_VAL).item() == 4.);
    BOOST_TEST(norm_l2(zeros({0})).item() == 0.);
    BOOST_CHECK_THROW(norm_linf(zeros({0})), value_error);
    BOOST_CHECK_THROW(norm_lp(x, 0), value_error);
    BOOST_CHECK_THROW(average(x, ones({3})), shape_error);
    BOOST_CHECK_THROW(norm_l2(x, 1), shape_error);
    auto tape = create_tape();
    tensor const y = norm_l1(2 * x - 1);
    BOOST_TEST(tape.size() == 1u);
}

BOOST_AUTO_TEST_CASE(nothing_reaches_what_lies_below_an_element_that_is_skipped)
{
    tensor const c = constant({2., double(NAN), 3.});
    tensor const x = constant({1., 1., 1.});
    BOOST_TEST(gradient([&](auto const& v) { return nansum(c * v); }, x)(1) == 0.);
    BOOST_TEST(gradient([&](auto const& v) { return nanmean(c * v); }, x)(0) == 1.);
}
