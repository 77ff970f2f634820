// Expressions of several rules: statements of one kernel each. The first are the maps that bring an
// operand into a domain, in the order of the enumeration.
#include "program.hpp"

#include <xgrad/ops/elementwise.hpp>

namespace fuzzer {

// clang-format off
std::vector<operation> const& fused()
{
    using enum domain;
    static std::vector<operation> const all{
        line("into_positive", [](auto const& x) { return 1.5 + 1.1 * sin(x); }, any),
        line("into_negative", [](auto const& x) { return -1.5 + 1.1 * cos(x); }, any),
        line("into_unit", [](auto const& x) { return 0.9 * sin(x); }, any),
        line("into_above_one", [](auto const& x) { return 2 + 0.8 * cos(2 * x); }, any),
        line("into_fraction", [](auto const& x) { return 0.1 + 0.8 * sigmoid(x); }, any),
        line("gaussian_wave", [](auto const& x, auto const& y) { return exp(-x * x) * sin(y) + log1p(x * x); }, any, any),
        line("shared", [](auto const& x) { auto const u = exp(sin(x)); return u * u + u * log1p(u) - 1 / u; }, any),
        line("rational", [](auto const& x, auto const& y, auto const& z) { return (x * y - z) / (1 + square(y) + z * z); }, any, any, any),
        line("price", [](auto const& s, auto const& k, auto const& t) {
            auto const width = 0.3 * sqrt(t);
            auto const d = (log(s / k) + 0.05 * t) / width;
            return s * erfc(-d) / 2 - k * exp(-0.02 * t) * erfc(width - d) / 2;
        }, positive, positive, positive),
        line("guarded_log", [](auto const& x) { return where(x > 0.1, log(x), 3 * x - 0.3); }, any),
        line("choice", [](auto const& x, auto const& y) { return where(x > y, x * y, x / (2 + y * y)); }, any, any),
        line("both", [](auto const& x, auto const& y) { return where(x > 0 && y < 0.5, tanh(x) - y, x + sigmoid(y)); }, any, any),
        line("log_density", [](auto const& x, auto const& m, auto const& s) { return -0.5 * square((x - m) / s) - log(s) - lgamma(s); }, any, any, positive),
        line("rotation", [](auto const& x, auto const& y) { return hypot(x, y) * cos(atan2(y, x) + 0.5); }, positive, any),
        line("same_operand", [](auto const& x) { return x * x - x / (1 + abs(x)) + atan2(x, 2 + x * x) + maximum(x, x); }, any),
        line("gate", [](auto const& x, auto const& y) { return sigmoid(x) * tanh(y) + (1 - sigmoid(x)) * clip(y, -1, 1.5); }, any, any),
        line("powers", [](auto const& x, auto const& y) { return pow(x, y) + pow(y, 3) - pow(x, -2) + sqrt(x) * cbrt(x); }, positive, unit),
        line("steps", [](auto const& x, auto const& y) { return x * floor(y) + fmod(y, 1.5) * sign(x); }, any, any),
    };
    return all;
}
// clang-format on

} // namespace fuzzer
