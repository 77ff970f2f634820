#pragma once

#include <xgrad/expr/formula.hpp>
#include <xgrad/tape/recording.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace xgrad {
/// The formula of a statement, with the tape's variables as v0, v1, ... and its numbers as they
/// are.
inline std::string formula_of(statement const& s)
{
    auto const operands = s.operands();
    auto const variable = [&](std::size_t i) { return "v" + std::to_string(operands[i].variable); };
    if (s.kernels == nullptr) {
        std::string text(s.operation_->name());
        for (std::size_t i = 0; i < operands.size(); ++i) {
            text += (i == 0 ? "(" : ", ") + variable(i);
        }
        return text + ")";
    }
    auto const* const scalars = s.scalars();
    auto const formula = formula_of(s.kernels->terms, variable, [&](std::size_t i) {
        return number_text(
            s.kernels->compute == element_type::float64
                ? static_cast<double const*>(scalars)[i]
                : static_cast<double>(static_cast<float const*>(scalars)[i]));
    });
    return s.reduced == nullptr ? formula : std::string(s.reduced->name) + "(" + formula + ")";
}

/// A table of a tape's statements: what each computes, its shape, the bytes that it keeps for the
/// reverse sweep (values kept by several statements count for each), and where it stands.
inline std::string summary_of(recording const& r)
{
    std::vector<std::array<std::string, 5>> rows{{"result", "formula", "shape", "keeps", "where"}};
    for (std::size_t i = 0; i < r.statements().size(); ++i) {
        auto const& s = r.statements()[i];
        std::size_t kept = s.kept_result ? s.kept_result->block_bytes : 0;
        for (auto const& operand : s.operands()) {
            kept += operand.kept ? operand.kept->block_bytes : 0;
        }
        std::string const place = at(s.where); // nothing, where the compiler gave no line
        rows.push_back(
            {"v" + std::to_string(s.result),
             formula_of(s),
             to_string(r.shape_of(s.result)),
             std::to_string(kept),
             place.empty() ? "" : place.substr(2, place.size() - 3)});
    }
    std::array<std::size_t, 5> widths{};
    for (auto const& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string text;
    for (auto const& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}
} // namespace xgrad
