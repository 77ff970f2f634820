#pragma once

#include "svg.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

/// A picture of samples: their course on the left, how often each value came on the right.
inline void write_trace_and_density(
    std::string const& file, std::string const& name, std::vector<double> const& samples)
{
    constexpr double height = 200;
    constexpr double top = 50;
    auto const [low, high] = std::minmax_element(samples.begin(), samples.end());
    auto const y_of = [&, lowest = *low, range = *high - *low](double value) {
        return top + height * (1 - (value - lowest) / range);
    };
    svg_picture picture(760, 290);
    picture.text(20, 28, name + ": " + std::to_string(samples.size()) + " samples", {.size = 16});
    std::vector<std::pair<double, double>> trace;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        auto const x = 60 + 440 * static_cast<double>(i) / static_cast<double>(samples.size());
        trace.emplace_back(x, y_of(samples[i]));
    }
    picture.line(trace, "#2a6f97", 0.8);

    constexpr std::size_t bins = 25;
    std::vector<double> counts(bins, 0);
    for (auto const sample : samples) {
        auto const bin = static_cast<std::size_t>((sample - *low) / (*high - *low) * bins);
        ++counts[std::min(bin, bins - 1)];
    }
    auto const most = *std::max_element(counts.begin(), counts.end());
    for (std::size_t bin = 0; bin < bins; ++bin) {
        auto const upper = top + height * (1 - static_cast<double>(bin + 1) / bins);
        picture.rectangle(530, upper + 1, 200 * counts[bin] / most, height / bins - 2, "#89c2d9");
    }
    auto const number = [](double value) {
        std::ostringstream text;
        text.precision(2);
        text << value;
        return text.str();
    };
    picture.text(52, y_of(*high) + 5, number(*high), {.anchor = "end"});
    picture.text(52, y_of(*low) + 5, number(*low), {.anchor = "end"});
    picture.text(280, top + height + 25, "sample", {.anchor = "middle"});
    picture.text(630, top + height + 25, "density", {.anchor = "middle"});
    picture.save(file);
}
