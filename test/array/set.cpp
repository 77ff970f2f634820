#include <support/array_oracle.hpp>
#include <support/slices.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(set_and_its_gradients_match_the_oracle)
{
    array_oracle::check("shape", "set", [](auto const& x, auto const& r) {
        auto const y =
            array_oracle::with_slices(r.attributes.raw().at("slices"), [&](auto const&... s) {
                return set(x[0], s..., x[1]);
            });
        return std::vector{y};
    });
}

BOOST_AUTO_TEST_CASE(set_takes_numbers_and_expressions_and_leaves_its_operand)
{
    auto const x = constant({{1., 2.}, {3., 4.}});
    auto tape = create_tape();
    tensor const y = set(x, all(), 1, 2 * view(x, 0));
    BOOST_TEST(y(1, 1) == 4.);
    BOOST_TEST(y(0, 1) == 2.);
    BOOST_TEST(set(x, 0, 7)(0, 1) == 7.);
    BOOST_TEST(set(x, 5)(1, 1) == 5.);
    BOOST_TEST(x(0, 1) == 2.);
    auto const g = grad(tape, y, x, constant({{1., 10.}, {100., 1000.}}));
    BOOST_TEST(g(0, 0) == 1. + 20);
    BOOST_TEST(g(0, 1) == 2000.);
    BOOST_TEST(g(1, 0) == 100.);
    BOOST_TEST(g(1, 1) == 0.);
}

BOOST_AUTO_TEST_CASE(set_refuses_values_that_do_not_broadcast_to_the_part)
{
    BOOST_CHECK_EXCEPTION(
        set(ones({2, 3}), 0, ones({2})),
        shape_error,
        array_oracle::starts_with("set: shape {2} does not broadcast to {3}"));
    BOOST_CHECK_THROW(set(ones({2}), 2, 1.), value_error);
}
