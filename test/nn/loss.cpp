#include <support/records.hpp>

#include <xgrad/nn.hpp>

using namespace xgrad;
using records::message;
using records::tensors;

namespace {
loss_reduction reduction_of(oracle::record const& r)
{
    auto const word = r.attributes.text("reduction");
    return word == "none" ? loss_reduction::none
        : word == "sum"   ? loss_reduction::sum
                          : loss_reduction::mean;
}
} // namespace

BOOST_AUTO_TEST_CASE(softmax_and_its_logarithm_match_the_oracle)
{
    auto const axis = [](oracle::record const& r) {
        return static_cast<std::ptrdiff_t>(r.attributes.integer("axis"));
    };
    auto const soft = [&](tensors const& x, auto const& r) -> tensors {
        return {softmax(x[0], axis(r))};
    };
    BOOST_TEST(records::check("nn", "softmax", soft) > 5);
    BOOST_TEST(records::check("edge", "softmax", soft) > 3);
    BOOST_TEST(records::check("nn", "log_softmax", [&](tensors const& x, auto const& r) -> tensors {
                   return {log_softmax(x[0], axis(r))};
               }) > 5);
}

BOOST_AUTO_TEST_CASE(losses_match_the_oracle)
{
    BOOST_TEST(
        records::check(
            "nn", "softmax_cross_entropy", [](tensors const& x, auto const& r) -> tensors {
                return {softmax_cross_entropy(x[0], x[1], reduction_of(r))};
            }) > 10);
    BOOST_TEST(
        records::check(
            "nn", "sigmoid_cross_entropy", [](tensors const& x, auto const& r) -> tensors {
                return {sigmoid_cross_entropy(x[0], x[1], reduction_of(r))};
            }) > 3);
    BOOST_TEST(records::check("nn", "mse", [](tensors const& x, auto const& r) -> tensors {
                   return {mse(x[0], x[1], reduction_of(r))};
               }) > 2);
    BOOST_TEST(records::check("nn", "huber", [](tensors const& x, auto const& r) -> tensors {
                   return {huber(x[0], x[1], r.attributes.number("delta"), reduction_of(r))};
               }) > 5);
}

BOOST_AUTO_TEST_CASE(a_mean_squared_error_is_one_statement)
{
    auto const a = random::normal({3, 4});
    auto const b = random::normal({3, 4});
    auto tape = create_tape();
    auto const y = mse(2 * a, b + 1);
    BOOST_TEST(tape.size() == 1u);
    BOOST_TEST(y.item() == mean(square(2 * a - (b + 1))).item());
}

BOOST_AUTO_TEST_CASE(losses_of_floats_are_floats_and_have_second_derivatives)
{
    random::seed(1);
    auto const x = random::normal({3, 4});
    auto const z = random::uniform({3, 4});
    auto const labels = constant({0, 3, 1});
    auto const soft = [](auto const& a) { return softmax(a); };
    auto const cross = [](auto const& a, auto const& b) { return softmax_cross_entropy(a, b); };
    auto const sigmoids = [](auto const& a, auto const& b) { return sigmoid_cross_entropy(a, b); };
    auto const by_class = [&](auto const& a) { return softmax_cross_entropy(a, labels); };
    records::check_float(soft, x);
    records::check_float(cross, x, z);
    records::check_float(sigmoids, x, z);
    records::check_float(by_class, x);
    records::check_second(soft, x);
    records::check_second([](auto const& a) { return log_softmax(a, 0); }, x);
    records::check_second(cross, x, z);
    records::check_second(sigmoids, x, z);
    records::check_second(by_class, x);
}

BOOST_AUTO_TEST_CASE(labels_that_do_not_fit_are_refused)
{
    BOOST_TEST(
        message<shape_error>([] {
            softmax_cross_entropy(ones({2, 3}), ones({3}));
        }) ==
        "softmax_cross_entropy: logits {2, 3} and labels {3} do not fit: labels have the logits' "
        "shape "
        "(probabilities), or lack its last axis (class numbers)");
    BOOST_TEST(
        message<value_error>([] {
            softmax_cross_entropy(ones({2, 3}), constant({0.5, 1.}));
        }) ==
        "softmax_cross_entropy: label 0.500000 is no class number, which counts from 0; "
        "probabilities are shaped like the logits");
    BOOST_CHECK_THROW(softmax_cross_entropy(ones({2, 3}), constant({0, -1})), value_error);
    BOOST_TEST(message<value_error>([] {
                   softmax_cross_entropy(ones({2, 3}), constant({0, 3}));
               }) == "softmax_cross_entropy: index 3 is out of range for axis 1 of shape {2, 3}");
    BOOST_TEST(message<value_error>([] {
                   embedding(ones({2, 3}), {2});
               }) == "embedding: index 2 is out of range for axis 0 of shape {2, 3}");
    BOOST_TEST(message<value_error>([] {
                   huber(ones({2}), ones({2}), -1);
               }) == "huber: delta = -1.000000 is not above 0");
    BOOST_CHECK_THROW(softmax(ones({2, 3}), 2), shape_error);
}

BOOST_AUTO_TEST_CASE(softmax_of_nothing_is_empty)
{
    BOOST_TEST((softmax(zeros({0, 3})).shape() == shape_type{0, 3}));
    BOOST_TEST((log_softmax(zeros({3, 0})).shape() == shape_type{3, 0}));
}

BOOST_AUTO_TEST_CASE(what_is_impossible_and_has_no_share_costs_nothing)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    auto const is = [](tensor<double> const& x, std::vector<double> const& expected) {
        return std::equal(
            x.begin(), x.end(), expected.begin(), expected.end(), [](double a, double b) {
                return a == b || std::abs(a - b) < 1e-14;
            });
    };
    auto tape = create_tape({.persistent = true});
    auto const shares = constant({0.5, 0., 0.5});
    auto const logits = constant({1., -infinity, 2.});
    auto const loss = softmax_cross_entropy(logits, shares);
    auto const p = 1 / (1 + std::exp(1.));
    BOOST_TEST(is(loss, {-0.5 * std::log(p) - 0.5 * std::log(1 - p)}));
    BOOST_TEST(is(grad(tape, loss, logits), {p - 0.5, 0., 0.5 - p}));
    auto const nowhere = full({3}, -infinity);
    auto const logs = log_softmax(nowhere);
    BOOST_TEST(is(logs, {-infinity, -infinity, -infinity}));
    BOOST_TEST(is(grad(tape, logs, nowhere), {0., 0., 0.}));
    auto const sure = constant({infinity, -infinity, infinity, -infinity});
    auto const truth = constant({1., 0., 0., 1.});
    auto const losses = sigmoid_cross_entropy(sure, truth, loss_reduction::none);
    BOOST_TEST(is(losses, {0., 0., infinity, infinity}));
    BOOST_TEST(is(grad(tape, losses, sure), {0., 0., 1., -1.}));
}

BOOST_AUTO_TEST_CASE(a_loss_takes_a_number_on_either_side)
{
    auto const x = constant({1., 2.});
    BOOST_TEST(mse(x, 0.).item() == 2.5);
    BOOST_TEST(mse(0., 2 * x).item() == 10.);
    BOOST_TEST(huber(x, 1).item() == 0.25);
    BOOST_TEST(sigmoid_cross_entropy(x, 1.).item() == sigmoid_cross_entropy(x, ones({2})).item());
}
