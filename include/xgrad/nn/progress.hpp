#pragma once

#include <chrono>
#include <cstddef>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>

namespace xgrad {
/// A bar that fills while something runs, with some words after it: one line of a terminal.
class progress_bar
{
public:
    progress_bar(std::ostream& out, std::size_t steps) : out_(out), steps_(steps) {}

    void advance(std::string const& words)
    {
        constexpr std::size_t width = 30;
        auto const filled = ++done_ * width / steps_;
        std::ostringstream line;
        line << '\r';
        for (std::size_t i = 0; i < width; ++i) {
            line << (i < filled ? "█" : "░");
        }
        line << "  " << done_ << '/' << steps_ << "  " << words << "  " << std::fixed
             << std::setprecision(1) << seconds() << " s " << (done_ == steps_ ? "\n" : "");
        out_ << line.str() << std::flush;
    }

    /// Since the bar was made.
    double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::ostream& out_;
    std::size_t steps_;
    std::size_t done_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};
} // namespace xgrad
