// Programs of the reference data in which a branch is not taken, or an infinite partial meets an
// adjoint of zero.
#include "../support/oracle.hpp"

#include <xgrad/array/reduction.hpp>
#include <xgrad/mode/grad.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tensor/construct.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
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
