// Programs of the reference data in which a branch is not taken, or an infinite partial meets an
// adjoint of zero.
#include "../support/oracle.hpp"

#include <xgrad/array/reduction.hpp>
#include <xgrad/mode/grad.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tensor/construct.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>

namespace {

using xgrad::tensor;
using operands = std::vector<tensor<double>>;
using program = std::function<tensor<double>(operands const&)>;

// clang-format off
std::map<std::string, program> const programs{
    {"where(x > 0, log(x), x)", [](operands const& x) { return where(x[0] > 0, log(x[0]), x[0]); }},
    {"where(x > 0, sqrt(x), 0 * x)", [](operands const& x) { return where(x[0] > 0, sqrt(x[0]), 0 * x[0]); }},
    {"where(x != 0, sin(x) / x, 1)", [](operands const& x) { return where(x[0] != 0, sin(x[0]) / x[0], 1); }},
    {"where(x != 0, 1 / x, 0)", [](operands const& x) { return where(x[0] != 0, 1 / x[0], 0); }},
    {"where(x > 0, x * log(x), 0)", [](operands const& x) { return where(x[0] > 0, x[0] * log(x[0]), 0); }},
    {"where(x < 100, exp(x), x)", [](operands const& x) { return where(x[0] < 100, exp(x[0]), x[0]); }},
    {"where(x > 0, pow(x, 0.5) * 3, x)", [](operands const& x) { return where(x[0] > 0, pow(x[0], 0.5) * 3, x[0]); }},
    {"where(y != 0, x / y, 0)", [](operands const& x) { return where(x[1] != 0, x[0] / x[1], 0); }},
    {"where(m, log(x) + y, y)", [](operands const& x) { return where(x[0], log(x[1]) + x[2], x[2]); }},
    {"where(x > 0, pow(x, y), 0)", [](operands const& x) { return where(x[0] > 0, pow(x[0], x[1]), 0); }},
    {"sum(where(x > 0, log(s * x), x))", [](operands const& x) { return sum(where(x[0] > 0, log(x[1] * x[0]), x[0])); }},
    {"sum(m * sqrt(x))", [](operands const& x) { return sum(x[0] * sqrt(x[1])); }},
    {"sum(m * asin(x))", [](operands const& x) { return sum(x[0] * asin(x[1])); }},
    {"sum(m * pow(x, 0.5))", [](operands const& x) { return sum(x[0] * pow(x[1], 0.5)); }},
};
// clang-format on

} // namespace

BOOST_AUTO_TEST_CASE(nothing_reaches_what_lies_below_the_branch_not_taken)
{
    std::size_t run = 0;
    for (auto const& r : oracle::load("edge")) {
        if (!r.attributes.has("expr")) {
            continue;
        }
        auto const found = programs.find(r.attributes.text("expr"));
        BOOST_TEST_REQUIRE((found != programs.end()), r.name << " has no program");
        ++run;
        auto tape = xgrad::create_tape();
        operands x;
        for (auto const& input : r.inputs) {
            x.push_back(xgrad::constant(input.data, input.shape));
        }
        tensor<double> const y = found->second(x);
        auto difference = oracle::compare_output(oracle::read(y), r);
        BOOST_TEST(!difference, difference.value_or(""));
        auto const& seed = r.output_gradients.at(0).value();
        auto const gradients = grad(
            tape,
            y,
            x,
            xgrad::constant(seed.data, seed.shape),
            {.unconnected = xgrad::unconnected::zero});
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (r.gradients[i]) {
                difference = oracle::compare_gradient(oracle::read(gradients[i]), r, i);
                BOOST_TEST(!difference, difference.value_or("") << ", operand " << i);
            }
        }
    }
    BOOST_TEST(run == programs.size());
}

BOOST_AUTO_TEST_CASE(where_of_truth_values_is_one)
{
    tensor const x = xgrad::constant({1., -2., 3., -4., 5., -6., 7., -8., 9.});
    tensor<bool> const positive = x > 0.;
    tensor chosen = where(x > 2., !positive, x < -3.);
    static_assert(std::same_as<decltype(chosen), tensor<bool>>);
    static_assert(
        std::same_as<decltype(tensor(where(positive, 1, positive))), tensor<std::int32_t>>);
    for (std::size_t i = 0; i < x.size(); ++i) {
        BOOST_TEST(chosen(i) == (x(i) > 2. ? !positive(i) : x(i) < -3.));
    }
    tensor const fused = where(where(positive, x < 4., true), x, 0.);
    for (std::size_t i = 0; i < x.size(); ++i) {
        BOOST_TEST(fused(i) == (x(i) >= 4. ? 0. : x(i)));
    }
}

BOOST_AUTO_TEST_CASE(a_branch_may_be_a_number)
{
    tensor<double> const x = xgrad::constant({-1.0, 2.0});
    auto tape = xgrad::create_tape();
    tensor<double> const y = where(x > 0, 3 * x, 7);
    BOOST_TEST(y(0) == 7);
    BOOST_TEST(y(1) == 6);
    auto const g = grad(tape, y, x);
    BOOST_TEST(g(0) == 0);
    BOOST_TEST(g(1) == 3);
}

namespace {
/// Whether the gradient of the elementwise f by x is, in every lane, f' there.
template <class T, class F, class Derivative>
bool has_derivative(F const& f, Derivative const& derivative, std::size_t size)
{
    tensor<T> const x = xgrad::linspace(T(-2), T(2), static_cast<int>(size));
    auto tape = xgrad::create_tape();
    tensor<T> const y = f(x);
    auto const of_elements = grad(tape, y, x);
    auto const of_sum = grad(tape, tensor<T>(sum(f(x))), x);
    for (std::size_t i = 0; i < size; ++i) {
        auto const expected = derivative(static_cast<double>(x(i)));
        auto const allowed = 100 * static_cast<double>(std::numeric_limits<T>::epsilon());
        for (auto const found : {of_elements(i), of_sum(i)}) {
            if (!(std::abs(static_cast<double>(found) - expected) <= allowed)) {
                return false;
            }
        }
    }
    return true;
}

double sigmoid_of(double x)
{
    return 1 / (1 + std::exp(-x));
}

template <class T>
void check_repeated_tensors()
{
    for (std::size_t const size : {2u, 5u, 8u, 9u, 16u, 17u, 200u, 1100u}) {
        BOOST_TEST_CONTEXT(size << " elements")
        {
            BOOST_TEST(has_derivative<T>(
                [](auto const& x) { return where(x > 0, exp(x) * x, x * x + x); },
                [](double x) { return x > 0 ? std::exp(x) * (1 + x) : 2 * x + 1; },
                size));
            BOOST_TEST(has_derivative<T>(
                [](auto const& x) {
                    return where(x > -1 && x < T(0.5), tanh(x) - x, x + sigmoid(x));
                },
                [](double x) {
                    auto const s = sigmoid_of(x);
                    return x > -1 && x < 0.5 ? -std::tanh(x) * std::tanh(x) : 1 + s * (1 - s);
                },
                size));
            BOOST_TEST(has_derivative<T>(
                [](auto const& x) { return where(x > 0, x * x - x, -x) * x + x; },
                [](double x) { return x > 0 ? 3 * x * x - 2 * x + 1 : 1 - 2 * x; },
                size));
        }
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(adjoints_of_a_tensor_that_branches_read_several_times_add_up_in_every_lane)
{
    check_repeated_tensors<double>();
    check_repeated_tensors<float>();
}
