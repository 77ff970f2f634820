#pragma once

#include "csv.hpp"
#include "svg.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/// Handwritten digits: an image of 8 × 8 pixels in [0, 1] a row, and what it shows.
struct digits
{
    xgrad::tensor<double> images; // n × 64
    xgrad::tensor<double> labels; // n × 1

    std::size_t size() const { return labels.size(); }

    digits rows(std::size_t first, std::size_t last) const
    {
        auto const part = xgrad::range(first, std::min(last, size()));
        return {view(images, part), view(labels, part)};
    }
};

/// The first 1,437 images, to learn from, and the last 360, by others, to be tested on.
inline std::pair<digits, digits> read_digits(std::string const& file)
{
    auto const table = read_csv(file, {.columns = 65});
    for (std::size_t i = 0; i < table.size(); ++i) {
        auto const highest = i % 65 == 64 ? 9 : 16;
        auto const value = table.data()[i];
        if (value < 0 || value > highest || value != std::floor(value)) {
            bad_data(file, i / 65 + 1, "not 64 pixels from 0 to 16 and a label from 0 to 9");
        }
    }
    if (table.shape(0) != 1797) {
        bad_data(file, table.shape(0), "the file ends here, and should at line 1797");
    }
    digits const all{
        view(table, xgrad::all(), xgrad::range(0, 64)) / 16,
        view(table, xgrad::all(), xgrad::range(64, 65))};
    return {all.rows(0, 1437), all.rows(1437, 1797)};
}

/// How many of the images were read right, of 1.
inline double share_right(digits const& written, std::vector<int> const& read)
{
    auto const right = std::inner_product(
        read.begin(), read.end(), written.labels.begin(), 0, std::plus{}, std::equal_to{});
    return right / static_cast<double>(written.size());
}

/// The loss after each epoch.
struct learning_curve
{
    std::vector<double> learning;
    std::vector<double> test;
};

namespace drawing {
inline constexpr auto* ink = "#222";
inline constexpr auto* gray = "#888";
inline constexpr auto* pale = "#ddd";
inline constexpr auto* blue = "#2266bb";
inline constexpr auto* red = "#cc3322";

/// Both losses over the epochs, on a logarithmic scale.
inline void draw_losses(svg_picture& picture, learning_curve const& curve)
{
    constexpr double left = 80, right = 470, top = 80, bottom = 410;
    auto const epochs = curve.learning.size();
    auto const [least, most] = std::minmax_element(curve.learning.begin(), curve.learning.end());
    auto const [least_test, most_test] = std::minmax_element(curve.test.begin(), curve.test.end());
    auto const low = std::log(std::min(*least, *least_test) / 1.2);
    auto const high = std::log(std::max(*most, *most_test) * 1.2);
    auto const y = [&](double loss) {
        return bottom - (bottom - top) * (std::log(loss) - low) / (high - low);
    };
    auto const x = [&](std::size_t epoch) {
        return left + (right - left) * static_cast<double>(epoch) / static_cast<double>(epochs);
    };

    picture.text(left, 42, "Loss while learning", {.size = 20, .color = ink});
    picture.text(
        left,
        63,
        std::string("<tspan fill='") + blue + "'>images to learn from, with noise</tspan> and " +
            "<tspan fill='" + red + "'>test images</tspan>",
        {.color = gray});
    for (double decade = 1e-6; decade < 1e6; decade *= 10) {
        for (auto const loss : {decade, 2 * decade, 5 * decade}) {
            if (y(loss) >= top && y(loss) <= bottom) {
                std::ostringstream number;
                number << loss;
                picture.line({{left, y(loss)}, {right, y(loss)}}, pale, 1);
                picture.text(
                    left - 10, y(loss) + 4, number.str(), {.color = gray, .anchor = "end"});
            }
        }
    }
    for (std::size_t quarter = 0; quarter <= 4; ++quarter) {
        auto const epoch = epochs * quarter / 4;
        picture.line({{x(epoch), bottom}, {x(epoch), bottom + 5}}, gray, 1);
        picture.text(
            x(epoch), bottom + 22, std::to_string(epoch), {.color = gray, .anchor = "middle"});
    }
    picture.line({{left, bottom}, {right, bottom}}, gray, 1);
    picture.text((left + right) / 2, bottom + 46, "epoch", {.anchor = "middle"});
    picture.text(
        24, 245, "cross-entropy", {.anchor = "middle", .more = "transform='rotate(-90 24 245)'"});

    std::vector<std::pair<double, double>> learning, test;
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
        learning.emplace_back(x(epoch + 1), y(curve.learning[epoch]));
        test.emplace_back(x(epoch + 1), y(curve.test[epoch]));
    }
    picture.line(learning, blue, 1.6);
    picture.line(test, red, 1.6);
}

/// The images read wrong, dark on light as they were written.
inline void draw_mistakes(svg_picture& picture, digits const& test, std::vector<int> const& read)
{
    constexpr std::size_t columns = 6, most = 18;
    constexpr double left = 545, top = 80, pixel = 7.5, across = 74, down = 115;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < test.size(); ++i) {
        auto const label = static_cast<int>(test.labels(i, 0));
        if (read[i] == label || wrong++ >= most) {
            continue;
        }
        auto const x = left + across * static_cast<double>((wrong - 1) % columns);
        auto const y = top + down * static_cast<double>((wrong - 1) / columns);
        for (std::size_t p = 0; p < 64; ++p) {
            auto const shade = std::to_string(static_cast<int>(245 - 220 * test.images(i, p)));
            picture.rectangle(
                x + pixel * static_cast<double>(p % 8),
                y + pixel * static_cast<double>(p / 8),
                pixel + .2, // no seams
                pixel + .2,
                "rgb(" + shade + ',' + shade + ',' + shade + ')');
        }
        picture.text(
            x + 4 * pixel,
            y + 8 * pixel + 20,
            std::to_string(label) + " → <tspan fill='" + red + "'>" + std::to_string(read[i]) +
                "</tspan>",
            {.size = 15, .color = ink, .anchor = "middle"});
    }
    picture.text(
        left,
        42,
        std::to_string(wrong) + " of " + std::to_string(test.size()) + " test images read wrong",
        {.size = 20, .color = ink});
    picture.text(
        left,
        63,
        std::string("what was written → <tspan fill='") + red + "'>what was read</tspan>" +
            (wrong > most ? "; the first " + std::to_string(most) : ""),
        {.color = gray});
}
} // namespace drawing

inline void draw_learning(
    std::string const& file,
    learning_curve const& curve,
    digits const& test,
    std::vector<int> const& read)
{
    svg_picture picture(1000, 480);
    drawing::draw_losses(picture, curve);
    drawing::draw_mistakes(picture, test, read);
    picture.save(file);
}
