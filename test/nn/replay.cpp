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

BOOST_AUTO_TEST_CASE(shares_and_losses_replay)
{
    tensor<double> const z = constant({{0., 1., 0., 1.}});
    tensor<std::int64_t> const classes = constant<std::int64_t>({3, 0, 1});
    tensor<double> const class_numbers = constant({3., 0., 1.});
    check("softmax", [](auto const& x) { return softmax(x); });
    check("log_softmax", [](auto const& x) { return log_softmax(x, 0); });
    check("softmax_cross_entropy", [&](auto const& x) {
        return softmax_cross_entropy(x, broadcast(z, {3, 4}));
    });
    check("class numbers", [&](auto const& x) { return softmax_cross_entropy(x, classes); });
    check("floating class numbers", [&](auto const& x) {
        return softmax_cross_entropy(x, class_numbers);
    });
    check("sigmoid_cross_entropy", [&](auto const& x) { return sigmoid_cross_entropy(x, z); });
    check("mse", [&](auto const& x) { return mse(x, z); });
    check("huber", [&](auto const& x) { return huber(x, z, 0.5); });
}

BOOST_AUTO_TEST_CASE(layers_replay)
{
    tensor<double> const gamma = constant({1., 2., 3., 4.});
    auto const image = [](auto const& x) { return reshape(x, {1, 1, 3, 4}); };
    auto const kernel = reshape(linspace(-1, 1, 8), {2, 1, 2, 2});
    check("bias_add", [&](auto const& x) { return bias_add(x, gamma); });
    check("conv2d", [&](auto const& x) { return conv2d(image(x), kernel, {.padding = 1}); });
    check("conv1d", [&](auto const& x) {
        return conv1d(
            reshape(x, {1, 3, 4}), reshape(gamma, {4, 1, 1}) * view(x, all(), range(0, 2)));
    });
    check("max_pool2d", [&](auto const& x) { return max_pool2d(image(x), 2, {.padding = 1}); });
    check("avg_pool2d", [&](auto const& x) { return avg_pool2d(image(x), 2, {.padding = 1}); });
    check("avg_pool2d without padding", [&](auto const& x) {
        return avg_pool2d(image(x), 2, {.padding = 1, .count_include_pad = false});
    });
    check("layer_norm", [&](auto const& x) { return layer_norm(x, gamma, gamma); });
    check("batch_norm", [&](auto const& x) { return batch_norm(x, gamma, gamma); });
    check("embedding", [&](auto const& x) { return embedding(x, {2, 0, 2}); });
    check("l2_normalize", [](auto const& x) { return l2_normalize(x, 1); });
    check("clip_by_norm", [](auto const& x) { return clip_by_norm(x, 1.); });
    check("clip_by_global_norm", [](auto const& x) {
        return clip_by_global_norm<double>({x, sin(x)}, 1.)[1];
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
