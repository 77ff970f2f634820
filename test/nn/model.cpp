#include <support/records.hpp>

#include <xgrad/nn.hpp>

#include <algorithm>
#include <sstream>
#include <tuple>
#include <type_traits>

using namespace xgrad;
using records::message;

namespace {
using element_types = std::tuple<double, float>;
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_model_learns_a_line_by_every_optimizer, T, element_types)
{
    random::seed(1);
    tensor<T> const x = random::normal<T>({64, 3});
    tensor<T> const y = matmul(x, tensor<T>(constant({{1.}, {-2.}, {0.5}}))) + T(3);
    using optimizer = typename sequential<T>::optimizer;
    for (auto const& one :
         {optimizer(sgd(0.1)), optimizer(momentum(0.02)), optimizer(adam(0.05))}) {
        sequential<T> model({dense(1)});
        model.compile(one, mse);
        auto const history =
            model.fit(x, y, {.epochs = 200, .batch_size = 16, .progress = nullptr});
        static_assert(std::is_same_v<decltype(model.predict(x)), tensor<T>>);
        BOOST_TEST(history.size() == 200u);
        BOOST_TEST(history.back() < 1e-4);
        BOOST_TEST(std::abs(model.weights()[0](1, 0) + 2) < 0.02);
        BOOST_TEST(std::abs(model.weights()[1](0) - 3) < 0.02);
        BOOST_TEST(model.evaluate(x, y) < 1e-4);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_model_of_all_layers_learns_classes, T, element_types)
{
    random::seed(2);
    // a bright row or a bright column
    auto images = random::uniform<T>({60, 36}, 0, T(0.3));
    std::vector<int> labels;
    std::vector<T> lines(60 * 36, 0);
    for (std::size_t i = 0; i < 60; ++i) {
        labels.push_back(i % 2);
        for (std::size_t k = 0; k < 6; ++k) {
            auto const at = (i / 2) % 6;
            lines[i * 36 + (i % 2 ? k * 6 + at : at * 6 + k)] = 1;
        }
    }
    images += constant(lines, {60, 36});
    auto const y = constant(labels);
    sequential<T> model(
        {reshaped_to({1, 6, 6}),
         conv2d(4, 3, relu, {.padding = 1}),
         max_pool2d(2),
         flatten(),
         dropout(0.1),
         dense(8, tanh),
         dense(2)});
    model.compile(adam(0.02), softmax_cross_entropy);
    std::ostringstream shown;
    auto const history = model.fit(images, y, {.epochs = 40, .batch_size = 10, .progress = &shown});
    BOOST_TEST(history.back() < 0.1 * history.front());
    BOOST_TEST(accuracy(model.predict(images), y) == 1.);
    BOOST_TEST(shown.str().find("40/40") != std::string::npos);
    BOOST_TEST(model.weights().size() == 6u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_layer_is_the_function_of_its_name, T, element_types)
{
    random::seed(5);
    auto const same = [](tensor<T> const& a, tensor<T> const& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end()) &&
            std::ranges::equal(a.shape(), b.shape());
    };
    auto const signals = random::normal<T>({3, 4, 9}, 0, 1);
    sequential<T> filter({conv1d(6, 3, tanh, {.stride = 2, .padding = 1, .groups = 2})});
    tensor<T> const filtered = filter.predict(signals);
    auto const& w = filter.weights();
    BOOST_TEST(same(
        filtered,
        tensor<T>(tanh(conv1d(signals, w[0], w[1], {.stride = 2, .padding = 1, .groups = 2})))));
    BOOST_TEST(same(filtered, zeros<T>({3, 6, 5}) + filtered));
    auto const images = random::normal<T>({3, 2, 6, 5}, 0, 1);
    sequential<T> pool({avg_pool2d(2, {.padding = 1, .count_include_pad = false})});
    BOOST_TEST(same(
        pool.predict(images), avg_pool2d(images, 2, {.padding = 1, .count_include_pad = false})));
    sequential<T> norm({layer_norm(1e-3)});
    BOOST_TEST(same(norm.predict(signals), layer_norm(signals, {.eps = 1e-3})));
    norm.weights()[0] = full({9}, T(2));
    norm.weights()[1] = full({9}, T(1));
    BOOST_TEST(same(
        norm.predict(signals),
        layer_norm(signals, full({9}, T(2)), full({9}, T(1)), {.eps = 1e-3})));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_model_of_signals_learns_which_way_they_go, T, element_types)
{
    random::seed(7);
    auto signals = random::normal<T>({40, 1, 12}, 0, T(0.3));
    std::vector<int> labels(40);
    for (std::size_t i = 0; i < 40; ++i) {
        labels[i] = i % 2;
    }
    auto const y = constant(labels);
    auto const slope = linspace<T>(-1, 1, 12);
    signals += reshape(2 * cast<T>(y) - 1, {40, 1, 1}) * slope;
    sequential<T> model(
        {conv1d(4, 3, relu),
         reshaped_to({4, 5, 2}),
         avg_pool2d({5, 1}),
         flatten(),
         layer_norm(),
         dense(2)});
    model.compile(adam(0.02), softmax_cross_entropy);
    auto const history =
        model.fit(signals, y, {.epochs = 60, .batch_size = 10, .progress = nullptr});
    BOOST_TEST(history.back() < 0.3 * history.front());
    BOOST_TEST(accuracy(model.predict(signals), y) > 0.9);
    BOOST_TEST(model.weights().size() == 6u);
}

BOOST_AUTO_TEST_CASE(every_activation_is_the_function_of_its_name)
{
    auto const check = [](layer_activation const& named, auto const& by_itself) {
        tensor<double> const x = constant({{-1.5, -0.2, 0.7, 2.}});
        // By themselves: a compiler may contract what is fused with a difference.
        tensor<double> const expected = by_itself(x);
        BOOST_TEST(amax(abs(named.of<double>()(x) - expected)).item() == 0.);
        tensor<float> const y = cast<float>(x);
        tensor<float> const expected_float = by_itself(y);
        BOOST_TEST(amax(abs(named.of<float>()(y) - expected_float)).item() == 0.f);
    };
    check({}, [](auto const& x) { return x; });
    check(relu, [](auto const& x) { return relu(x); });
    check(tanh, [](auto const& x) { return tanh(x); });
    check(sigmoid, [](auto const& x) { return sigmoid(x); });
    check(softplus, [](auto const& x) { return softplus(x); });
    check(gelu, [](auto const& x) { return gelu(x); });
    check(silu, [](auto const& x) { return silu(x); });
    check(gelu_tanh, [](auto const& x) { return gelu_tanh(x); });
    check(selu, [](auto const& x) { return selu(x); });
    check(relu6, [](auto const& x) { return relu6(x); });
    check(softsign, [](auto const& x) { return softsign(x); });
    check(hard_tanh, [](auto const& x) { return hard_tanh(x); });
    check(hard_sigmoid, [](auto const& x) { return hard_sigmoid(x); });
    check(softmax, [](auto const& x) { return softmax(x); });
    check(log_softmax, [](auto const& x) { return log_softmax(x); });
    check([](auto const& x) { return 3 * x; }, [](auto const& x) { return 3 * x; });
    check([](tensor<double> const& x) { return x; }, [](auto const& x) { return x; });
}

BOOST_AUTO_TEST_CASE(the_same_seed_learns_the_same_weights)
{
    auto const learned = [] {
        random::seed(3);
        auto const x = random::normal({20, 4});
        sequential model({dense(5, gelu), dropout(0.5), dense(1, [](auto const& z) {
                              return tensor<double>(3 * z);
                          })});
        model.compile(
            momentum(0.01), [](auto const& a, auto const& b) { return huber(a, b, 0.5); });
        model.fit(x, sum(x, 1, {.keep_dims = true}), {.epochs = 3, .progress = nullptr});
        return model.weights()[0];
    };
    BOOST_TEST(amax(abs(learned() - learned())).item() == 0.);
}

BOOST_AUTO_TEST_CASE(a_tape_of_the_callers_sees_a_model_but_not_its_learning)
{
    random::seed(4);
    auto const x = random::normal({5, 3});
    sequential model({dense(4, sigmoid), dense(2, softmax)});
    auto tape = create_tape();
    auto const y = sum(square(model(x)));
    auto const gradients = grad(tape, y, model.weights());
    BOOST_TEST(gradients.size() == 4u);
    BOOST_TEST((gradients[0].shape() == shape_type{3, 4}));
    model.compile(sgd(), mse);
    model.fit(x, zeros({5, 2}), {.progress = nullptr});
    model.predict(x);
    BOOST_TEST(tape.size() == 0u);
}

BOOST_AUTO_TEST_CASE(models_and_data_that_do_not_fit_are_refused)
{
    sequential model({dense(2)});
    BOOST_TEST(message<value_error>([&] {
                   model.fit(ones({3, 2}), ones({3, 2}));
               }) == "sequential: compile(optimizer, loss) comes before learning");
    model.compile(sgd(), mse);
    BOOST_TEST(
        message<shape_error>([&] {
            model.fit(ones({3, 2}), ones({4, 2}));
        }) ==
        "fit: examples {3, 2} and targets {4, 2} do not fit: their first axes count the same "
        "examples");
    sequential images({conv2d(2, 3), dense(2)});
    BOOST_TEST(
        message<shape_error>([&] {
            images.predict(ones({1, 1, 5, 5}));
        }) ==
        "dense: an example has the shape {2, 3, 3}; the layer takes 1 axes: put flatten() before "
        "it");
    BOOST_TEST(message<shape_error>([&] {
                   sequential({conv2d(4, 2, relu, {.groups = 2})}).build({3, 4, 4});
               }) == "conv2d: 2 groups share 3 channels and 4 filters evenly, which they cannot");
    BOOST_CHECK_THROW(
        sequential({conv2d(4, 2, relu, {.groups = 0})}).build({3, 4, 4}), shape_error);
    BOOST_TEST(message<shape_error>([&] {
                   sequential({conv1d(4, 2, relu, {.groups = 3})}).build({3, 4});
               }) == "conv1d: 3 groups share 3 channels and 4 filters evenly, which they cannot");
    BOOST_TEST(message<shape_error>([&] {
                   sequential({avg_pool2d(2)}).build({4});
               }) == "avg_pool2d: an example has the shape {4}; the layer takes 3 axes");
    BOOST_TEST(message<shape_error>([&] {
                   sequential({layer_norm()}).build({});
               }) == "layer_norm: an example is a number, which has no axis to normalize");
    model.build({2});
    BOOST_TEST(
        message<shape_error>([&] {
            model(ones({3, 5}));
        }) ==
        "sequential: layer 0 of a model that was built for examples of shape {2}: matmul: shapes "
        "{3, 5} and {2, 2} do not fit: the last axis of the first has 5 elements, the rows of the "
        "second are 2");
    BOOST_TEST(
        message<shape_error>([&] {
            model.fit(ones({3, 2}), ones({3, 1}), {.progress = nullptr});
        }) ==
        "sequential: the outputs have shape {3, 2}, the targets {3, 1}; this loss compares them "
        "one by one");
    model.weights().pop_back();
    BOOST_TEST(
        message<value_error>([&] {
            model(ones({3, 2}));
        }) ==
        "sequential: weights() has 1 tensors; the layers have 2: assign to them, and leave their "
        "number as it is");
    BOOST_CHECK_THROW(accuracy(ones({3}), ones({3})), shape_error);
}

BOOST_AUTO_TEST_CASE(an_optimizer_wants_a_gradient_of_its_shape_for_each_weight)
{
    auto const refuse = [](auto optimizer, std::string const& name) {
        std::vector<tensor<double>> weights{ones({2}), ones({1})};
        BOOST_TEST(message<shape_error>([&] {
                       optimizer(weights, std::vector{ones({2})});
                   }) == name + ": 2 weights and 1 gradients; there is one for each");
        BOOST_TEST(message<shape_error>([&] {
                       optimizer(weights, std::vector{ones({2}), ones({3})});
                   }) == name + ": weight 1 has shape {1}, its gradient {3}; they are equal");
        BOOST_TEST(sum(abs(weights[0] - 1.)).item() == 0.); // nothing has changed
    };
    refuse(sgd(), "sgd");
    refuse(momentum(), "momentum");
    refuse(adam(), "adam");
}

BOOST_AUTO_TEST_CASE(every_loss_goes_by_its_name)
{
    random::seed(5);
    auto const x = random::normal({16, 3});
    tensor const y = sum(x, 1, {.keep_dims = true});
    for (loss_function<> const& loss : {loss_function<>(mse), loss_function<>(huber)}) {
        sequential model({dense(1)});
        model.compile(sgd(0.1), loss);
        auto const history = model.fit(x, y, {.epochs = 20, .progress = nullptr});
        BOOST_TEST(history.back() < history.front());
    }
    BOOST_TEST(loss_function<>(huber)(x, x + 3.).item() == huber(x, x + 3.).item());
}
