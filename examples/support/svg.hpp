#pragma once

#include <xgrad/base/error.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

struct text_style
{
    double size = 13;
    std::string color = "#444";
    std::string anchor = "start"; // or middle, end: which part of the text stands at x
    std::string more = "";        // further attributes
};

/// A picture of rectangles, lines and words; x to the right, y down.
class svg_picture
{
public:
    svg_picture(double width, double height)
    {
        body_ << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 " << width << ' ' << height
              << "' font-family='Helvetica, Arial, sans-serif'>\n";
        rectangle(0, 0, width, height, "#fff");
    }

    void rectangle(double x, double y, double width, double height, std::string const& color)
    {
        body_ << "<rect x='" << x << "' y='" << y << "' width='" << width << "' height='" << height
              << "' fill='" << color << "'/>\n";
    }

    void line(
        std::vector<std::pair<double, double>> const& points,
        std::string const& color,
        double width)
    {
        body_ << "<polyline fill='none' stroke-linejoin='round' stroke='" << color
              << "' stroke-width='" << width << "' points='";
        for (auto const& [x, y] : points) {
            body_ << x << ',' << y << ' ';
        }
        body_ << "'/>\n";
    }

    /// The words may hold SVG's own marks, such as <tspan>.
    void text(double x, double y, std::string const& words, text_style const& style = {})
    {
        body_ << "<text x='" << x << "' y='" << y << "' font-size='" << style.size << "' fill='"
              << style.color << "' text-anchor='" << style.anchor << "' " << style.more << '>'
              << words << "</text>\n";
    }

    /// Throws value_error where the file cannot be written.
    void save(std::string const& file) const
    {
        if (!(std::ofstream(file) << body_.str() << "</svg>\n").flush()) {
            throw xgrad::value_error(file + ": cannot be written; start from a folder that can");
        }
    }

private:
    std::ostringstream body_;
};
