// z = relu(x W₁ + b₁) W₂ + b₂,  loss = mean(log Σⱼ exp zⱼ - z[label]):  a network learns to read

#include "support/digits.hpp"
#include "support/adam.hpp"
#include "support/progress.hpp"

#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <iostream>
#include <vector>

using namespace xgrad;
using weights = std::vector<tensor<double>>; // W₁, b₁, W₂, b₂

tensor<double> scores(weights const& w, tensor<double> const& images)
{
    auto const hidden = relu(matmul(images, w[0]) + w[1]);
    return matmul(hidden, w[2]) + w[3];
}

tensor<double> loss_of(weights const& w, digits const& batch)
{
    auto const z = scores(w, batch.images);
    return mean(logsumexp(z, 1) - sum(z * (batch.labels == arange(10)), 1));
}

// What the network takes each image for: the digit of the highest score.
std::vector<int> read(weights const& w, digits const& batch)
{
    auto const z = scores(w, batch.images);
    std::vector<int> result;
    for (auto const* row = z.data(); row != z.data() + z.size(); row += 10) {
        result.push_back(static_cast<int>(std::max_element(row, row + 10) - row));
    }
    return result;
}

// One entry of the gradient: by the tape, and by moving that weight a little both ways.
void check_gradient(weights const& w, digits const& batch)
{
    auto tape = create_tape();
    auto const loss = loss_of(w, batch);
    auto const gradient = grad(tape, loss, w[0]);
    auto const loss_at = [&](double step) {
        auto moved = w;
        moved[0] += step * reshape(arange(64 * 64) == 64 * 36 + 7, {64, 64});
        return loss_of(moved, batch).item();
    };
    std::cout << "d loss / d W1(36, 7): " << gradient(36, 7) << " by the tape, "
              << (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5 << " by central differences\n";
}

int main()
try {
    auto const [written, test] = read_digits("examples/data/digits.csv");
    std::cout << written.size() << " images to learn from, " << test.size() << " to be tested on\n";

    random::seed(1);
    weights w = {
        random::normal({64, 64}, 0, 0.1),
        zeros({64}),
        random::normal({64, 10}, 0, 0.1),
        zeros({10})};
    check_gradient(w, written);

    constexpr std::size_t epochs = 200, batch_size = 32;
    adam optimizer(w);
    learning_curve curve;
    progress_bar bar(epochs);
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
        double sum_of_losses = 0;
        for (std::size_t row = 0; row < written.size(); row += batch_size) {
            auto batch = written.rows(row, row + batch_size);
            // Never twice the same image: the network has to learn shapes.
            batch.images += random::normal(batch.images.shape(), 0, 0.3);

            auto tape = create_tape();
            auto const loss = loss_of(w, batch);
            auto const gradients = grad(tape, loss, w);

            no_grad const from_here;
            optimizer.step(w, gradients, 0.01 * static_cast<double>(epochs - epoch) / epochs);
            sum_of_losses += loss.item() * static_cast<double>(batch.size());
        }
        curve.learning.push_back(sum_of_losses / static_cast<double>(written.size()));
        curve.test.push_back(loss_of(w, test).item());
        bar.advance(
            "loss " + fixed(curve.learning.back(), 3) + "  test " +
            fixed(100 * share_right(test, read(w, test)), 1) + " %");
    }

    auto const answers = read(w, test);
    draw_learning("digits.svg", curve, test, answers);
    std::cout << fixed(100 * share_right(test, answers), 1)
              << " % of the test images read right; digits.svg shows the others\n";
} catch (xgrad::error const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
