#pragma once

#include <xgrad/base/arena.hpp>
#include <xgrad/base/error.hpp>
#include <xgrad/tape/kept_bytes.hpp>
#include <xgrad/tape/segment.hpp>
#include <xgrad/tape/variable_table.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
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
class recording
{
public:
    explicit recording(tape_options const& options) : options_(options) {}

    recording(recording const&) = delete;
    recording& operator=(recording const&) = delete;

    ~recording() { clear(); }

    /// Starts anew, as if just made; keeps its memory.
    void restart(tape_options const& options) noexcept
    {
        clear();
        options_ = options;
        enabled_ = true;
        keeps_operands_ = false;
        times_consumed_ = 0;
    }

    tape_options const& options() const noexcept { return options_; }

    bool enabled() const noexcept { return enabled_; }

    void enable(bool on) noexcept { enabled_ = on; }

    /// From now on every operand is kept, also where no gradient needs it: the record can run
    /// again.
    void keep_operands() noexcept { keeps_operands_ = true; }

    bool keeps_operands() const noexcept { return keeps_operands_; }

    segmented_list<statement> const& statements() const noexcept { return statements_; }

    variable_table const& variables() const noexcept { return variables_; }

    shape_type const& shape_of(std::uint32_t variable) const noexcept
    {
        return variables_.shape_of(variable);
    }

    /// Times that a gradient has emptied this tape: what an error about missing values says.
    std::size_t times_consumed() const noexcept { return times_consumed_; }

    /// The variable that `body` is on this tape, if any.
    std::optional<std::uint32_t> find(tensor_body const& body) const noexcept
    {
        return variables_.find(body);
    }

    /// A statement over these operands is recorded.
    bool concerns(std::span<tensor_body* const> bodies) const noexcept
    {
        if (!options_.watch_only) {
            return true;
        }
        for (auto const* body : bodies) {
            if (auto const known = find(*body); known && variables_[*known].followed) {
                return true;
            }
        }
        return false;
    }

    /// Makes `body` a variable, that no statement need have computed.
    void know(tensor_body const& body) { variables_.place_of(body); }

    void watch(tensor_body const& body) { variables_[variables_.place_of(body)].followed = true; }

    /// Remembers that `body` is a gradient, of whose own derivatives this tape knows nothing: a
    /// sweep through it is an error, not a silent constant.
    void mark_gradient(tensor_body const& body)
    {
        variables_[variables_.place_of(body)].gradient = true;
        knows_gradients_ = true;
    }

    bool knows_gradients() const noexcept { return knows_gradients_; }

    /// Appends a fused expression (`reduced` non-null: with its reduction).
    void record_expression(expression_record const& e, tensor_body& result, bool first_recorder)
    {
        if (!concerns(e.operands)) {
            return;
        }
        auto const& kernels = *e.kernels;
        auto const scalar_bytes = kernels.scalars * bytes_of(kernels.compute);
        bool const linear = e.aligned == alignment::linear;
        // A reduction whose sweep starts from the elements' values computes them again.
        bool const recomputes = e.reduced != nullptr &&
            (e.reduced->element != nullptr || kernels.result_needed ||
             (e.reduced->joint != nullptr && e.reduced->joint->elements_needed));
        bool const keeps_result =
            !linear && (e.reduced != nullptr ? e.reduced->result_needed : kernels.result_needed);
        auto const kept = [&](std::size_t i) {
            return linear                                      ? e.unit_adjoints[i].get()
                : kernels.leaves[i].value_needed || recomputes ? e.operands[i]
                                                               : nullptr;
        };
        auto& s = append(e.operands, scalar_bytes, kept, result, keeps_result, e.where);
        s.kernels = &kernels;
        s.reduced = e.reduced;
        s.axes = e.axes;
        s.aligned = e.aligned;
        if (e.aligned == alignment::same && e.reduced == nullptr && result.size <= few_elements) {
            s.few = static_cast<std::uint8_t>(result.size);
        }
        if (e.companion) {
            s.kept_result = e.companion;
        }
        auto const* const scalars = static_cast<std::byte const*>(e.scalars);
        std::copy_n(scalars, scalar_bytes, static_cast<std::byte*>(s.scalars()));
        variables_.remember(result, s.result, first_recorder);
    }

    /// Appends an array operation, which keeps the operands and the result it asks for.
    void record_operation(
        std::unique_ptr<operation const> op,
        std::span<tensor_body* const> bodies,
        std::span<bool const> keep,
        bool keep_result,
        tensor_body& result,
        bool first_recorder,
        std::source_location const& where)
    {
        if (!concerns(bodies)) {
            return;
        }
        auto const kept = [&](std::size_t i) { return keep[i] ? bodies[i] : nullptr; };
        auto& s = append(bodies, 0, kept, result, keep_result, where);
        s.operation_ = std::move(op);
        variables_.remember(result, s.result, first_recorder);
    }

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
    segment segment_of(std::size_t statement) noexcept
    {
        auto const end = std::upper_bound(segment_ends_.begin(), segment_ends_.end(), statement);
        return {statements_, end == segment_ends_.begin() ? 0 : *(end - 1), *end};
    }

    void clear() noexcept
    {
        if (variables_.size() == 0) {
            return; // and so is all else
        }
        segment_ends_.clear();
        statements_.clear();
        operands_.clear();
        variables_.clear();
        most_bytes_ = 0;
        knows_gradients_ = false;
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
    std::size_t bytes() const { return bytes_with({}); }

private:
    /// A new statement with its operands, of which `kept(i)` is kept, and its result. Where it
    /// throws, only variables that were seen for the first time stay: nothing refers to them.
    template <class Kept>
    XGRAD_ALWAYS_INLINE statement& append(
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
                respect_limit({operands, made}, bodies, keeps_result ? &result : nullptr, where);
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
        s.where = where;
        if (keeps_result) {
            s.kept_result = share(result);
        }
        return s;
    }

    /// An operand that is kept even where its value is not needed on the way back: to run again, or
    /// to compute again what has been forgotten.
    bool must_keep(std::uint32_t variable) noexcept
    {
        return keeps_operands_ ||
            (options_.memory_limit != 0 && !open_segment().computes(variable));
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

    /// The statements since the latest time that values were forgotten.
    segment open_segment() noexcept
    {
        return {statements_, segment_ends_.empty() ? 0 : segment_ends_.back(), statements_.size()};
    }

    // As if the tape also kept these values.
    std::size_t bytes_with(std::span<body_pointer const> more) const
    {
        return statements_.bytes() + operands_.bytes() + variables_.bytes() +
            kept_bytes(statements_, more);
    }

    // The exact count costs a pass over the tape: it is made where a bound on it exceeds the limit.
    XGRAD_NOINLINE void respect_limit(
        std::span<recorded_operand> operands,
        std::span<tensor_body* const> bodies,
        tensor_body* kept_result,
        std::source_location const& where)
    {
        segment_ends_.reserve(segment_ends_.size() + 1);
        std::vector<body_pointer> more;
        auto const collect = [&] {
            more.assign(1, kept_result != nullptr ? share(*kept_result) : body_pointer());
            for (auto const& operand : operands) {
                more.push_back(operand.kept);
            }
        };
        collect();
        most_bytes_ +=
            sizeof(statement) + operands.size_bytes() + sizeof(variable) + sizeof(shape_type);
        for (auto const& body : more) {
            most_bytes_ += body ? bytes_kept_by(*body) : 0;
        }
        if (most_bytes_ > options_.memory_limit) {
            most_bytes_ = bytes_with(more);
        }
        if (most_bytes_ > options_.memory_limit && open_segment().begin() < statements_.size()) {
            forget_values();
            for (std::size_t i = 0; i < operands.size(); ++i) {
                operands[i].kept = share(*bodies[i]); // all of them come from before it now
            }
            collect();
            most_bytes_ = bytes_with(more);
        }
        if (most_bytes_ > options_.memory_limit) {
            auto const needed = std::exchange(most_bytes_, bytes());
            throw tape_error(
                "tape: with this statement it must hold " + std::to_string(needed) +
                " bytes, more than its memory_limit of " + std::to_string(options_.memory_limit) +
                ", although it keeps only what it cannot compute again from the statements before; "
                "raise the limit, or put many steps into one with checkpoint(f, x) or "
                "checkpointed_loop(step, n, x)" +
                at(where));
        }
    }

    tape_options options_;
    bool enabled_ = true;
    bool keeps_operands_ = false;
    bool knows_gradients_ = false;
    std::size_t times_consumed_ = 0;
    std::size_t most_bytes_ = 0;
    std::vector<std::size_t> segment_ends_;
    segmented_list<statement> statements_;
    arena operands_; // and numbers, of all statements
    variable_table variables_;
};
} // namespace xgrad
