#include "../support/oracle.hpp"

#include <xgrad/mode/grad.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tensor/construct.hpp>

#include <boost/test/unit_test.hpp>

#include <concepts>
#include <limits>

namespace {

using xgrad::cast;
using xgrad::tensor;

oracle::record const& find(std::string const& name)
{
    for (auto const& r : oracle::load("elementwise")) {
        if (r.name == name) {
            return r;
        }
    }
    throw std::runtime_error("no record " + name);
}

template <class T>
tensor<T> input_of(oracle::record const& r)
{
    auto const& input = r.inputs.at(0);
    return xgrad::constant(std::vector<T>(input.data.begin(), input.data.end()), input.shape);
}

void expect(std::optional<std::string> const& difference)
{
    BOOST_TEST(!difference, difference.value_or(""));
}

template <class From, class F>
void check_gradient(std::string const& name, F f)
{
    auto const& r = find(name);
    auto tape = xgrad::create_tape();
    auto const x = input_of<From>(r);
    tensor const y = f(x);
    expect(oracle::compare_output(oracle::read(y), r));
    using To = typename std::remove_cvref_t<decltype(y)>::value_type;
    auto const& seed = r.output_gradients.at(0).value();
    tensor<To> const out_grad =
        xgrad::constant(std::vector<To>(seed.data.begin(), seed.data.end()), seed.shape);
    expect(oracle::compare_gradient(oracle::read(grad(tape, y, x, out_grad)), r));
}

} // namespace

BOOST_AUTO_TEST_CASE(gradients_pass_between_floating_point_types)
{
    check_gradient<double>("cast_float32", [](auto const& x) { return cast<float>(x); });
    check_gradient<double>(
        "cast_float32_round_trip", [](auto const& x) { return cast<double>(cast<float>(x)); });
    check_gradient<float>("cast_float32_to_float64", [](auto const& x) { return cast<double>(x); });
}

BOOST_AUTO_TEST_CASE(integers_and_truth_values_agree_with_the_reference)
{
    auto const& to_int = find("cast_int64");
    expect(
        oracle::compare_output(oracle::read(cast<std::int64_t>(input_of<double>(to_int))), to_int));
    auto const& to_bool = find("cast_bool");
    tensor<bool> const truth = cast<bool>(input_of<double>(to_bool));
    expect(oracle::compare_output(oracle::read(truth), to_bool));
    auto const& from_int = find("cast_int64_to_float64");
    tensor<double> const numbers = cast<double>(input_of<std::int64_t>(from_int));
    expect(oracle::compare_output(oracle::read(numbers), from_int));
}

BOOST_AUTO_TEST_CASE(an_integer_cast_inside_a_statement_divides_as_integers_do)
{
    tensor<double> const x = xgrad::constant({5.75, -5.75});
    tensor<double> const y = cast<std::int32_t>(x) / 2 + 0.5;
    BOOST_TEST(y(0) == 2.5);
    BOOST_TEST(y(1) == -1.5);
}

BOOST_AUTO_TEST_CASE(numbers_beyond_an_integer_become_its_nearest)
{
    constexpr auto inf = std::numeric_limits<double>::infinity();
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    auto const y = cast<std::int32_t>(xgrad::constant({1e10, -inf, nan, -0.9}));
    BOOST_TEST(y(0) == std::numeric_limits<std::int32_t>::max());
    BOOST_TEST(y(1) == std::numeric_limits<std::int32_t>::min());
    BOOST_TEST(y(2) == 0);
    BOOST_TEST(y(3) == 0);
}

BOOST_AUTO_TEST_CASE(a_float_inside_a_double_statement_is_rounded)
{
    tensor<double> const x = xgrad::constant({0.1});
    tensor<double> const y = cast<float>(x) * 1.0;
    BOOST_TEST(y(0) == static_cast<double>(0.1f));
}

BOOST_AUTO_TEST_CASE(results_have_the_element_types_of_the_table)
{
    tensor<std::int32_t> const i = xgrad::constant({-3, 0, 4});
    tensor<float> const f = xgrad::constant({-3.f, 0.f, 4.f});
    auto const is = []<class T, class E>(T, E const&) {
        return std::same_as<typename E::value_type, T>;
    };
    // Arithmetic on integers stays there.
    BOOST_TEST(is(std::int32_t{}, abs(i)));
    BOOST_TEST(is(std::int32_t{}, square(i)));
    BOOST_TEST(is(std::int32_t{}, cube(i)));
    BOOST_TEST(is(std::int32_t{}, sign(i)));
    BOOST_TEST(is(std::int32_t{}, maximum(i, 2)));
    BOOST_TEST(is(std::int32_t{}, clip(i, -1, 1)));
    BOOST_TEST(is(std::int32_t{}, relu6(i)));
    // The functions of <cmath> compute in double.
    BOOST_TEST(is(double{}, exp(i)));
    BOOST_TEST(is(double{}, fabs(i)));
    BOOST_TEST(is(double{}, fma(i, i, i)));
    BOOST_TEST(is(double{}, fmod(i, 2)));
    BOOST_TEST(is(double{}, floor(i)));
    BOOST_TEST(is(double{}, reciprocal(i)));
    // Floats stay floats, also beside a parameter written as a double.
    BOOST_TEST(is(float{}, gelu(f)));
    BOOST_TEST(is(float{}, elu(f)));
    BOOST_TEST(is(float{}, leaky_relu(f, 0.01)));
    BOOST_TEST(is(float{}, rint(f)));
    // Predicates are truth values.
    BOOST_TEST(is(bool{}, isnan(f)));
    BOOST_TEST(is(bool{}, isinf(i)));
    BOOST_TEST(is(bool{}, isclose(f, 0)));
}

BOOST_AUTO_TEST_CASE(integers_are_computed_exactly)
{
    tensor<std::int64_t> const x = xgrad::constant(std::vector<std::int64_t>{-3, 0, 2'000'000});
    tensor<std::int64_t> const cubes = cube(x);
    BOOST_TEST(cubes(0) == -27);
    BOOST_TEST(cubes(2) == 8'000'000'000'000'000'000);
    tensor<std::int64_t> const signs = sign(x);
    BOOST_TEST(signs(0) == -1);
    BOOST_TEST(signs(1) == 0);
    tensor<bool> const finite = isfinite(x);
    BOOST_TEST(finite(0));
    tensor<bool> const missing = isnan(x);
    BOOST_TEST(!missing(1));
    tensor<double> const roots = sqrt(x * x);
    BOOST_TEST(roots(0) == 3);
    BOOST_TEST(roots(2) == 2e6);
}

BOOST_AUTO_TEST_CASE(the_modulus_of_integers_is_that_of_the_language)
{
    constexpr auto least = std::numeric_limits<std::int32_t>::min();
    tensor const x = xgrad::constant({-5, -4, -3, 0, 3, 4, 5, 7, least, 7, 7});
    tensor const y = xgrad::constant({3, 3, 3, 3, 3, 3, 3, -4, 10, 0, 1});
    tensor<std::int32_t> const modulus = x % y;
    for (std::size_t i = 0; i < x.size(); ++i) {
        BOOST_TEST(modulus(i) == (y(i) == 0 ? 0 : x(i) % y(i)));
    }
    tensor<std::int64_t> longer = xgrad::arange<std::int64_t>(20) * 1'000'000'007;
    tensor<std::int64_t> const last_digits = longer % 1000;
    BOOST_TEST(last_digits(19) == 133);
    longer %= 10;
    BOOST_TEST(longer(19) == 3);
    tensor<double> const halves = (x % 4) * 0.5; // an integer before it meets a double
    BOOST_TEST(halves(7) == 1.5);
    tensor<double> const signs = where(x % 2 == 0, 1., -1.);
    BOOST_TEST(signs(0) == -1);
    BOOST_TEST(signs(5) == 1);
}

BOOST_AUTO_TEST_CASE(a_slope_may_be_learned)
{
    tensor<double> const x = xgrad::constant({-2.0, 3.0});
    tensor<double> const slope = xgrad::constant(0.25);
    auto tape = xgrad::create_tape();
    tensor<double> const y = leaky_relu(x, slope);
    auto const [by_x, by_slope] = grad(tape, y, wrt(x, slope));
    BOOST_TEST(by_x(0) == 0.25);
    BOOST_TEST(by_x(1) == 1);
    BOOST_TEST(by_slope.item() == -2);
}
