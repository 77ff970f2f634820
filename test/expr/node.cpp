#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {
auto shifted(tensor<double> x)
{
    auto const y = constant({10., 20.});
    return exp(x) * y + 1;
}

struct softexp_rule
{
    static constexpr std::string_view name = "softexp";

    template <class V>
    static V value(V const& x)
    {
        return (exp(x) - 1) * V(0.5) + x;
    }

    template <class V>
    static auto partials_at(V const& x)
    {
        return exp(x) * 0.5 + 1;
    }
};

template <operand X>
auto softexp(X const& x)
{
    return call<softexp_rule>(x);
}
} // namespace

BOOST_AUTO_TEST_CASE(the_three_spellings_of_a_function_build_one_type)
{
    tensor<double> const x = constant({1., 2.});
    using node = decltype(exp(x));
    BOOST_TEST((std::is_same_v<node, decltype(xt::exp(x))>));
    BOOST_TEST((std::is_same_v<node, decltype(xgrad::exp(x))>));
    BOOST_TEST((std::is_same_v<decltype(x * 2 + x), decltype(xt::operator+(x * 2, x))>));
    BOOST_TEST((std::is_same_v<decltype(maximum(x, 0.)), decltype(xt::maximum(x, 0.))>));
    BOOST_TEST((std::is_same_v<decltype(where(x > 0, x, 0.)), decltype(xt::where(x > 0, x, 0.))>));
    BOOST_TEST((std::is_same_v<decltype(pow(x, 2)), decltype(xt::pow(x, 2))>));
    BOOST_TEST((std::is_same_v<decltype(square(x)), decltype(xt::square(x))>));
}

BOOST_AUTO_TEST_CASE(an_expression_owns_what_it_needs_and_survives_being_returned)
{
    auto const e = shifted(constant({0., 0.}));
    tensor const y = e;
    BOOST_TEST(y(0) == 11.);
    BOOST_TEST(y(1) == 21.);
}

BOOST_AUTO_TEST_CASE(copies_of_an_expression_own_their_tensors_and_a_moved_one_gives_them_up)
{
    tensor const x = constant({1., 2.});
    tensor const y = constant({3., 4.});
    auto const owners = [&] {
        return std::pair(x.body().references.owners(), y.body().references.owners());
    };
    {
        auto e = x * y + exp(x);
        BOOST_TEST((owners() == std::pair(3u, 2u)));
        auto const copy = e;
        BOOST_TEST((owners() == std::pair(5u, 3u)));
        auto moved = std::move(e);
        BOOST_TEST((owners() == std::pair(5u, 3u)));
        e = copy;
        BOOST_TEST((owners() == std::pair(7u, 4u)));
        moved = copy;
        BOOST_TEST((owners() == std::pair(7u, 4u)));
        tensor const inside = sqrt(copy) * copy; // within another expression too
        BOOST_TEST(inside(1) == std::sqrt(copy(1)) * copy(1));
        BOOST_TEST(moved(0) == (3. + exp(x))(0));
    }
    BOOST_TEST((owners() == std::pair(1u, 1u)));
}

BOOST_AUTO_TEST_CASE(the_numbers_of_an_expression_are_kept_exactly)
{
    constexpr std::int64_t large = (std::int64_t(1) << 62) + 1; // no double
    tensor<std::int64_t> const n = constant<std::int64_t>({0, 1});
    BOOST_TEST((n + large)(1) == large + 1);
    BOOST_TEST(((n * 2 - large) * std::int32_t(1))(1) == 2 - large);
    // The integers are a statement of their own, inside one over doubles.
    tensor const x = constant({0.5, 1.});
    BOOST_TEST((x * (n - large + (large - 7)))(0) == -3.5);
    tensor<float> const f = constant({1.f, 2.f});
    BOOST_TEST((f * 0.1f + 1)(1) == 2.f * 0.1f + 1);
    BOOST_TEST(((f + 0.1f) * 0.1)(0) == double(1.f + 0.1f) * 0.1);
    BOOST_TEST((where(n > large || x > 0.75, x, 3))(0) == 3.);
}

BOOST_AUTO_TEST_CASE(an_expression_is_evaluated_for_each_use_with_the_values_it_was_built_with)
{
    tensor x = constant(2.);
    auto const e = x * x;
    x = 5.;
    BOOST_TEST(e.item() == 4.);
    BOOST_TEST(e.dimension() == 0u);
}

BOOST_AUTO_TEST_CASE(elements_and_shape_of_an_unassigned_expression_can_be_read)
{
    tensor const x = constant({{1., 2.}, {3., 4.}});
    BOOST_TEST((x + 1)(1, 0) == 4.);
    BOOST_TEST((x + 1).size() == 4u);
    BOOST_TEST((sum(x) * 2).item() == 20.);
}

BOOST_AUTO_TEST_CASE(xtensor_containers_enter_an_expression_as_constants)
{
    xt::xarray<double> const a{1., 2., 3.};
    tensor const x = constant({10., 20., 30.});
    tensor const y = x + a;
    tensor const z = xt::exp(a * 0.) + x; // xtensor's own expression, evaluated once
    BOOST_TEST(y(2) == 33.);
    BOOST_TEST(z(0) == 11.);
    BOOST_TEST((a * x)(1) == 40.);
}

BOOST_AUTO_TEST_CASE(an_expression_assigned_to_an_xarray_is_computed_by_our_engine)
{
    tensor const x = constant({{1., 2.}, {3., 4.}});
    xt::xarray<double> a = x * 2;
    BOOST_TEST(a(1, 1) == 8.);
    a = x + 1;
    BOOST_TEST(a(0, 0) == 2.);
    xt::xtensor<double, 2> const b = transpose(x);
    BOOST_TEST(b(0, 1) == 3.);
}

BOOST_AUTO_TEST_CASE(types_promote_as_in_cpp)
{
    auto const f = constant({1.f, 2.f});
    auto const d = constant({1., 2.});
    auto const i = constant({1, 2});
    auto const b = i > 1;
    BOOST_TEST((std::is_same_v<value_type_of<decltype(f * 2)>, float>));
    BOOST_TEST((std::is_same_v<value_type_of<decltype(f * 2.)>, double>));
    BOOST_TEST((std::is_same_v<value_type_of<decltype(f + d)>, double>));
    BOOST_TEST((std::is_same_v<value_type_of<decltype(i + f)>, float>));
    BOOST_TEST((std::is_same_v<value_type_of<decltype(b + b)>, std::int32_t>));
    BOOST_TEST((std::is_same_v<value_type_of<decltype(exp(i))>, double>));
    BOOST_TEST((std::is_same_v<value_type_of<decltype(b)>, bool>));
}

BOOST_AUTO_TEST_CASE(integers_inside_a_floating_statement_keep_integer_arithmetic)
{
    auto const i = constant({7, -7});
    tensor const x = i / 2 + constant({0.25, 0.25});
    BOOST_TEST(x(0) == 3.25);
    BOOST_TEST(x(1) == -2.75);
    auto const large = constant({std::int64_t{9007199254740993}});
    tensor const y = where(large == std::int64_t{9007199254740993}, 1., 0.);
    BOOST_TEST(y(0) == 1.);
}

BOOST_AUTO_TEST_CASE(integer_division_by_zero_gives_zero_and_never_traps)
{
    auto const i = constant({1, 2, 3});
    tensor const q = i / constant({0, 1, 0});
    BOOST_TEST(q(0) == 0);
    BOOST_TEST(q(1) == 2);
}

BOOST_AUTO_TEST_CASE(a_float_inside_a_double_statement_is_rounded_to_a_float)
{
    auto const f = constant({1.f / 3.f});
    auto const d = constant({0.});
    tensor const y = f * f + d;
    BOOST_TEST(y(0) == static_cast<double>((1.f / 3.f) * (1.f / 3.f)));
}

BOOST_AUTO_TEST_CASE(a_user_rule_fuses_and_differentiates_like_the_built_in_ones)
{
    auto tape = create_tape();
    tensor const x = constant({0., 1., 2.});
    tensor const y = sum(softexp(x) * x + softexp(x * x));
    BOOST_TEST(tape.size() == 1u);
    auto const g = grad(tape, y, x);
    for (auto const i : {0, 1, 2}) {
        double const v = x(i);
        auto const f = [](double t) { return (std::exp(t) - 1) / 2 + t; };
        auto const df = [](double t) { return std::exp(t) / 2 + 1; };
        BOOST_TEST(
            g(i) == df(v) * v + f(v) + df(v * v) * 2 * v, boost::test_tools::tolerance(1e-14));
    }
}
