#pragma once

#include <xgrad/base/error.hpp>
#include <xgrad/tape/kept_bytes.hpp>
#include <xgrad/tape/segment.hpp>
#include <xgrad/tape/variable_table.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace xgrad {
/// How a tape stays within its memory_limit: where its values would exceed it, those of the latest
/// statements are forgotten, but for what cannot be computed again.
class value_budget
{
public:
    explicit value_budget(segmented_list<recorded_statement>& statements) noexcept
        : statements_(statements)
    {}

    value_budget(value_budget const&) = delete;
    value_budget& operator=(value_budget const&) = delete;

    /// The values of some statements have been forgotten: a sweep computes them again, segment by
    /// segment.
    bool forgets() const noexcept { return !segment_ends_.empty(); }

    /// Keeps of the latest statements' values only what they cannot compute again.
    void forget_values() noexcept
    {
        if (auto const latest = open_segment(); latest.begin() < latest.end()) {
            latest.forget();
            segment_ends_.push_back(latest.end());
        }
    }

    /// The segment of forgotten values to which a statement belongs.
    tape_segment segment_of(std::size_t statement) noexcept
    {
        auto const end = std::upper_bound(segment_ends_.begin(), segment_ends_.end(), statement);
        return {statements_, end == segment_ends_.begin() ? 0 : *(end - 1), *end};
    }

    /// The statements since the latest time that values were forgotten.
    tape_segment open_segment() noexcept
    {
        return {statements_, segment_ends_.empty() ? 0 : segment_ends_.back(), statements_.size()};
    }

    /// The statements from this one on are there no more.
    void truncate(std::size_t statements) noexcept
    {
        bool is_cut = false;
        for (; !segment_ends_.empty() && segment_ends_.back() > statements; is_cut = true) {
            segment_ends_.pop_back();
        }
        if (is_cut && statements > (segment_ends_.empty() ? 0 : segment_ends_.back())) {
            segment_ends_.push_back(statements); // in the place of one that was longer
        }
    }

    void clear() noexcept
    {
        segment_ends_.clear();
        most_bytes_ = 0;
    }

    /// Makes room for a statement of these operands, over these bodies, and with this result (null
    /// where it is not kept), on a tape whose record takes `record_bytes` without values. Throws
    /// tape_error where there is none. The exact count costs a pass over the tape: it is made where
    /// a bound on it exceeds the limit.
    XGRAD_NOINLINE void respect(
        std::size_t limit,
        std::size_t record_bytes,
        std::span<recorded_operand> operands,
        std::span<tensor_body* const> bodies,
        tensor_body* kept_result,
        std::source_location const& where)
    {
        segment_ends_.reserve(segment_ends_.size() + 1);
        std::vector<body_pointer> more;
        auto const collect = [&] {
            more.clear();
            more.push_back(kept_result != nullptr ? share(*kept_result) : body_pointer());
            for (auto const& operand : operands) {
                more.push_back(operand.kept);
            }
        };
        auto const bytes_with = [&](std::span<body_pointer const> values) {
            return record_bytes + kept_bytes(statements_, values);
        };
        collect();
        most_bytes_ += sizeof(recorded_statement) + operands.size_bytes() + sizeof(tape_variable) +
            sizeof(shape_type);
        for (auto const& body : more) {
            most_bytes_ += body ? bytes_kept_by(*body) : 0;
        }
        if (most_bytes_ > limit) {
            most_bytes_ = bytes_with(more);
        }
        if (most_bytes_ > limit && open_segment().begin() < statements_.size()) {
            forget_values();
            for (std::size_t i = 0; i < operands.size(); ++i) {
                operands[i].kept = share(*bodies[i]); // all of them come from before it now
            }
            collect();
            most_bytes_ = bytes_with(more);
        }
        if (most_bytes_ > limit) {
            auto const needed = std::exchange(most_bytes_, bytes_with({}));
            throw tape_error(
                "tape: with this statement it must hold " + std::to_string(needed) +
                " bytes, more than its memory_limit of " + std::to_string(limit) +
                ", although it keeps only what it cannot compute again from the statements before; "
                "raise the limit, or put many steps into one with checkpoint(f, x) or "
                "checkpointed_loop(step, n, x)" +
                at(where));
        }
    }

private:
    segmented_list<recorded_statement>& statements_;
    std::vector<std::size_t> segment_ends_;
    std::size_t most_bytes_ = 0;
};
} // namespace xgrad
