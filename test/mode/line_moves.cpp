#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/allocations.hpp"
#include "support/replayed.hpp"

#include <functional>
#include <string>
#include <vector>

// Replays of programs over small arrays that move elements: each movement is an instruction of a
// straight line, and leaves the bits that the statement leaves.

using namespace xgrad;
using replayed::expect_same;
using replayed::runs_as_a_whole;
using replayed::same_bits;

namespace {
template <class T>
struct movement
{
    std::string name;
    std::function<tensor<T>(tensor<T> const&)> f;
};

/// Of arrays of two axes, of two rows and three columns at least.
template <class T>
std::vector<movement<T>> movements()
{
    using x_type = tensor<T> const&;
    auto const _ = placeholders::_;
    return {
        {"transpose", [](x_type x) { return transpose(x); }},
        {"swapaxes", [](x_type x) { return swapaxes(x, 0, 1); }},
        {"reshape", [](x_type x) { return reshape(x, {-1}); }},
        {"transpose, reshape",
         [](x_type x) {
             return reshape(transpose(x), {1, -1});
         }},
        {"expand_dims", [](x_type x) { return expand_dims(x, 1); }},
        {"squeeze", [](x_type x) { return squeeze(view(x, range(0, 1))); }},
        {"flip", [](x_type x) { return flip(x, 1); }},
        {"flip all", [](x_type x) { return flip(x); }},
        {"roll", [](x_type x) { return roll(x, 1, 0); }},
        {"roll columns", [](x_type x) { return roll(x, -4, 1); }},
        {"roll by nothing", [](x_type x) { return roll(x, 0, 1); }},
        {"row", [](x_type x) { return tensor<T>(view(x, 1)); }},
        {"column", [](x_type x) { return tensor<T>(view(x, all(), 1)); }},
        {"inner columns", [](x_type x) { return tensor<T>(view(x, all(), range(1, 3))); }},
        {"steps back",
         [=](x_type x) { return tensor<T>(view(x, range(_, _, -1), range(2, _, -2))); }},
        {"part of a part",
         [](x_type x) { return tensor<T>(view(view(x, all(), range(1, 3)), 1)); }},
        {"stack",
         [](x_type x) {
             return stack({x, tensor<T>(x * x), x});
         }},
        {"stack columns",
         [](x_type x) {
             return stack({x, tensor<T>(x * x)}, -1);
         }},
        {"concatenate",
         [](x_type x) {
             return concatenate({x, tensor<T>(exp(x))}, 0);
         }},
        {"concatenate columns",
         [](x_type x) {
             return concatenate({tensor<T>(x + x), x}, 1);
         }},
        {"concatenate a part twice",
         [](x_type x) {
             tensor<T> const y = view(x, all(), 0);
             return concatenate({y, y, tensor<T>(view(x, 0))});
         }},
        {"pad", [](x_type x) { return pad(x, 1); }},
        {"pad with a number",
         [](x_type x) {
             return pad(x, {{0, 2}, {1, 0}}, pad_mode::constant, T(7));
         }},
        {"diag", [](x_type x) { return diag(tensor<T>(view(x, 0)), 1); }},
        {"diagonal", [](x_type x) { return diagonal(x); }},
    };
}

template <class T>
void check_all()
{
    for (auto const& [rows, columns] : {std::pair{2, 3}, {3, 8}, {2, 9}, {33, 3}, {5, 100}}) {
        auto const x = random::uniform<T>({rows, columns}, -1, 1);
        for (auto const& [name, move] : movements<T>()) {
            BOOST_TEST_CONTEXT(name << " of " << rows << " x " << columns)
            {
                auto const with = [&move = move](tensor<T> const& v) {
                    auto const y = as_tensor(move(v * v)); // of what is computed
                    auto const z = move(v);                // and of the argument
                    auto const weights = reshape(linspace<T>(0.5, 1.5, z.size()), z.shape());
                    return as_tensor(sum(y * z * weights) + sum(v));
                };
                bool const fits = move(x).size() <= few_blocks<T>;
                BOOST_TEST(runs_as_a_whole(with, x) == fits);
                expect_same(with, x);
                auto again = replay(move);
                again(x);
                auto const other = random::uniform<T>({rows, columns}, -1, 1);
                BOOST_TEST(same_bits(again(other), move(other)));
            }
        }
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(every_movement_is_an_instruction_in_double)
{
    check_all<double>();
}

BOOST_AUTO_TEST_CASE(every_movement_is_an_instruction_in_float)
{
    check_all<float>();
}

BOOST_AUTO_TEST_CASE(steps_of_a_system_of_equations_are_a_straight_line)
{
    auto const f = [](auto const& rates, auto const& start) {
        auto const slope = [&](tensor<double> const& y) {
            tensor const a = view(y, 0);
            tensor const b = view(y, 1);
            return stack(
                {tensor(view(rates, 0) * a - view(rates, 1) * a * b),
                 tensor(view(rates, 1) * a * b - view(rates, 2) * b)});
        };
        double const h = 0.05;
        tensor<double> y = start;
        for (int i = 0; i < 20; ++i) {
            tensor const k = slope(y);
            tensor const l = slope(y + h / 2 * k);
            y = y + h * l;
        }
        return tensor(sum(square(y)));
    };
    auto const rates = constant({1.5, 1., 3.});
    auto const start = constant({1., 0.5});
    BOOST_TEST(runs_as_a_whole(f, rates, start));
    expect_same(f, rates, start);
    auto fast = replay(f);
    auto const run = [&] { return fast.value_and_grad(rates, start).value.item(); };
    run();
    run();
    auto const before = count_of_allocations();
    run();
    BOOST_TEST(count_of_allocations() - before == 0u);
}

BOOST_AUTO_TEST_CASE(parts_that_overlap_add_up_in_the_order_of_the_sweep)
{
    auto const f = [](auto const& x) {
        auto const _ = placeholders::_;
        auto const inner = range(1, -1);
        tensor const y = view(x, inner, inner) * view(x, range(2, _), inner) +
            0.3 * view(x, range(0, -2), inner) / (2. + view(x, inner, range(2, _))) +
            exp(view(x, inner, range(0, -2)));
        return tensor(sum(y * view(x, inner, inner)));
    };
    for (auto const& [rows, columns] : {std::pair{3, 3}, {5, 6}, {9, 12}, {20, 30}, {40, 50}}) {
        auto const x = random::uniform({rows, columns}, -1, 1);
        BOOST_TEST(runs_as_a_whole(f, x) == (x.size() <= few_blocks<double>));
        expect_same(f, x);
    }
}

BOOST_AUTO_TEST_CASE(what_was_recorded_of_a_view_is_computed_of_an_array_in_a_row)
{
    auto const f = [](auto const& x) {
        tensor const y = stack({x, tensor(x * x)});
        return tensor(sum(sin(y) * flip(y, 0)) + sum(reshape(transpose(x), {-1})));
    };
    auto fast = replay(f);
    fast(transpose(random::uniform({7, 5}, -1, 1)));
    auto const x = random::uniform({5, 7}, -1, 1);
    auto const found = fast.value_and_grad(x);
    auto const expected = value_and_grad(f, x);
    BOOST_TEST(same_bits(found.value, expected.value));
    BOOST_TEST(same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients)));

    // A transpose of the view lies in a row, one of the array does not.
    auto const g = [](auto const& v) {
        auto const row = as_tensor(view(v, 0, 1));
        auto const turned = as_tensor(expand_dims(transpose(v), 0));
        auto const weights = reshape(linspace(0.5, 1.5, turned.size()), turned.shape());
        return as_tensor(sum(sin(turned) * weights) + row);
    };
    for (int const columns : {40, 57, 100, 201}) {
        auto again = replay(g);
        auto const wide = random::uniform({3, columns}, -1, 1);
        again(transpose(random::uniform({columns, 3}, -1, 1)));
        BOOST_TEST(
            same_bits(again.value_and_grad(wide).value, value_and_grad(g, wide).value), columns);
    }
}

BOOST_AUTO_TEST_CASE(the_sign_of_a_zero_adjoint_is_that_of_the_sweep)
{
    auto const f = [](auto const& x) {
        tensor const y = stack({x, x});
        return tensor(sum(view(y, 0) * -0.) + 0. * sum(transpose(x)));
    };
    expect_same(f, constant({{1., 2., 3.}, {-4., 5., 6.}}));
    auto const g = [](auto const& x) { return tensor(sum(-0. * concatenate({x, x}))); };
    expect_same(g, constant({1., -2.}));
}

BOOST_AUTO_TEST_CASE(infinities_and_nan_are_moved_as_they_are)
{
    auto const f = [](auto const& x) {
        tensor const y = roll(x, 1, 0);
        return tensor(sum(stack({y, x}) * 2.));
    };
    double const inf = std::numeric_limits<double>::infinity();
    expect_same(f, constant({1., inf, std::numeric_limits<double>::quiet_NaN(), -inf}));
}

BOOST_AUTO_TEST_CASE(a_movement_of_many_elements_is_no_instruction)
{
    auto const f = [](auto const& x) { return tensor(sum(square(transpose(x)))); };
    auto const x = random::uniform({100, 100}, -1, 1);
    BOOST_TEST(!runs_as_a_whole(f, x));
    expect_same(f, x);
}

BOOST_AUTO_TEST_CASE(an_array_of_no_elements_moves_nothing)
{
    auto const f = [](auto const& x) {
        return tensor(sum(concatenate({view(x, range(0, 0)), x})));
    };
    expect_same(f, constant({1., 2.}));
}
