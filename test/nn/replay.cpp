#include "support/replayed.hpp"

#include <xgrad/nn.hpp>

using namespace xgrad;

namespace {
using replayed::function;

void check(std::string const& name, function const& f)
{
    static tensor<double> const x =
        constant({{0.3, -0.7, 1.1, 0.4}, {0.9, 0.2, -0.5, 1.3}, {-1.2, 0.8, 0.6, -0.1}});
    replayed::check(name, f, {x, tensor(0.3 - x), tensor(30. * cos(5. * x))});
}
} // namespace

// Each operator alone is in the tables of test/support/every_operator.hpp; here is what they leave.

BOOST_AUTO_TEST_CASE(losses_and_layers_by_constants_replay)
{
    check("class numbers as floats", [](auto const& x) {
        return softmax_cross_entropy(x, constant({3., 0., 1.}));
    });
    check("convolution by a constant", [](auto const& x) {
        auto const kernel = reshape(linspace(-1, 1, 8), {2, 1, 2, 2});
        return conv2d(reshape(x, {1, 1, 3, 4}), kernel, {.padding = 1});
    });
    check("max_pool2d over an edge", [](auto const& x) {
        return max_pool2d(reshape(x, {1, 1, 3, 4}), 2, {.padding = 1});
    });
    check("avg_pool2d without padding", [](auto const& x) {
        return avg_pool2d(reshape(x, {1, 1, 3, 4}), 2, {.padding = 1, .count_include_pad = false});
    });
}

BOOST_AUTO_TEST_CASE(labels_that_are_arguments_are_read_again)
{
    tensor<double> const x = constant({{1., 2.}, {0.5, -1.}});
    auto loss = replay([](auto const& scores, auto const& labels) {
        return softmax_cross_entropy(scores, labels);
    });
    for (auto const& labels : {constant({0., 1.}), constant({1., 1.}), constant({1., 0.})}) {
        tensor<double> const numbers = labels;
        BOOST_TEST(replayed::same_bits(loss(x, numbers), softmax_cross_entropy(x, numbers)));
    }
    BOOST_TEST(loss.obstacle() == "");
    BOOST_CHECK_THROW(loss(x, tensor<double>(constant({0.5, 0.}))), value_error);
}

BOOST_AUTO_TEST_CASE(dropout_draws_every_time)
{
    auto f = replay(function([](auto const& x) { return dropout(x, 0.5); }));
    tensor<double> const x = ones<double>({100});
    auto const first = f(x);
    BOOST_TEST(!replayed::same_bits(f(x), first));
    BOOST_TEST(f.obstacle() == "it draws random numbers");
}
