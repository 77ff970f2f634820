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
        after(2, no_scalar));
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
        "bias_add",
        [](auto const& v) { return bias_add(v, view(v, 0) * 2); },
        x,
        after(1, neither));
    check(
        "conv1d",
        [&](auto const& v) {
            return conv1d(reshape(v, {3, 1, 4}), kernel(v), {.padding = 1});
        },
        x,
        after(3, neither));
    check(
        "conv2d",
        [&](auto const& v) { return conv2d(as_image(v), filter(v), {.padding = 1}); },
        x,
        after(3, neither));
    check(
        "max_pool2d",
        [](auto const& v) { return max_pool2d(as_image(v), 2); },
        x,
        after(1, neither));
    check(
        "avg_pool2d",
        [](auto const& v) { return avg_pool2d(as_image(v), 2, {.stride = 1, .padding = 1}); },
        x,
        after(1, neither));
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
        after(2, neither));
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

BOOST_AUTO_TEST_CASE(every_other_form_of_a_layer_is_one_statement)
{
    auto const four = constant({1., 2., 3., 4.});
    check_form(
        "layer_norm", [&](auto const& v) { return layer_norm(v, four, four); }, x);
    check_form(
        "batch_norm",
        [&](auto const& v) { return batch_norm(v, four, four, four, four, {.axis = 1}); },
        x);
    auto const images = reshape(linspace(-1., 1., 48), {2, 2, 3, 4});
    auto const weights = reshape(cos(linspace(0., 5., 16)), {2, 2, 2, 2});
    auto const short_weights = reshape(weights, {4, 2, 2});
    auto const bias = constant({1., 2.});
    check_form(
        "conv2d", [&](auto const& v) { return conv2d(v, weights, bias); }, images);
    check_form(
        "conv1d",
        [&](auto const& v) { return conv1d(v, short_weights, four); },
        reshape(images, {4, 2, 6}));
    check_form(
        "avg_pool2d",
        [](auto const& v) { return avg_pool2d(v, 2, {.padding = 1, .count_include_pad = false}); },
        images);
    check_form(
        "softmax_cross_entropy",
        [](auto const& v) {
            return softmax_cross_entropy(v, constant({1, 0, 3}), loss_reduction::none);
        },
        x);
}

BOOST_AUTO_TEST_CASE(losses_and_layers_by_constants_replay)
{
    auto const check = [](std::string const& name, replayed::function const& f) {
        replayed::check(name, f, {x, tensor(0.3 - x), tensor(30. * cos(5. * x))});
    };
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
    tensor<double> const scores = constant({{1., 2.}, {0.5, -1.}});
    auto loss =
        replay([](auto const& z, auto const& labels) { return softmax_cross_entropy(z, labels); });
    for (auto const& labels : {constant({0., 1.}), constant({1., 1.}), constant({1., 0.})}) {
        tensor<double> const numbers = labels;
        BOOST_TEST(
            replayed::same_bits(loss(scores, numbers), softmax_cross_entropy(scores, numbers)));
    }
    BOOST_TEST(loss.obstacle() == "");
    BOOST_CHECK_THROW(loss(scores, tensor<double>(constant({0.5, 0.}))), value_error);
}

BOOST_AUTO_TEST_CASE(a_replayed_dropout_draws_every_time)
{
    auto f = replay(replayed::function([](auto const& x) { return dropout(x, 0.5); }));
    tensor<double> const many = ones<double>({100});
    auto const first = f(many);
    BOOST_TEST(!replayed::same_bits(f(many), first));
    BOOST_TEST(f.obstacle() == "it draws random numbers");
}
