#include <support/every_operator.hpp>

using namespace xgrad;
using namespace every_operator;

// Section 3 of the table of operators: floats, strides, tangents, second derivatives, no elements
// and no axes, for each of them.

namespace {
tensor<double> const x =
    constant({{0.3, -0.7, 1.1, 0.4}, {0.9, 0.2, -0.5, 1.3}, {-1.2, 0.8, 0.6, -0.1}});
}

BOOST_AUTO_TEST_CASE(every_movement)
{
    check(
        "reshape", [](auto const& v) { return reshape(v, {-1}); }, x);
    check(
        "reshape to a shape",
        [](auto const& v) {
            return reshape(v, {2, 6});
        },
        x,
        neither);
    check(
        "ravel", [](auto const& v) { return ravel(v); }, x);
    check(
        "transpose", [](auto const& v) { return transpose(v); }, x);
    check(
        "swapaxes", [](auto const& v) { return swapaxes(v, 0, -1); }, x, no_scalar);
    check(
        "moveaxis", [](auto const& v) { return moveaxis(v, 0, -1); }, x, no_scalar);
    check(
        "expand_dims", [](auto const& v) { return expand_dims(v, -1); }, x);
    check(
        "squeeze", [](auto const& v) { return squeeze(expand_dims(v, 0)); }, x, after(1));
    check(
        "broadcast",
        [](auto const& v) {
            return broadcast(v, {2, 3, 4});
        },
        x,
        no_empty);
    check(
        "sum_to", [](auto const& v) { return sum_to(v, {}); }, x);
    check(
        "sum_to a column",
        [](auto const& v) {
            return sum_to(v, {3, 1});
        },
        x,
        neither);
    check(
        "flip", [](auto const& v) { return flip(v, -1); }, x, no_scalar);
    check(
        "rot90", [](auto const& v) { return rot90(v, 3); }, x, no_scalar);
    check(
        "roll", [](auto const& v) { return roll(v, 1, 1); }, x, no_scalar);
    check(
        "view",
        [](auto const& v) { return view(v, xt::ellipsis(), range(3, 0, -2)); },
        x,
        no_scalar);
}

BOOST_AUTO_TEST_CASE(every_view_by_a_list)
{
    check(
        "view", [](auto const& v) { return view(v, keep(1, -1, 1), drop(0)); }, x, neither);
}

BOOST_AUTO_TEST_CASE(every_assembly)
{
    check(
        "concatenate",
        [](auto const& v) {
            return concatenate({v, v}, -1);
        },
        x,
        no_scalar);
    check(
        "stack",
        [](auto const& v) {
            return stack({v, v}, 0);
        },
        x);
    check(
        "split", [](auto const& v) { return split(v, 2, 1)[1]; }, x, no_scalar);
    check(
        "tile",
        [](auto const& v) {
            return tile(v, {2, 2});
        },
        x);
    check(
        "repeat", [](auto const& v) { return repeat(v, 2, -1); }, x, no_scalar);
    check(
        "repeat by a list",
        [](auto const& v) {
            return repeat(v, {2, 0, 1}, 0);
        },
        x,
        neither);
    check(
        "pad", [](auto const& v) { return pad(v, 1); }, x);
    check(
        "pad by mirroring",
        [](auto const& v) { return pad(v, 2, pad_mode::symmetric); },
        x,
        no_empty);
    check(
        "pad by going round", [](auto const& v) { return pad(v, 5, pad_mode::wrap); }, x, no_empty);
    check(
        "pad by reflection",
        [](auto const& v) { return pad(v, 2, pad_mode::reflect); },
        x,
        no_empty);
    check(
        "pad by edges", [](auto const& v) { return pad(v, 2, pad_mode::edge); }, x, no_empty);
    check(
        "diag", [](auto const& v) { return diag(ravel(v)); }, x, after(1));
    check(
        "diagonal", [](auto const& v) { return diagonal(v, 1); }, x, no_scalar);
    check(
        "tril", [](auto const& v) { return tril(v); }, x, no_scalar);
    check(
        "triu", [](auto const& v) { return triu(v, 1); }, x, no_scalar);
    check(
        "trace", [](auto const& v) { return trace(v); }, x, no_scalar);
    check(
        "meshgrid",
        [](auto const& v) { return std::get<1>(meshgrid(ravel(v), ravel(v))); },
        x,
        after(2));
    check(
        "set", [](auto const& v) { return set(v, 0, 2 * view(v, 1)); }, x, after(2, neither));
}

BOOST_AUTO_TEST_CASE(every_other_form_of_a_movement_is_one_statement)
{
    check_form(
        "roll of all", [](auto const& v) { return roll(v, 5); }, x);
    check_form(
        "repeat of all", [](auto const& v) { return repeat(v, 2); }, x);
    check_form(
        "flip of all", [](auto const& v) { return flip(v); }, x);
    check_form(
        "split by places",
        [](auto const& v) {
            return split(v, {1, 3}, 1)[1];
        },
        x);
}

BOOST_AUTO_TEST_CASE(every_selection)
{
    check(
        "take",
        [](auto const& v) {
            return take(v, {1, 1, 0}, 0);
        },
        x,
        neither);
    check(
        "take of all",
        [](auto const& v) {
            return take(v, {7, 7, -1});
        },
        x,
        neither);
    check(
        "take_along_axis",
        [](auto const& v) { return take_along_axis(v, argsort(v, 0), 0); },
        x,
        {.scalar = answer::refuses, .replays = false});
    check(
        "gather_nd",
        [](auto const& v) {
            return gather_nd(v, constant({{1, 2}, {1, 2}}));
        },
        x,
        neither);
    check("filter", [](auto const& v) { return filter(v, v > v * 0); }, x, {.replays = false});
    check("masked", [](auto const& v) { return masked(v, v > v * 0); }, x, {.replays = false});
    check(
        "scatter_add",
        [](auto const& v) {
            return scatter_add(v, {1, 1}, view(v, range(0, 2)));
        },
        x,
        after(1, neither));
    check(
        "scatter_nd",
        [](auto const& v) {
            return scatter_nd(constant({{1}, {0}, {1}}), v, {2, 4});
        },
        x,
        neither);
    check(
        "segment_sum",
        [](auto const& v) {
            return segment_sum(v, {1, 0, 1}, 2);
        },
        x,
        neither);
}

BOOST_AUTO_TEST_CASE(one_hot_sees_strides_types_and_nothing)
{
    tensor const indices = constant({{2, 0, 1}, {1, 1, 2}});
    auto const expected = one_hot(indices, 3);
    BOOST_TEST(same_shape(expected.shape(), {2, 3, 3}));
    BOOST_TEST(difference(one_hot(transpose(transpose(indices)), 3), expected) == 0.);
    BOOST_TEST(difference(one_hot(indices * 2 - indices, 3), expected) == 0.);
    BOOST_TEST(difference(one_hot(indices - 3, 3), expected) == 0.); // counted from the end
    BOOST_TEST(difference(tensor<double>(one_hot<float>(indices, 3)), expected) == 0.);
    BOOST_TEST(difference(tensor<double>(one_hot<std::int64_t>(indices, 3)), expected) == 0.);
    BOOST_TEST(difference(one_hot(1, 3), constant({0., 1., 0.})) == 0.);
    BOOST_TEST(same_shape(one_hot(zeros<std::int64_t>({0, 2}), 3).shape(), {0, 2, 3}));
    BOOST_CHECK_THROW(one_hot(indices, 2), value_error);
    BOOST_CHECK_THROW(one_hot(indices, 0), value_error);
    // What it is multiplied with has a gradient, and what it picks is exact.
    auto tape = create_tape();
    tensor const y = sum(one_hot(constant({2, 0, 1}), 4) * x, 1);
    BOOST_TEST(difference(y, constant({1.1, 0.9, 0.8})) == 0.);
    BOOST_TEST(difference(grad(tape, sum(y), x), one_hot(constant({2, 0, 1}), 4)) == 0.);
}
