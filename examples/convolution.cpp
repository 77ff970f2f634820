// z = W₂ relu(W₁ pool(relu(K ∗ x + b)) + b₁) + b₂:  a convolutional network learns to read

#include "support/digits.hpp"

#include <xgrad/nn.hpp>

#include <iomanip>
#include <iostream>

using namespace xgrad;

int main()
try {
    auto const [written, test] = read_digits("examples/data/digits.csv");
    tensor labels = ravel(written.labels);
    std::cout << written.size() << " images to learn from, " << test.size() << " to be tested on\n";

    random::seed(1);
    sequential model(
        {reshaped_to({1, 8, 8}),
         conv2d(16, 3, relu, {.padding = 1}),
         max_pool2d(2),
         dropout(0.5),
         flatten(),
         dense(64, relu),
         dropout(0.5),
         dense(10)});
    model.compile(adam(2e-3), softmax_cross_entropy);
    auto const losses = model.fit(written.images, labels, {.epochs = 30, .batch_size = 32});

    std::cout << std::fixed << std::setprecision(2) << "loss: " << losses.front()
              << " in the first epoch, " << losses.back() << " in the last\n"
              << 100 * accuracy(model.predict(test.images), test.labels)
              << " % of the test images read right\n";

    // It is a function of tensors like any other: which pixels does it look at?
    tensor image = view(test.images, range(0, 1));
    auto tape = create_tape();
    tensor loss = softmax_cross_entropy(model(image), ravel(view(test.labels, range(0, 1))));
    auto const by_pixel = grad(tape, loss, image);
    std::cout << "the loss of one image: a gradient of shape " << to_string(by_pixel.shape())
              << ", by " << model.weights().size() << " arrays of weights\n";
} catch (xgrad::error const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
