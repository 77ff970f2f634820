#pragma once

#include <xgrad/base/segmented_list.hpp>
#include <xgrad/tape/statement.hpp>

#include <span>
#include <vector>

// Memory for time: what a stretch of statements computes can be forgotten, and computed again from
// what comes in from before it. (Rematerialization: A. Griewank and A. Walther, Evaluating
// Derivatives, 2nd ed., 2008, chapter 12.)

namespace xgrad {
class tape_record;

/// Runs a statement over these operands; returns its result.
using statement_runner =
    body_pointer (*)(tape_record const&, recorded_statement const&, std::span<tensor_body* const>);

/// Statements [begin, end) of a tape that keeps all operands coming in from before them.
class tape_segment
{
public:
    tape_segment(
        segmented_list<recorded_statement>& statements, std::size_t begin, std::size_t end) noexcept
        : statements_(&statements), begin_(begin), end_(end)
    {}

    std::size_t begin() const noexcept { return begin_; }

    std::size_t end() const noexcept { return end_; }

    /// Whether one of its statements computes this variable, and can do so again.
    bool computes(std::uint32_t variable) const noexcept
    {
        auto const k = place_of(variable);
        return k < end_ && (*statements_)[k].runs_again();
    }

    /// Drops the values that its own statements can compute again.
    void forget() const noexcept
    {
        for (auto k = begin_; k < end_; ++k) {
            auto& s = (*statements_)[k];
            for (auto& operand : s.operands()) {
                if (operand.kept && computes(operand.variable)) {
                    operand.kept = {};
                }
            }
            bool const is_companion = s.reduced != nullptr && s.reduced->companion != nullptr;
            if (s.kept_result && s.runs_again() && !is_companion) {
                s.kept_result = {};
                s.result_forgotten = true;
            }
        }
    }

    /// Computes them again.
    void recompute(tape_record const& r, statement_runner run) const
    {
        std::vector<bool> needed(end_ - begin_, false);
        for (auto k = begin_; k < end_; ++k) {
            auto const& s = (*statements_)[k];
            needed[k - begin_] = s.result_forgotten;
            for (auto const& operand : s.operands()) {
                if (computes(operand.variable)) {
                    needed[place_of(operand.variable) - begin_] = true;
                }
            }
        }
        std::vector<body_pointer> values(end_ - begin_);
        std::vector<tensor_body*> operands;
        for (auto k = begin_; k < end_; ++k) {
            auto& s = (*statements_)[k];
            operands.clear();
            for (auto& operand : s.operands()) {
                if (!operand.kept) {
                    operand.kept = values[place_of(operand.variable) - begin_];
                }
                operands.push_back(operand.kept.get());
            }
            if (needed[k - begin_] && s.runs_again()) {
                values[k - begin_] = run(r, s, operands);
            }
            if (s.result_forgotten) {
                s.kept_result = values[k - begin_];
            }
        }
    }

private:
    /// The statement that computes a variable; `end` where none of these does. Results are numbered
    /// in the order of the statements.
    std::size_t place_of(std::uint32_t variable) const noexcept
    {
        auto low = begin_;
        auto high = end_;
        while (low < high) {
            auto const middle = low + (high - low) / 2;
            if ((*statements_)[middle].result < variable) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < end_ && (*statements_)[low].result == variable ? low : end_;
    }

    segmented_list<recorded_statement>* statements_;
    std::size_t begin_;
    std::size_t end_;
};

/// The values of a segment, for the time of a scope.
class recomputed_segment
{
public:
    recomputed_segment(tape_segment const& s, tape_record const& r, statement_runner run)
        : segment_(s)
    {
        try {
            s.recompute(r, run);
        } catch (...) {
            s.forget();
            throw;
        }
    }

    recomputed_segment(recomputed_segment const&) = delete;
    recomputed_segment& operator=(recomputed_segment const&) = delete;

    ~recomputed_segment() { segment_.forget(); }

    std::size_t begin() const noexcept { return segment_.begin(); }

private:
    tape_segment segment_;
};
} // namespace xgrad
