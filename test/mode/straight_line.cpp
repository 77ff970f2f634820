#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/allocations.hpp"
#include "support/replayed.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <tuple>

// Replays of programs over small arrays: of numbers, and of arrays of several shapes.

using namespace xgrad;
using replayed::expect_same;
using replayed::runs_as_a_whole;
using replayed::same_bits;

namespace {
auto const sum_of = [](auto const& x) { return sum(x); };
auto const mean_of = [](auto const& x) { return mean(x); };
auto const product_of = [](auto const& x) { return prod(x); };
auto const product_of_shares = [](auto const& x, auto const& a) {
    using T = typename std::remove_cvref_t<decltype(x)>::value_type;
    return as_tensor(a * a * prod(T(1) + x / T(100)) + sum(x) * prod(exp(x / T(200))));
};
auto const log_sum_exp = [](auto const& x) { return as_tensor(log(sum(exp(x)))); };
auto const log_density = [](auto const& x) {
    using T = typename std::remove_cvref_t<decltype(x)>::value_type;
    return as_tensor(T(-0.5) * sum(square((x + T(0.56)) / T(1.37))) - T(3) * std::log(T(1.37)));
};
auto const scaled_exponentials = [](auto const& x, auto const& a) { return sum(exp(a * x)); };
auto const differences = [](auto const& x) {
    auto const n = static_cast<std::ptrdiff_t>(x.size());
    auto const steps = as_tensor(view(x, range(1, n)) - view(x, range(0, n - 1)));
    return as_tensor(sum(steps * steps * steps) + mean(exp(view(x, range(0, n - 1)))));
};
auto const recurrence = [](auto const& x, auto const& a) {
    auto const scaled = as_tensor(a * x);
    auto h = as_tensor(view(scaled, 0) / sqrt(a * a));
    auto loss = as_tensor(h * h);
    for (std::size_t i = 1; i < x.size(); ++i) {
        h = view(scaled, i) + a * (h - a);
        loss += exp(-h) * h + view(x, i);
    }
    return as_tensor(loss + mean(square(x)) - log1p(square(a)));
};

template <class T>
void compare_all(std::size_t n)
{
    auto const x = random::uniform<T>({n}, -2, 2);
    if (n <= 1024) {
        BOOST_TEST(runs_as_a_whole(sum_of, x));
        BOOST_TEST(runs_as_a_whole(mean_of, x));
        BOOST_TEST(runs_as_a_whole(product_of, tensor<T>(T(1) + x / T(100))));
        BOOST_TEST(runs_as_a_whole(product_of_shares, x, tensor<T>(T(0.75))));
        BOOST_TEST(runs_as_a_whole(log_sum_exp, x));
        BOOST_TEST(runs_as_a_whole(log_density, x));
        BOOST_TEST(runs_as_a_whole(scaled_exponentials, x, tensor<T>(T(0.75))));
        BOOST_TEST(runs_as_a_whole(differences, x) == (n > 1));
        BOOST_TEST(runs_as_a_whole(recurrence, x, tensor<T>(T(0.75))));
    }
    expect_same(sum_of, x);
    expect_same(mean_of, x);
    expect_same(product_of, tensor<T>(T(1) + x / T(100)));
    expect_same(product_of_shares, x, tensor<T>(T(0.75)));
    expect_same(log_sum_exp, x);
    expect_same(log_density, x);
    expect_same(scaled_exponentials, x, tensor<T>(T(0.75)));
    expect_same(differences, x);
    expect_same(recurrence, x, tensor<T>(T(0.75)));
}
} // namespace

BOOST_AUTO_TEST_CASE(arrays_are_read_and_written_where_they_lie_up_to_two_blocks_of_elements)
{
    auto const exponential = [](auto const& v) {
        auto const e = as_tensor(exp(v));
        return as_tensor(e + 0.);
    };
    auto const largest = linspace(-1, 1, static_cast<int>(few_blocks<double>));
    auto const larger = linspace(-1, 1, static_cast<int>(few_blocks<double>) + 1);
    for (auto const& x : {linspace(-1, 1, 1), linspace(-1, 1, 65), largest, larger}) {
        detail::replay_record<tape> record;
        record.record(exponential, x);
        auto const value = record.run_whole(std::array{&x.body()}, {});
        BOOST_TEST(static_cast<bool>(value) == (x.size() <= largest.size()));
    }
    auto again = replay(exponential);
    for (auto const& x : {largest, larger, largest, larger}) {
        BOOST_TEST(all(again(x) == exp(x)).item());
    }
    auto const kept = again(largest);
    static_cast<void>(again(linspace(2, 3, static_cast<int>(largest.size()))));
    BOOST_TEST(all(kept == exp(largest)).item());
}

BOOST_AUTO_TEST_CASE(a_part_of_an_argument_alone_is_a_line_without_instructions)
{
    auto const part = [](auto const& v) { return view(v, range(1, 4)); };
    auto const number = [](auto const& v) { return view(v, 2); };
    auto part_again = replay(part);
    auto number_again = replay(number);
    for (double const k : {1., 2., 3.}) {
        tensor const x = k * linspace(0, 1, 6);
        BOOST_TEST(all(part_again(x) == part(x)).item());
        auto const [value, gradients] = number_again.value_and_grad(x);
        BOOST_TEST(value.item() == x(2));
        BOOST_TEST(all(std::get<0>(gradients) == constant({0., 0., 1., 0., 0., 0.})).item());
    }
}

BOOST_AUTO_TEST_CASE(numbers_are_read_where_they_lie_however_often_they_are_spread)
{
    auto const f = [](auto const& x, auto const& a, auto const& b) {
        tensor t = a * x + b;
        tensor u = a * b;
        return as_tensor(t * u - a);
    };
    auto const x = linspace(-1, 1, 5);
    auto again = replay(f);
    for (double const k : {0.5, 0.75, -2.0}) {
        auto const a = constant(k);
        auto const b = constant(1 - k);
        BOOST_TEST(all(again(x, a, b) == f(x, a, b)).item());
        auto const total = [&](auto const&... of) { return as_tensor(sum(f(of...))); };
        auto total_again = replay(total);
        static_cast<void>(total_again.value_and_grad(x, b, a));
        auto const [value, gradients] = total_again.value_and_grad(x, a, b);
        auto const [expected, by_tape] = value_and_grad(total, x, a, b);
        BOOST_TEST(value.item() == expected.item());
        BOOST_TEST(all(std::get<0>(gradients) == std::get<0>(by_tape)).item());
        BOOST_TEST(std::get<1>(gradients).item() == std::get<1>(by_tape).item());
        BOOST_TEST(std::get<2>(gradients).item() == std::get<2>(by_tape).item());
    }
}

BOOST_AUTO_TEST_CASE(a_logarithm_of_exponentials_alone_runs_as_a_whole_forwards_too)
{
    auto const f = [](auto const& v) { return as_tensor(2. * logsumexp(v)); };
    for (int const n : {1, 8, 600, 3000}) {
        auto const x = linspace(-3, 2, n);
        detail::replay_record<tape> record;
        record.record(f, x);
        tensor<double> const value(record.run_whole(std::array{&x.body()}, {}));
        BOOST_TEST(value.item() == f(x).item());
    }
}

BOOST_AUTO_TEST_CASE(a_straight_line_has_the_bits_of_its_statements_in_all_sizes)
{
    random::seed(21);
    for (std::size_t n : {1, 2, 3, 4, 5, 8, 9, 63, 64, 65, 255, 1000, 1024, 1025}) {
        BOOST_TEST_CONTEXT("n = " << n)
        {
            compare_all<double>(n);
            compare_all<float>(n);
        }
    }
}

BOOST_AUTO_TEST_CASE(sums_of_several_shapes_meet_in_one_number)
{
    random::seed(22);
    auto const f = [](auto const& w, auto const& b, auto const& s) {
        tensor const r = (w - b) / s;
        tensor const q = mean(r * r) + sum(b * b);
        return tensor(q * q + sum(exp(w)) * s - log(s) * 4.);
    };
    tensor const w = random::uniform({7}, -1, 1);
    expect_same(f, w, tensor(0.25), tensor(1.5));
    expect_same(f, random::uniform({3, 5}, -1, 1), tensor(0.25), tensor(1.5));
    expect_same(f, w, random::uniform({7}, -1, 1), tensor(1.5));
}

BOOST_AUTO_TEST_CASE(a_sum_over_some_axes_that_leaves_one_number_is_none_of_all)
{
    random::seed(24);
    for (std::size_t n : {1, 5, 1000}) {
        tensor const x = random::uniform({n, 1}, -1, 1);
        expect_same([](auto const& a) { return sum(sum(exp(a) * sin(a), 0)); }, x);
        expect_same([](auto const& a) { return tensor(view(mean(a * a * a, 0), 0) * 3.); }, x);
        expect_same([](auto const& a) { return sum(exp(sum(exp(a), 0, {.keep_dims = true}))); }, x);
    }
}

BOOST_AUTO_TEST_CASE(an_argument_is_read_whole_and_in_parts)
{
    random::seed(23);
    auto const f = [](auto const& x) {
        tensor const row = view(x, 1);
        tensor const corner = view(x, range(0, 2), range(0, 1));
        return tensor(
            sum(x * x) + sum(row * row * row) + view(row, 2) * view(x, 0, 0) + sum(corner));
    };
    expect_same(f, random::uniform({3, 4}, -1, 1));
    expect_same(f, random::uniform({2, 3}, -1, 1));
}

BOOST_AUTO_TEST_CASE(what_it_captures_is_constant_also_where_it_is_an_argument)
{
    tensor const x = constant({1., 2., 3.});
    tensor const turned = transpose(constant({{1., 2., 5.}, {3., 4., 6.}}));
    auto const f = [&](auto const& a) { return tensor(sum(a * x) * sum(view(x, range(1, 3)))); };
    expect_same(f, x);
    expect_same(f, constant({4., 5., 6.}));
    auto const g = [&](auto const& a) { return sum(exp(a) * turned); };
    expect_same(g, constant({{1., 2.}, {3., 4.}, {5., 6.}}));
}

BOOST_AUTO_TEST_CASE(arguments_may_be_unconnected_repeated_or_strided)
{
    tensor const x = random::uniform({6}, -1, 1);
    expect_same([](auto const& a, auto const&) { return sum(a * a); }, x, x);
    expect_same([](auto const& a, auto const& b) { return sum(a * exp(b)); }, x, x);
    expect_same(log_density, tensor(view(random::uniform({6, 2}, -1, 1), all(), 1)));
    expect_same(differences, tensor(view(random::uniform({20}, -1, 1), range(0, 20, 2))));
    expect_same([](auto const&) { return tensor(sum(constant({1., 2.}))); }, x);
}

BOOST_AUTO_TEST_CASE(the_way_back_of_a_product_depends_on_its_value)
{
    tensor const some = constant({2., -3., 0.5});
    BOOST_TEST(runs_as_a_whole(product_of, some));
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    for (auto const& x :
         {constant({2., 0., 3.}),
          constant({0., -0., 1.}),
          constant({1e200, 1e200, 1e200}),
          constant({1e-200, 1e-200, 1e-200}),
          constant({infinity, 1., 2.}),
          constant({infinity, 0., 2.})}) {
        BOOST_TEST(!runs_as_a_whole(product_of, x));
        expect_same(product_of, x);
        expect_same([](auto const& a) { return tensor(prod(a) * prod(a) + sum(a)); }, x);
    }
    // Over a view, or over some of the axes, it goes another way.
    expect_same([](auto const& a) { return prod(view(a, range(1, 3))); }, some);
    expect_same([](auto const& a) { return sum(prod(a, 0)); }, constant({{2., 3.}, {4., 0.}}));
    expect_same([](auto const& a) { return view(prod(a, 0), 0); }, constant({{2.}, {4.}}));
    // One record, values of either kind in turn.
    auto fast = replay([](auto const& a) { return prod(a); });
    for (auto const& x : {some, constant({2., 0., 3.}), some, constant({0., 0., 1.}), some}) {
        auto const expected = value_and_grad(product_of, x);
        auto const found = fast.value_and_grad(x);
        BOOST_TEST(same_bits(found.value, expected.value));
        BOOST_TEST(same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients)));
    }
}

BOOST_AUTO_TEST_CASE(infinities_and_nan_pass_as_in_the_function)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    for (auto const& x :
         {constant({0., -0., 1.}), constant({infinity, 1., 0.}), constant({1., nan, -infinity})}) {
        expect_same(sum_of, x);
        expect_same([](auto const& a) { return tensor(-sum(sqrt(a) * 0.)); }, x);
        expect_same([](auto const& a) { return tensor(-0. * view(a, 1) - sum(a)); }, x);
        expect_same(log_density, x);
    }
}

BOOST_AUTO_TEST_CASE(the_adjoint_of_a_sum_keeps_the_sign_of_a_zero)
{
    for (double const zero : {0., -0.}) {
        tensor<double> const factor = zero;
        auto const f = [=](auto const& x) { return as_tensor(sum(x) * factor); };
        auto const x = constant({0.3, -0.4, 0.1});
        BOOST_TEST(runs_as_a_whole(f, x));
        expect_same(f, x);
        BOOST_TEST(std::signbit(gradient(f, x)(1)) == std::signbit(zero));
    }
}

BOOST_AUTO_TEST_CASE(a_result_may_be_an_array)
{
    auto const f = [](auto const& x, auto const& a) { return tensor(exp(x) * a + sum(x)); };
    auto fast = replay(f);
    for (auto const& x : {constant({{1., 2.}}), constant({{3., 4.}})}) {
        BOOST_TEST(same_bits(fast(x, tensor(0.5)), f(x, tensor(0.5))));
    }
    BOOST_CHECK_THROW(fast.value_and_grad(constant({{1., 2.}}), tensor(0.5)), shape_error);
}

BOOST_AUTO_TEST_CASE(other_tapes_record_it_statement_by_statement)
{
    auto f = replay(log_sum_exp);
    tensor const x = constant({1., 2., 4.});
    f(x);
    auto tape = create_tape();
    auto const g = f.gradient(x);
    auto const second = grad(tape, view(g, 0), x);
    auto const p = exp(1.) / (exp(1.) + exp(2.) + exp(4.));
    BOOST_TEST(second(0) == p * (1 - p), boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(an_array_of_which_little_is_read_is_not_copied)
{
    auto const two_of = [](auto const& x) { return tensor(view(x, 1) * view(x, 2)); };
    BOOST_TEST(runs_as_a_whole(two_of, ones({1000})));
    BOOST_TEST(!runs_as_a_whole(two_of, ones({100000})));
    expect_same(two_of, random::uniform({100000}, -1, 1));
    BOOST_TEST(!runs_as_a_whole(two_of, ones({2000000})));
    tensor const captured = random::uniform({100000}, -1, 1);
    auto const two_captured = [&](auto const& x) { return tensor(x * view(captured, 7)); };
    BOOST_TEST(runs_as_a_whole(two_captured, tensor(2.))); // the part is a constant
    expect_same(two_captured, tensor(2.));
}

BOOST_AUTO_TEST_CASE(a_long_record_is_no_straight_line_and_computes_the_same)
{
    auto const f = [](auto const& x, auto const& a) {
        tensor y = x;
        for (int i = 0; i < 3000; ++i) {
            y = y * a + 0.001 * sum(y);
        }
        return sum(y);
    };
    expect_same(f, random::uniform({50}, -1, 1), tensor(0.9));
}

BOOST_AUTO_TEST_CASE(a_straight_line_and_its_gradients_allocate_nothing_once_they_have_run)
{
    tensor const x = random::uniform({64}, -2, 2);
    auto f = replay(recurrence);
    auto const run = [&] {
        auto const [value, gradients] = f.value_and_grad(x, tensor(0.75));
        return value.item() + std::get<0>(gradients)(0) + f(x, tensor(0.75)).item();
    };
    run();
    run();
    auto const before = count_of_allocations();
    run();
    BOOST_TEST(count_of_allocations() - before == 0u);
}

BOOST_AUTO_TEST_CASE(operands_that_broadcast_are_parts_of_the_line)
{
    auto const expect_line = [](auto const& f, auto const& a, auto const& b) {
        BOOST_TEST_CONTEXT(to_string(a.shape()) << " and " << to_string(b.shape()))
        {
            auto const spread = [&](auto const& x, auto const& y) {
                tensor const z = f(x, y);
                return as_tensor(sum(sin(z) * z));
            };
            BOOST_TEST(runs_as_a_whole(spread, a, b));
            expect_same(spread, a, b);
            expect_same(spread, as_tensor(cast<float>(a)), as_tensor(cast<float>(b)));
        }
    };
    auto const sum_of = [](auto const& x, auto const& y) { return as_tensor(tanh(x + y)); };
    auto const quotient_of = [](auto const& x, auto const& y) {
        tensor const z = x / (y * y + x * y);
        return as_tensor(z * y + y); // several contributions
    };
    using shapes = std::pair<shape_type, shape_type>;
    for (auto const& [left, right] :
         {shapes{{4, 16}, {16}},
          shapes{{16}, {4, 16}},
          shapes{{4, 1}, {1, 16}},
          shapes{{4}, {3, 1}},
          shapes{{1, 5}, {7, 1}},
          shapes{{3, 4, 5}, {4, 1}},
          shapes{{2, 1, 5}, {3, 1}},
          shapes{{1, 1}, {3, 7}},
          shapes{{40, 20}, {20}}, // more than a block
          shapes{{40, 20}, {40, 1}},
          shapes{{40, 1}, {1, 20}}}) {
        tensor const a = random::uniform(left, 0.5, 1.5);
        tensor const b = random::uniform(right, 0.5, 1.5);
        expect_line(sum_of, a, b);
        expect_line(quotient_of, a, b);
        tensor const constant_row = random::uniform(right, 0.5, 1.5);
        expect_line(
            [=](auto const& x, auto const& y) {
                return as_tensor(x * cast<value_type_of<decltype(x)>>(constant_row) + y);
            },
            a,
            b);
    }
    // A part of an array, as of all parameters in one.
    auto const of_parts = [](auto const& p) {
        auto const w = as_tensor(reshape(view(p, range(0, 12)), {3, 4}));
        auto const b = as_tensor(view(p, range(12, 16)));
        return as_tensor(sum(exp(w * b + b)));
    };
    tensor const p = random::uniform({16}, -1, 1);
    BOOST_TEST(runs_as_a_whole(of_parts, p));
    expect_same(of_parts, p);
}
