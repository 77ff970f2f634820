#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

using namespace xgrad;

namespace {

std::string text_of(gradient_report const& report)
{
    std::ostringstream text;
    text << report;
    return text.str();
}

bool says(gradient_report const& report, std::string const& words)
{
    return text_of(report).find(words) != std::string::npos;
}

void expect_right(gradient_report const& report)
{
    BOOST_TEST(report.ok(), report);
    BOOST_TEST(report.tangent.made(), report);
    BOOST_TEST(report.adjoint.made(), report);
    BOOST_TEST(report.taylor_order.has_value(), report);
    BOOST_TEST(std::abs(report.taylor_order.value_or(0) - 2) < 0.1, report);
    BOOST_TEST(text_of(report).starts_with("gradient agrees"));
    BOOST_TEST(!says(report, "WRONG"), report);
}

// t² with the derivative that `backward(g, t)` gives.
template <class Backward>
auto squared_with(Backward backward)
{
    return custom_gradient([](auto const& t) { return t * t; }, backward);
}

} // namespace

BOOST_AUTO_TEST_CASE(right_gradients_pass_by_every_measure)
{
    random::seed(5);
    auto const x = random::normal({3, 4});
    auto const w = random::normal({4});
    expect_right(check_gradient([](auto const& a) { return exp(a) * sin(a); }, x));
    expect_right(
        check_gradient([](auto const& a, auto const& b) { return tanh(a * b) + a; }, x, w));
    expect_right(check_gradient([](auto const& a) { return logsumexp(a, 1) + mean(a * a, 1); }, x));
    expect_right(check_gradient(
        [](auto const& a, auto const& b) {
            tensor const y = matmul(transpose(a), a) + 1.;
            return sum(matmul(y, b) / amax(square(view(a, 0))));
        },
        x,
        w));
}

BOOST_AUTO_TEST_CASE(right_gradients_pass_in_float)
{
    random::seed(6);
    auto const x = random::normal<float>({5});
    expect_right(check_gradient([](auto const& a) { return exp(a) * a; }, x));
    auto const y = random::normal({5});
    expect_right(check_gradient(
        [](auto const& a, auto const& b) { return cumsum(cast<double>(a) * b * b); }, x, y));
}

BOOST_AUTO_TEST_CASE(a_linear_function_leaves_no_remainder)
{
    auto const report = check_gradient([](auto const& a) { return 3 * a; }, constant({1., 2.}));
    BOOST_TEST(report.ok(), report);
    BOOST_TEST(!report.taylor_order);
    BOOST_TEST(says(report, "at the level of rounding"), report);
}

BOOST_AUTO_TEST_CASE(a_wrong_gradient_is_found_by_differences_and_by_the_taylor_remainder)
{
    auto const x = constant({{1., 2., 3.}, {4., 5., 6.}});
    // Right everywhere but at one element.
    auto const mask = constant({{1., 1., 1.}, {1., 0.5, 1.}});
    auto const wrong = squared_with([&](auto const& g, auto const& t) { return 2 * g * t * mask; });
    auto const report = check_gradient(
        [&](auto const& a, auto const& b) { return exp(a) + wrong(b); }, tensor(0.5), x);
    BOOST_TEST(!report.ok());
    BOOST_TEST(report.argument == 1u);
    BOOST_TEST(report.element == 4u);
    BOOST_TEST(report.reverse == 5.);
    BOOST_TEST(report.difference == 10., boost::test_tools::tolerance(1e-7));
    BOOST_REQUIRE(report.taylor_order);
    BOOST_TEST(std::abs(*report.taylor_order - 1) < 0.1, report);
    BOOST_TEST(report.agrees(report.tangent), report); // the same wrong derivative, both ways
    BOOST_TEST(text_of(report).starts_with("gradient differs"));
    BOOST_TEST(says(report, "WRONG, at worst"), report);
    BOOST_TEST(says(report, "argument 1 at index {1, 1} (element 4): 5 by reverse"), report);
    BOOST_TEST(says(report, "WRONG, falls with the power"), report);
}

BOOST_AUTO_TEST_CASE(what_cancels_in_the_plain_sum_is_found_by_the_taylor_remainder)
{
    // The rows of a softmax add up to 1, whatever x is: a gradient of zero is right for their sum.
    auto const softmax = custom_gradient(
        [](auto const& t) { return exp(t) / sum(exp(t)); },
        [](auto const& g, auto const& t) { return 0 * g * t; });
    auto const report = check_gradient(softmax, constant({0.1, 0.5, -0.3}));
    BOOST_TEST(report.worst_relative_error < 1e-6, report);
    BOOST_TEST(report.taylor_order.value_or(0) == 1., boost::test_tools::tolerance(0.05));
    BOOST_TEST(!report.ok(), report);
}

BOOST_AUTO_TEST_CASE(a_way_back_that_is_not_linear_is_found_by_forward_mode)
{
    // Right for the adjoint 1 that a plain sum sends, and for no other.
    auto const wrong = squared_with([](auto const& g, auto const& t) { return 2 * g * g * t; });
    auto const report = check_gradient(wrong, constant({1., 2., 3.}));
    BOOST_TEST(report.worst_relative_error < 1e-6, report);
    BOOST_TEST(!report.ok(), report);
    BOOST_TEST(!report.agrees(report.tangent), report);
    BOOST_TEST(!report.agrees(report.adjoint), report);
    BOOST_TEST(says(report, "forward mode: WRONG, Σ Jv = "), report);
    BOOST_TEST(says(report, "adjoint identity: WRONG, <Jv, w> = "), report);
}

BOOST_AUTO_TEST_CASE(a_foreign_way_back_has_no_forward_mode_and_the_report_says_so)
{
    auto const foreign = squared_with([](auto const& g, auto const& t) {
        std::vector<double> values;
        auto slope = t.begin();
        for (double const incoming : g) {
            values.push_back(2 * incoming * *slope);
            ++slope;
        }
        return constant(values, t.shape());
    });
    auto const report = check_gradient(foreign, constant({1., 2., 3.}));
    BOOST_TEST(report.ok(), report);
    BOOST_TEST(!report.tangent.made(), report);
    BOOST_TEST(says(report, "forward mode: not compared, as forward mode failed: "), report);
}

BOOST_AUTO_TEST_CASE(a_function_that_throws_is_a_report)
{
    auto const x = constant({1., 2.});
    auto const failed = check_gradient(
        [](auto const& a) -> tensor<double> {
            if (a.size() > 0) {
                throw std::runtime_error("no luck");
            }
            return a;
        },
        x);
    BOOST_TEST(!failed.ok());
    BOOST_TEST(says(failed, "the function, or its reverse mode, failed: no luck"), failed);

    auto const mismatched = check_gradient(
        [](auto const& a) {
            return a + constant({1., 2., 3.});
        },
        x);
    BOOST_TEST(!mismatched.ok());
    BOOST_TEST(says(mismatched, "do not broadcast"), mismatched);

    // Only away from x, where differences look.
    auto const narrow = check_gradient(
        [](auto const& a) -> tensor<double> {
            if (a(0) != 1.) {
                throw 7;
            }
            return a * a;
        },
        x);
    BOOST_TEST(!narrow.ok());
    BOOST_TEST(says(narrow, "an exception that is no std::exception"), narrow);
}

BOOST_AUTO_TEST_CASE(a_gradient_that_is_not_a_number_is_wrong_and_located)
{
    auto const bad = squared_with([](auto const& g, auto const& t) {
        return where(t == 2., std::numeric_limits<double>::quiet_NaN() * g, 2 * g * t);
    });
    auto const report = check_gradient(bad, constant({1., 2., 3.}));
    BOOST_TEST(!report.ok());
    BOOST_TEST(report.element == 1u);
    BOOST_TEST(std::isinf(report.worst_relative_error));
    auto const outside = check_gradient([](auto const& a) { return log(a); }, constant({1., -1.}));
    BOOST_TEST(!outside.ok());
    BOOST_TEST(outside.element == 1u);
}

BOOST_AUTO_TEST_CASE(a_function_that_does_not_depend_on_its_arguments_has_gradient_zero)
{
    auto const report = check_gradient(
        [](auto const&) {
            return constant({1., 2.});
        },
        constant({1., 2., 3.}));
    BOOST_TEST(report.ok(), report);
    auto const empty = check_gradient([](auto const& a) { return a * a; }, zeros({0, 3}));
    BOOST_TEST(empty.ok(), empty);
}

BOOST_AUTO_TEST_CASE(checking_disturbs_neither_a_tape_nor_the_random_numbers)
{
    tensor const x = constant({1., 2.});
    auto tape = create_tape();
    random::seed(1);
    auto const before = random::uniform<double>({1});
    auto const size = tape.size();
    random::seed(1);
    check_gradient([](auto const& a) { return a * a; }, x);
    BOOST_TEST(tape.size() == size);
    BOOST_TEST(random::uniform<double>({1}).item() == before.item());
}
