#pragma once

#include <chrono>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

/// A number with a fixed count of decimals.
inline std::string fixed(double value, int decimals)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(decimals) << value;
    return text.str();
}

/// A bar that fills while something runs, with some words after it: one line of the terminal.
class progress_bar
{
public:
    explicit progress_bar(std::size_t steps) : steps_(steps) {}

    void advance(std::string const& words)
    {
        constexpr std::size_t width = 30;
        auto const filled = ++done_ * width / steps_;
        std::cout << '\r';
        for (std::size_t i = 0; i < width; ++i) {
            std::cout << (i < filled ? "█" : "░");
        }
        std::cout << "  " << done_ << '/' << steps_ << "  " << words << "  " << fixed(seconds(), 1)
                  << " s " << (done_ == steps_ ? "\n" : "") << std::flush;
    }

    /// Since the bar was made.
    double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::size_t steps_;
    std::size_t done_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};
