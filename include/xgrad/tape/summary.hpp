#pragma once

#include <xgrad/expr/formula.hpp>
#include <xgrad/tape/tape_record.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace xgrad {
/// The formula of a statement, with the tape's variables as v0, v1, ... and its numbers as they
/// are.
inline std::string formula_of(recorded_statement const& s)
{
    auto const operands = s.operands();
    // Of "v" + std::to_string(...) g++ 12 warns at -O3, mistakenly (its bug 105651).
    auto const variable = [&](std::size_t i) {
        return std::string("v") + std::to_string(operands[i].variable);
    };
    if (s.kernels == nullptr) {
        std::string text(s.operation->name());
        for (std::size_t i = 0; i < operands.size(); ++i) {
            text += (i == 0 ? "(" : ", ") + variable(i);
        }
        return text + ")";
    }
    auto const number = [&, scalars = s.scalars()](std::size_t i) {
        return s.kernels->compute == element_type::float64
            ? static_cast<double const*>(scalars)[i]
            : static_cast<double>(static_cast<float const*>(scalars)[i]);
    };
    std::vector<std::string> names;
    std::size_t tensors = 0;
    std::size_t numbers = 0;
    for (auto const& term : s.kernels->terms) {
        if (term.what == expression_term::kind::tensor) {
            names.push_back(variable(tensors++));
        } else if (term.what == expression_term::kind::scalar) {
            names.push_back(number_text(number(numbers++)));
        }
    }
    auto const formula = formula_of(s.kernels->terms, names);
    return s.reduced == nullptr ? formula : std::string(s.reduced->name) + "(" + formula + ")";
}

namespace detail {
/// Bytes that a statement keeps for the reverse sweep.
inline std::size_t bytes_kept_by(recorded_statement const& s)
{
    std::size_t bytes = s.kept_result ? s.kept_result->block_bytes : 0;
    for (auto const& operand : s.operands()) {
        bytes += operand.kept ? operand.kept->block_bytes : 0;
    }
    return bytes;
}

/// The name of an operator, with what its steps read of what came before them.
inline std::string formula_of(tape_record const& r, composite_statement const& whole)
{
    std::vector<std::uint32_t> seen;
    for (auto k = whole.begin; k < whole.end; ++k) {
        seen.push_back(r.statements()[k].result);
    }
    std::vector<std::uint32_t> read;
    for (auto k = whole.begin; k < whole.end; ++k) {
        for (auto const& operand : r.statements()[k].operands()) {
            if (std::find(seen.begin(), seen.end(), operand.variable) == seen.end()) {
                seen.push_back(operand.variable);
                read.push_back(operand.variable);
            }
        }
    }
    std::sort(read.begin(), read.end());
    std::string arguments;
    for (auto const variable : read) {
        arguments += (arguments.empty() ? "v" : ", v") + std::to_string(variable);
    }
    return std::string(whole.name) + "(" + arguments + ")";
}

using summary_row = std::array<std::string, 5>;

inline summary_row row_of(
    tape_record const& r,
    recorded_statement const& last,
    std::string formula,
    std::size_t kept,
    std::source_location const& where)
{
    std::string const place = at(where); // nothing, where the compiler gave no line
    return {
        std::string("v") + std::to_string(last.result),
        std::move(formula),
        to_string(r.shape_of(last.result)),
        std::to_string(kept),
        place.empty() ? "" : place.substr(2, place.size() - 3)};
}
} // namespace detail

/// A table of a tape's statements: what each computes, its shape, the bytes that it keeps for the
/// reverse sweep (values kept by several statements count for each), and where it stands. An
/// operator that computes in several steps is one line, that of its last result.
inline std::string summary_of(tape_record const& r)
{
    std::vector<detail::summary_row> rows{{"result", "formula", "shape", "keeps", "where"}};
    for (std::size_t k = 0, next = 0; k < r.statements().size(); ++k) {
        bool const is_composite = next < r.composites().size() && r.composites()[next].begin == k;
        if (!is_composite) {
            auto const& s = r.statements()[k];
            rows.push_back(detail::row_of(r, s, formula_of(s), detail::bytes_kept_by(s), s.where));
            continue;
        }
        auto const& whole = r.composites()[next++];
        std::size_t kept = 0;
        for (; k < whole.end; ++k) {
            kept += detail::bytes_kept_by(r.statements()[k]);
        }
        auto const& last = r.statements()[--k];
        rows.push_back(detail::row_of(r, last, detail::formula_of(r, whole), kept, whole.where));
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
