#include <boost/test/unit_test.hpp>

#include <support/array_oracle.hpp>
#include <support/slices.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(views_and_their_gradients_match_the_oracle)
{
    array_oracle::check("shape", "view", [](auto const& x, auto const& r) {
        auto const part = array_oracle::with_slices(
            r.attributes.raw().at("slices"), [&](auto const&... s) { return view(x[0], s...); });
        return std::vector{part};
    });
}

BOOST_AUTO_TEST_CASE(views_with_negative_steps_are_views_and_their_adjoints_agree)
{
    using namespace placeholders;
    auto const x = reshape(linspace(-1, 2, 24), {4, 6});
    auto const y = view(x, range(_, _, -2), range(4, 1, -1));
    BOOST_TEST(y.shape() == (shape_type{2, 3}));
    BOOST_TEST(y(0, 0) == x(3, 4));
    BOOST_TEST(y(1, 2) == x(1, 2));
    BOOST_TEST(view(y, range(_, _, -1))(0, 0) == x(1, 4));
    array_oracle::check_adjoint(
        [](auto const& v) { return view(v, range(_, _, -2), range(4, 1, -1)); }, x);
    BOOST_TEST(view(x, range(2, 2)).size() == 0u);
}

BOOST_AUTO_TEST_CASE(newaxis_and_ellipsis_may_leave_their_parentheses_out)
{
    auto const x = reshape(arange(24.), {2, 3, 4});
    BOOST_TEST(repr(view(x, newaxis, ellipsis, 1)) == repr(view(x, newaxis(), ellipsis(), 1)));
}

BOOST_AUTO_TEST_CASE(indices_out_of_range_and_too_many_slices_are_refused)
{
    auto const x = ones({2, 3});
    BOOST_CHECK_EXCEPTION(
        view(x, 2),
        value_error,
        array_oracle::starts_with("view: index 2 is out of range for axis 0 of shape {2, 3}"));
    BOOST_CHECK_THROW(view(x, 0, -4), value_error);
    BOOST_CHECK_THROW(view(x, all(), all(), all()), shape_error);
    BOOST_CHECK_EXCEPTION(
        view(x, range(0, 2, 0)),
        value_error,
        array_oracle::starts_with("view: the step of a range is 0"));
}

BOOST_AUTO_TEST_CASE(overlapping_views_add_up)
{
    auto tape = create_tape();
    tensor const x = constant({1., 2., 3., 4.});
    tensor const y = sum(view(x, range(0, 3)) * view(x, range(1, 4)));
    auto const g = grad(tape, y, x);
    BOOST_TEST(g(0) == 2.);
    BOOST_TEST(g(1) == 4.);
    BOOST_TEST(g(3) == 3.);
}

BOOST_AUTO_TEST_CASE(ranges_that_lead_the_other_way_are_empty)
{
    auto const v = arange(5.);
    for (auto const& r : {range(1, 3, -1), range(0, 1, -1), range(-3, -1, -1), range(-10, 2, -1)}) {
        BOOST_TEST((view(v, r).shape() == shape_type{0}));
        BOOST_TEST(repr(set(v, r, 7.)) == repr(v));
    }
}

BOOST_AUTO_TEST_CASE(indices_of_unsigned_types_and_of_lists_do_not_wrap)
{
    auto const v = arange(5.);
    constexpr auto below_zero = std::size_t{0} - 1;
    BOOST_CHECK_THROW(view(v, below_zero), value_error);
    BOOST_CHECK_THROW(take(v, below_zero), value_error);
    BOOST_CHECK_THROW(take(v, std::vector{below_zero}), value_error);
    BOOST_CHECK_THROW(view(v, keep(-6)), value_error);
    BOOST_CHECK_THROW(view(v, keep(5)), value_error);
    BOOST_TEST(view(v, keep(-5, 4))(1) == 4.);
}
