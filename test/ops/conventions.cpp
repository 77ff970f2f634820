// What derivatives are at singular points, case by case, in fused statements of double and float.
#include <xgrad/mode/grad.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tensor/construct.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace {

using xgrad::tensor;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

bool same(double a, double b)
{
    return std::isnan(a) ? std::isnan(b) : a == b;
}

// A value and the partials at a point, once alone and once below a product and a sum.
template <class T, class F>
void expect_in(char const* what, F f, std::vector<double> at, double value, std::vector<double> by)
{
    std::vector<tensor<T>> x;
    for (auto const p : at) {
        x.push_back(xgrad::constant(static_cast<T>(p)));
    }
    auto const call = [&] {
        if constexpr (std::is_invocable_v<F, tensor<T>>) {
            return f(x[0]);
        } else {
            return f(x[0], x[1]);
        }
    };
    for (bool const fused : {false, true}) {
        auto tape = xgrad::create_tape();
        tensor<T> const y = fused ? tensor<T>(2 * call() - 1) : tensor<T>(call());
        auto const g = grad(tape, y, x, {.unconnected = xgrad::unconnected::zero});
        auto const result = static_cast<double>(y());
        BOOST_TEST(same(result, fused ? 2 * value - 1 : value), what << " is " << result);
        for (std::size_t i = 0; i < x.size(); ++i) {
            auto const partial = static_cast<double>(g[i]());
            BOOST_TEST(
                same(partial, fused ? 2 * by[i] : by[i]),
                what << ", partial " << i << ": " << partial);
        }
    }
}

template <class F>
void expect(char const* what, F f, std::vector<double> at, double value, std::vector<double> by)
{
    expect_in<double>(what, f, at, value, by);
    expect_in<float>(what, f, at, value, by);
}

} // namespace

// clang-format off
BOOST_AUTO_TEST_CASE(a_kink_has_the_subgradient_of_least_norm)
{
    expect("abs 0", [](auto const& x) { return abs(x); }, {0}, 0, {0});
    expect("sign 0", [](auto const& x) { return sign(x); }, {0}, 0, {0});
    expect("relu 0", [](auto const& x) { return relu(x); }, {0}, 0, {0});
    expect("floor 1", [](auto const& x) { return floor(x); }, {1}, 1, {0});
    expect("maximum at a tie", [](auto const& x, auto const& y) { return maximum(x, y); }, {3, 3}, 3, {0.5, 0.5});
    expect("minimum at a tie", [](auto const& x, auto const& y) { return minimum(x, y); }, {3, 3}, 3, {0.5, 0.5});
    expect("clip at its lower edge", [](auto const& x) { return clip(x, -1, 1); }, {-1}, -1, {1});
    expect("clip at its upper edge", [](auto const& x) { return clip(x, -1, 1); }, {1}, 1, {1});
    expect("fmax beside NaN", [](auto const& x, auto const& y) { return fmax(x, y); }, {no_number, 2}, 2, {0, 1});
    expect("fmin beside NaN", [](auto const& x, auto const& y) { return fmin(x, y); }, {2, no_number}, 2, {1, 0});
}

BOOST_AUTO_TEST_CASE(the_root_of_zero_rises_infinitely_and_carries_nothing_from_nothing)
{
    expect("sqrt 0", [](auto const& x) { return sqrt(x); }, {0}, 0, {inf});
    expect("0 sqrt 0", [](auto const& x) { return 0 * sqrt(x); }, {0}, 0, {0});
    expect("hypot at the origin", [](auto const& x, auto const& y) { return hypot(x, y); }, {0, 0}, 0, {0, 0});
    expect("atan2 at the origin", [](auto const& y, auto const& x) { return atan2(y, x); }, {0, 0}, 0, {0, 0});
}

BOOST_AUTO_TEST_CASE(powers_of_zero_and_of_negative_numbers_follow_the_table)
{
    auto const power = [](auto const& x, auto const& y) { return pow(x, y); };
    expect("0^0", power, {0, 0}, 1, {0, 0});
    expect("1^0", power, {1, 0}, 1, {0, 0});
    expect("0^2", power, {0, 2}, 0, {0, 0});
    expect("0^1", power, {0, 1}, 0, {1, 0});
    expect("0^-2", power, {0, -2}, inf, {-inf, -inf});
    expect("(-2)^2", power, {-2, 2}, 4, {-4, 0});
    expect("(-2)^0.5", power, {-2, 0.5}, no_number, {no_number, no_number});
    expect("1^NaN", power, {1, no_number}, 1, {no_number, 0});
    expect("NaN^0", power, {no_number, 0}, 1, {0, no_number});
}

BOOST_AUTO_TEST_CASE(nothing_times_a_logarithm_is_nothing)
{
    auto const f = [](auto const& x, auto const& y) { return xlogy(x, y); };
    expect("xlogy(0, 1)", f, {0, 1}, 0, {0, 0});
    expect("xlogy(0, 0)", f, {0, 0}, 0, {-inf, 0});
}

BOOST_AUTO_TEST_CASE(a_branch_not_taken_contributes_nothing)
{
    expect("where(x > 0, log x, x)", [](auto const& x) { return where(x > 0, log(x), x); }, {-1}, -1, {1});
    expect("where(x > 0, sqrt x, 0 x)", [](auto const& x) { return where(x > 0, sqrt(x), 0 * x); }, {0}, 0, {0});
}
// clang-format on
