#pragma once

#include <xgrad/base/arena.hpp>
#include <xgrad/base/error.hpp>
#include <xgrad/tape/composite.hpp>
#include <xgrad/tape/known_tensors.hpp>
#include <xgrad/tape/value_budget.hpp>

#include <atomic>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace xgrad {
/// Statements over up to so many elements are swept one by one, with adjoints in the sweep's own
/// memory.
inline constexpr std::size_t few_elements = 64;

struct tape_options
{
    bool persistent = false;      // keeps its statements after `grad`
    bool watch_only = false;      // records only what depends on watched tensors
    std::size_t memory_limit = 0; // bytes it may hold, else it computes again; 0: no limit
};

/// The record itself: an array of statements in the order of their execution, and the variables
/// that they read and write. No pointers between statements, so no depth is too deep.
class tape_record : public known_tensors
{
public:
    explicit tape_record(tape_options const& options) : options_(options) {}

    tape_record(tape_record const&) = delete;
    tape_record& operator=(tape_record const&) = delete;

    XGRAD_NOINLINE ~tape_record() { clear(); } // so that it costs nothing where a pointer is null

    /// Starts anew, as if just made; keeps its memory.
    void restart(tape_options const& options) noexcept
    {
        clear();
        options_ = options;
        enabled_ = true;
        keeps_operands_ = false;
        takes_sweeps_whole_ = false;
        times_consumed_ = 0;
        forget_watched();
    }

    tape_options const& options() const noexcept { return options_; }

    bool enabled() const noexcept { return enabled_; }

    /// That records by `with_tape`, known by its stack; null where none does.
    std::atomic<void const*>& thread() noexcept { return thread_; }

    std::atomic<void const*> const& thread() const noexcept { return thread_; }

    void enable(bool on) noexcept { enabled_ = on; }

    /// From now on every operand is kept, also where no gradient needs it: the record can run
    /// again.
    void keep_operands() noexcept { keeps_operands_ = true; }

    bool keeps_operands() const noexcept { return keeps_operands_; }

    /// From now on a sweep of another tape is one statement, whose steps it does not record.
    void take_sweeps_whole() noexcept { takes_sweeps_whole_ = true; }

    bool takes_sweeps_whole() const noexcept { return takes_sweeps_whole_; }

    segmented_list<recorded_statement> const& statements() const noexcept { return statements_; }

    composite_list const& composites() const noexcept { return composites_; }

    /// The number of statements, each composite counted as one.
    std::size_t size() const noexcept { return statements_.size() - composites_.merged(); }

    /// Room for one more composite: to begin and to end it cannot fail.
    void reserve_composite() { composites_.reserve_one(); }

    /// What is recorded until `end_composite` is one statement. (A record that is repeated knows
    /// already.)
    void begin_composite() noexcept
    {
        if (next_ == none) {
            composites_.open(statements_.size());
        }
    }

    /// Ends that; drops the statements where the operator has failed.
    void
    end_composite(std::string_view name, std::source_location const& where, bool failed) noexcept
    {
        if (!failed) {
            composites_.close(statements_.size(), name, where);
            return;
        }
        auto const begin = composites_.abandon(statements_.size());
        statements_.truncate(begin);
        budget_.truncate(begin);
    }

    /// Times that a gradient has emptied this tape: what an error about missing values says.
    std::size_t times_consumed() const noexcept { return times_consumed_; }

    /// A statement over these operands is recorded.
    bool concerns(std::span<tensor_body* const> bodies) const noexcept
    {
        if (!options_.watch_only) {
            return true;
        }
        for (auto const* body : bodies) {
            if (computes(*body) || watches(*body)) {
                return true;
            }
        }
        return false;
    }

    /// From now on it records nothing. Of the tensors that statements read, those that it does not
    /// know, and that none of these statements has computed, are listed.
    void list_outer_reads(std::vector<body_pointer>& list) noexcept
    {
        outer_reads_ = &list;
        next_ = another;
    }

    /// The statement that has computed this variable, or else the last one before it: results are
    /// numbered in the order of their statements, of which there is one at least.
    recorded_statement const& statement_of(std::uint32_t result) const noexcept
    {
        std::size_t first = 0;
        for (auto end = statements_.size(); end - first > 1;) {
            auto const middle = first + (end - first) / 2;
            (statements_[middle].result <= result ? first : end) = middle;
        }
        return statements_[first];
    }

    /// A new statement of these kernels (null: an array operation) with its operands, of which
    /// `kept(i)` is kept, and its result; or, of a record that repeats, the next one again. Null
    /// where that is another one. Where it throws, only variables that were seen for the first time
    /// stay: nothing refers to them.
    template <class Kept>
    XGRAD_ALWAYS_INLINE recorded_statement*
    add(block_kernels const* kernels,
        std::span<tensor_body* const> bodies,
        std::size_t scalar_bytes,
        Kept&& kept,
        tensor_body& result,
        bool keeps_result,
        bool first_recorder,
        std::source_location const& where)
    {
        auto* const s = next_ == none
            ? append(bodies, scalar_bytes, kept, result, keeps_result, where)
            : again(kernels, bodies, kept, result, keeps_result);
        if (s != nullptr) {
            s->kernels = kernels;
            s->where = where;
            variables_.remember(result, s->result, first_recorder);
        }
        return s;
    }

    /// From now on the statements that it holds are recorded once more, in their order, over other
    /// values: of its first variables, which nothing computes, these.
    void repeat(std::span<tensor_body* const> first)
    {
        variables_.rename(first);
        next_ = 0;
    }

    /// Ends that. Returns whether all of them were recorded again, and nothing else.
    bool end_repeat() noexcept { return std::exchange(next_, none) == statements_.size(); }

    /// Lets go of all values, and of the array operations, which hold some too; the statements
    /// stay, to be repeated.
    void release_values() noexcept
    {
        for (std::size_t k = 0; k < statements_.size(); ++k) {
            for (auto& operand : statements_[k].operands()) {
                operand.kept = {};
            }
            statements_[k].kept_result = {};
            statements_[k].operation.reset();
        }
    }

    /// Which values have been forgotten, and are computed again where a sweep needs them.
    value_budget& budget() noexcept { return budget_; }

    value_budget const& budget() const noexcept { return budget_; }

    void clear() noexcept
    {
        next_ = none;
        if (variables_.size() == 0) {
            return; // and so is all else
        }
        budget_.clear();
        composites_.clear();
        statements_.clear();
        operands_.clear();
        forget();
    }

    /// Empties the tape after a gradient.
    void consume() noexcept
    {
        clear();
        ++times_consumed_;
    }

    /// Bytes that it has ready for statements to come, at least.
    std::size_t retained_bytes() const noexcept
    {
        return statements_.retained_bytes() + operands_.retained_bytes();
    }

    /// Bytes of the record itself and of all values that only it may be keeping alive.
    std::size_t bytes() const { return own_bytes() + kept_bytes(statements_, {}); }

private:
    template <class Kept>
    XGRAD_ALWAYS_INLINE recorded_statement* append(
        std::span<tensor_body* const> bodies,
        std::size_t scalar_bytes,
        Kept&& kept,
        tensor_body& result,
        bool keeps_result,
        std::source_location const& where)
    {
        auto const bytes = bodies.size() * sizeof(recorded_operand) + scalar_bytes;
        auto* const operands = static_cast<recorded_operand*>(operands_.allocate(bytes));
        bool const keeps_more = keeps_operands_ || options_.memory_limit != 0;
        std::size_t made = 0;
        try {
            for (; made < bodies.size(); ++made) {
                auto const variable = variables_.place_of(*bodies[made]);
                auto* const body = keeps_more && must_keep(variable) ? bodies[made] : kept(made);
                ::new (operands + made)
                    recorded_operand{variable, body != nullptr ? share(*body) : body_pointer()};
            }
            reserve(where);
            if (options_.memory_limit != 0) {
                budget_.respect(
                    options_.memory_limit,
                    own_bytes(),
                    {operands, made},
                    bodies,
                    keeps_result ? &result : nullptr,
                    where);
            }
        } catch (...) {
            std::destroy_n(operands, made);
            throw;
        }
        // From here on nothing fails.
        auto& s = statements_.emplace_back();
        s.first_operand = operands;
        s.operand_count = static_cast<std::uint32_t>(made);
        s.result = variables_.add(result, true);
        if (keeps_result) {
            s.kept_result = share(result);
        }
        return &s;
    }

    template <class Kept>
    recorded_statement* again(
        block_kernels const* kernels,
        std::span<tensor_body* const> bodies,
        Kept&& kept,
        tensor_body& result,
        bool keeps_result)
    {
        if (outer_reads_ != nullptr) {
            note_reads(bodies, result);
            return nullptr;
        }
        auto* const s = next_ < statements_.size() ? &statements_[next_] : nullptr;
        if (s == nullptr || s->kernels != kernels || s->operand_count != bodies.size() ||
            variables_.size_of(s->result) != result.size) {
            next_ = another;
            return nullptr;
        }
        ++next_;
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            auto* const body = kept(i);
            s->first_operand[i].kept = body != nullptr ? share(*body) : body_pointer();
        }
        s->kept_result = keeps_result ? share(result) : body_pointer();
        return s;
    }

    void note_reads(std::span<tensor_body* const> bodies, tensor_body& result)
    {
        for (auto* const body : bodies) {
            if (!find(*body)) {
                outer_reads_->push_back(share(*body));
                know(*body);
            }
        }
        know(result);
    }

    /// An operand that is kept even where its value is not needed on the way back: to run again, or
    /// to compute again what has been forgotten.
    bool must_keep(std::uint32_t variable) noexcept
    {
        return keeps_operands_ ||
            (options_.memory_limit != 0 && !budget_.open_segment().computes(variable));
    }

    void reserve(std::source_location const& where)
    {
        if (variables_.size() == std::numeric_limits<std::uint32_t>::max()) {
            throw tape_error(
                "tape: more than 2^32 tensors; clear the tape, or use checkpoints" + at(where));
        }
        statements_.reserve_one();
        variables_.reserve_one();
    }

    std::size_t own_bytes() const noexcept
    {
        return statements_.bytes() + composites_.bytes() + operands_.bytes() + variables_.bytes();
    }

    static constexpr auto none = std::numeric_limits<std::size_t>::max();
    static constexpr auto another = none - 1;

    tape_options options_;
    std::size_t next_ = none; // statement that is to be recorded again
    std::atomic<void const*> thread_{nullptr};
    bool enabled_ = true;
    bool keeps_operands_ = false;
    bool takes_sweeps_whole_ = false;
    std::size_t times_consumed_ = 0;
    std::vector<body_pointer>* outer_reads_ = nullptr; // see list_outer_reads
    segmented_list<recorded_statement> statements_;
    composite_list composites_;
    value_budget budget_{statements_};
    memory_arena operands_; // and numbers, of all statements
};
} // namespace xgrad
