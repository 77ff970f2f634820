#include <support/array_oracle.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;
using array_oracle::check;
using array_oracle::check_adjoint;
using array_oracle::starts_with;

namespace {
template <class F>
auto one(F const& f)
{
    return [f](auto const& x, oracle::record const& r) {
        return std::vector<std::remove_cvref_t<decltype(x[0])>>{f(x, r.attributes)};
    };
}
} // namespace

BOOST_AUTO_TEST_CASE(concatenate_stack_and_split_match_the_oracle)
{
    check("shape", "concatenate", one([](auto const& x, auto const& a) {
              return concatenate(x, a.integer("axis"));
          }));
    check("shape", "stack", one([](auto const& x, auto const& a) {
              return stack(x, a.integer("axis"));
          }));
    check("shape", "split", [](auto const& x, auto const& r) {
        return split(x[0], r.attributes.integer("sections"), r.attributes.integer("axis"));
    });
}

BOOST_AUTO_TEST_CASE(concatenate_takes_tuples_of_expressions_and_refuses_other_shapes)
{
    auto const x = constant({1.f, 2.f});
    auto const y = concatenate(std::tuple(x * 2.f, constant({3})));
    BOOST_TEST((std::is_same_v<decltype(y), tensor<float> const>));
    BOOST_TEST(y(1) == 4.f);
    BOOST_TEST(y(2) == 3.f);
    BOOST_TEST(concatenate({x, x})(3) == 2.f);
    BOOST_TEST(stack({x, x}, 1).shape() == (shape_type{2, 2}));
    BOOST_TEST(stack({constant(1.), constant(2.)})(1) == 2.);
    BOOST_TEST(concatenate({zeros({0, 2}), ones({1, 2})}).shape() == (shape_type{1, 2}));
    BOOST_CHECK_EXCEPTION(
        concatenate({ones({2, 3}), ones({2, 4})}),
        shape_error,
        starts_with("concatenate: shapes {2, 3} and {2, 4} differ in more than axis 0"));
    BOOST_CHECK_THROW(concatenate({constant(1.)}), shape_error);
    BOOST_CHECK_THROW(stack({ones({2}), ones({3})}), shape_error);
    BOOST_CHECK_THROW(concatenate(std::vector<tensor<double>>()), value_error);
    BOOST_CHECK_THROW(split(ones({4}), 3), shape_error);
    BOOST_CHECK_THROW(split(ones({4}), {3, 1}), value_error);
    BOOST_TEST(split(ones({4}), {1, 1})[2].size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_same_array_twice_gets_both_gradients)
{
    auto tape = create_tape();
    auto const x = constant({1., 2.});
    auto const y = concatenate({x, x});
    BOOST_TEST(tape.size() == 1u);
    BOOST_TEST(grad(tape, y, x, constant({1., 10., 100., 1000.}))(1) == 1010.);
}

BOOST_AUTO_TEST_CASE(roll_and_its_gradient_match_the_oracle)
{
    check("shape", "roll", one([](auto const& x, auto const& a) {
              return a.is_null("axis") ? roll(x[0], a.integer("shift"))
                                       : roll(x[0], a.integer("shift"), a.integer("axis"));
          }));
    BOOST_TEST(roll(zeros({0}), 2, 0).size() == 0u);
    BOOST_CHECK_THROW(roll(ones({2}), 1, 1), shape_error);
}

BOOST_AUTO_TEST_CASE(tile_and_repeat_match_the_oracle)
{
    check("shape", "tile", one([](auto const& x, auto const& a) {
              return tile(x[0], a.integers("reps"));
          }));
    check("shape", "repeat", one([](auto const& x, auto const& a) {
              return a.is_list("repeats") ? repeat(x[0], a.integers("repeats"), a.integer("axis"))
                                          : repeat(x[0], a.integer("repeats"), a.integer("axis"));
          }));
    BOOST_CHECK_THROW(repeat(ones({2}), -1), value_error);
    BOOST_CHECK_THROW(repeat(ones({2}), {1, 2, 3}), shape_error);
    BOOST_CHECK_EXCEPTION(
        repeat(ones({2}), {1, -2}),
        value_error,
        starts_with("repeat: -2 copies of element 1; their number is at least 0"));
    BOOST_TEST((tile(ones({2, 3}), 2).shape() == shape_type{2, 6}));
    BOOST_TEST(tile(ones({2}), {0}).size() == 0u);
    check_adjoint([](auto const& v) { return tile(v, {2, 3}); }, linspace(-1, 1, 5));
    check_adjoint([](auto const& v) { return repeat(v, {2, 0, 3}); }, constant({1., 2., -5.}));
}

BOOST_AUTO_TEST_CASE(pad_and_its_gradient_match_the_oracle)
{
    check("shape", "pad", one([](auto const& x, auto const& a) {
              using T = typename std::remove_cvref_t<decltype(x[0])>::value_type;
              auto const mode = a.text("mode") == "constant" ? pad_mode::constant
                  : a.text("mode") == "edge"                 ? pad_mode::edge
                                                             : pad_mode::reflect;
              auto const widths =
                  a.raw().at("pad_width").template get<std::vector<std::vector<std::size_t>>>();
              return pad(x[0], widths, mode, static_cast<T>(a.number("constant_value")));
          }));
    BOOST_TEST(pad(constant({1., 2., 3.}), 4, pad_mode::reflect)(0) == 1.);
    BOOST_TEST(pad(constant(5.), std::vector<std::vector<std::size_t>>()).item() == 5.);
    BOOST_CHECK_THROW(pad(zeros({0}), 1, pad_mode::edge), value_error);
    BOOST_TEST(pad(zeros({0}), 1).size() == 2u);
    BOOST_CHECK_EXCEPTION(
        pad(ones({2, 2}), {{1, 1}}),
        shape_error,
        starts_with(
            "pad: shape {2, 2} takes 2 pairs of widths {before, after}, one for each axis"));
    check_adjoint([](auto const& v) { return pad(v, 5, pad_mode::reflect); }, linspace(-1, 1, 4));
}

BOOST_AUTO_TEST_CASE(expressions_stand_in_braces_beside_tensors)
{
    auto tape = create_tape();
    tensor const x = constant({1., 2.});
    auto const y = concatenate({x, 2 * x, exp(x)});
    BOOST_TEST(y(3) == 4.);
    auto const z = stack({x * x, x}, 1);
    BOOST_TEST(z(1, 0) == 4.);
    BOOST_TEST(grad(tape, sum(y) + sum(z), x)(0) == 3 + std::exp(1.) + 3);
    tensor const single = constant({1.f, 2.f});
    static_assert(std::same_as<decltype(stack({single, -single})), tensor<float>>);
    BOOST_TEST(concatenate({single, -single})(2) == -1.f);
}

BOOST_AUTO_TEST_CASE(widths_and_copies_that_no_array_can_have_are_refused)
{
    constexpr auto huge = std::numeric_limits<std::size_t>::max();
    auto const v = arange(5.);
    BOOST_CHECK_THROW(pad(v, huge), value_error);
    BOOST_CHECK_THROW(pad(v, huge, pad_mode::edge), value_error);
    std::vector<std::vector<std::size_t>> const widths{{huge, 0}};
    BOOST_CHECK_THROW(pad(v, widths, pad_mode::wrap), value_error);
    BOOST_CHECK_THROW(pad(v, std::size_t{1} << 60), shape_error);
    BOOST_CHECK_THROW(repeat(v, {std::int64_t{1} << 61, 0, 0, 0, 0}, 0), value_error);
    constexpr auto most = std::numeric_limits<std::ptrdiff_t>::max();
    BOOST_CHECK_THROW(repeat(v, {most, most, 2, 0, 0}, 0), value_error);
    BOOST_TEST(repr(repeat(v, {0, 2, 0, 1, 0}, 0)) == repr(constant({1., 1., 3.})));
}
