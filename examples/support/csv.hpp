#pragma once

#include <xgrad/xgrad.hpp>

#include <charconv>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

// Tables of numbers: rows of comma-separated values, all of one length.

struct csv_format
{
    std::size_t columns;
    bool heading = false; // the first line holds names
};

/// Says what is wrong with a line of a data file (0: with the file) and what to do.
[[noreturn]] inline void
bad_data(std::string const& file, std::size_t line, std::string const& problem)
{
    throw xgrad::value_error(
        file + (line > 0 ? ", line " + std::to_string(line) : "") + ": " + problem +
        (line > 0 ? "; \"git checkout " + file + "\" restores the file"
                  : "; start examples from the project's folder, as examples/run does"));
}

/// A file as a matrix. Throws value_error, naming file and line, where it holds anything else.
inline xgrad::tensor<double> read_csv(std::string const& file, csv_format const& format)
{
    std::ifstream input(file);
    if (!input) {
        bad_data(file, 0, "cannot be read");
    }
    std::vector<double> values;
    std::size_t line = 0;
    std::size_t rows = 0;
    for (std::string text; std::getline(input, text);) {
        if (++line == 1 && format.heading) {
            continue;
        }
        auto const* next = text.data();
        auto const* const end = next + text.size() - text.ends_with('\r');
        for (std::size_t column = 0; column < format.columns; ++column) {
            double value = 0;
            auto const [rest, error] = std::from_chars(next, end, value);
            bool const last = column + 1 == format.columns;
            if (error != std::errc{} || !std::isfinite(value) ||
                (last ? rest != end : rest == end || *rest != ',')) {
                bad_data(
                    file,
                    line,
                    "number " + std::to_string(column + 1) + " of " +
                        std::to_string(format.columns) + " is not a number followed by " +
                        (last ? "the end of the line" : "a comma"));
            }
            values.push_back(value);
            next = rest + !last;
        }
        ++rows;
    }
    if (rows == 0) {
        bad_data(file, line + 1, "no rows of numbers");
    }
    return xgrad::constant(values, {rows, format.columns});
}
