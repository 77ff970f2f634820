#include <support/every_operator.hpp>

#include <xgrad/nn.hpp>

using namespace xgrad;
using namespace every_operator;

// Section 5 of the table of operators: floats, strides, tangents, second derivatives, no elements
// and no axes, for each of them.

namespace {
tensor<double> const x =
    constant({{0.3, -0.7, 1.1, 0.4}, {0.9, 0.2, -0.5, 1.3}, {-1.2, 0.8, 0.6, -0.1}});

/// One image, as the layers take them.
auto const as_image = [](auto const& v) { return reshape(v, {1, 1, 3, 4}); };
} // namespace

BOOST_AUTO_TEST_CASE(every_share_and_loss)
{
    check(
        "softmax", [](auto const& v) { return softmax(v, 0); }, x, no_scalar);
    check(
        "log_softmax", [](auto const& v) { return log_softmax(v); }, x, no_scalar);
    check(
        "softmax_cross_entropy",
        [](auto const& v) { return softmax_cross_entropy(v, softmax(v * v)); },
        x,
        no_scalar);
    check(
        "softmax_cross_entropy of classes",
        [](auto const& v) {
            return softmax_cross_entropy(v, constant({1, 0, 3}));
        },
        x,
        neither);
    check(
        "sigmoid_cross_entropy",
        [](auto const& v) { return sigmoid_cross_entropy(v, sigmoid(v * v)); },
        x);
    check(
        "mse", [](auto const& v) { return mse(v, v * v); }, x);
    check(
        "huber", [](auto const& v) { return huber(v, v * v, 0.5); }, x);
}

BOOST_AUTO_TEST_CASE(every_layer)
{
    auto const kernel = [](auto const& v) { return reshape(view(v, 0, range(0, 3)), {1, 1, 3}); };
    auto const filter = [](auto const& v) {
        return reshape(view(v, range(0, 2), range(0, 2)), {1, 1, 2, 2});
    };
    check(
        "bias_add", [](auto const& v) { return bias_add(v, view(v, 0) * 2); }, x, neither);
    check(
        "conv1d",
        [&](auto const& v) {
            return conv1d(reshape(v, {3, 1, 4}), kernel(v), {.padding = 1});
        },
        x,
        neither);
    check(
        "conv2d",
        [&](auto const& v) { return conv2d(as_image(v), filter(v), {.padding = 1}); },
        x,
        neither);
    check(
        "max_pool2d", [](auto const& v) { return max_pool2d(as_image(v), 2); }, x, neither);
    check(
        "avg_pool2d",
        [](auto const& v) { return avg_pool2d(as_image(v), 2, {.stride = 1, .padding = 1}); },
        x,
        neither);
    check(
        "embedding",
        [](auto const& v) {
            return embedding(v, constant({2, 0, 2}));
        },
        x,
        neither);
    check(
        "dropout", [](auto const& v) { return dropout(v, 0.3, 7); }, x);
}

BOOST_AUTO_TEST_CASE(every_normalization)
{
    check(
        "layer_norm", [](auto const& v) { return layer_norm(v); }, x, no_scalar);
    check(
        "batch_norm",
        [](auto const& v) { return batch_norm(v, view(v, 0), view(v, 1), {.axis = 1}); },
        x,
        neither);
    check(
        "l2_normalize", [](auto const& v) { return l2_normalize(v, 1); }, x, no_scalar);
    check(
        "clip_by_norm", [](auto const& v) { return clip_by_norm(v, 1); }, x);
    check(
        "clip_by_global_norm",
        [](auto const& v) {
            return clip_by_global_norm(std::vector{v, v}, 1)[1];
        },
        x);
}
