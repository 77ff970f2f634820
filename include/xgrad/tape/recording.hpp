#pragma once

#include <xgrad/base/error.hpp>
#include <xgrad/tape/identity_map.hpp>
#include <xgrad/tape/statement.hpp>

#include <atomic>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace xgrad {
struct tape_options
{
    bool persistent = false;      // keeps its statements after `grad`
    bool watch_only = false;      // records only what depends on watched tensors
    std::size_t memory_limit = 0; // bytes it may hold; 0: no limit
};

namespace detail {
inline std::uint64_t next_tape_serial() noexcept
{
    static std::atomic<std::uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
}
} // namespace detail

/// The record itself: an array of statements in the order of their execution, and the variables
/// that they read and write. No pointers between statements, so no depth is too deep.
class recording
{
public:
    explicit recording(tape_options const& options) : options_(options) {}

    tape_options const& options() const noexcept { return options_; }

    bool enabled() const noexcept { return enabled_; }

    void enable(bool on) noexcept { enabled_ = on; }

    std::span<statement const> statements() const noexcept { return statements_; }

    std::span<variable const> variables() const noexcept { return variables_; }

    std::span<recorded_operand const> operands(statement const& s) const noexcept
    {
        return {operands_.data() + s.first_operand, s.operand_count};
    }

    void const* scalars(statement const& s) const noexcept
    {
        return scalars_.data() + s.first_scalar;
    }

    /// Times that a gradient has emptied this tape: what an error about missing values says.
    std::size_t times_consumed() const noexcept { return times_consumed_; }

    /// The variable that `body` is on this tape, if any.
    std::optional<std::uint32_t> find(tensor_body const& body) const noexcept
    {
        if (body.tape == serial_) {
            return body.variable;
        }
        return places_.find(body.identity);
    }

    void watch(tensor_body const& body) { variables_[variable_of(body)].followed = true; }

    /// Remembers that `body` is a gradient, of whose own derivatives this tape knows nothing: a
    /// sweep through it is an error, not a silent constant.
    void mark_gradient(tensor_body const& body) { variables_[variable_of(body)].gradient = true; }

    /// Appends a fused expression (`reduced` non-null: with its reduction).
    void record_expression(
        block_kernels const& kernels,
        reduction const* reduced,
        std::uint64_t axes,
        std::span<tensor_body* const> bodies,
        void const* scalars,
        tensor_body& result,
        bool first_recorder,
        std::source_location const& where)
    {
        if (!concerns(bodies)) {
            return;
        }
        transaction undo(*this);
        statement s;
        s.kernels = &kernels;
        s.reduced = reduced;
        s.axes = axes;
        s.where = where;
        // A reduction whose sweep starts from the elements' values computes them again.
        bool const recomputes =
            reduced != nullptr && (reads_values(*reduced) || kernels.result_needed);
        add_operands(
            s, bodies, [&](std::size_t i) { return kernels.leaves[i].value_needed || recomputes; });
        scalars_.resize((scalars_.size() + 7) / 8 * 8); // a double may follow a float
        s.first_scalar = static_cast<std::uint32_t>(scalars_.size());
        auto const* const bytes = static_cast<std::byte const*>(scalars);
        scalars_.insert(scalars_.end(), bytes, bytes + kernels.scalars * bytes_of(kernels.compute));
        if (reduced != nullptr ? reduced->result_needed : kernels.result_needed) {
            s.kept_result = share(result);
        }
        add(std::move(s), result, first_recorder);
        undo.commit();
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
        transaction undo(*this);
        statement s;
        s.operation_ = std::move(op);
        s.where = where;
        add_operands(s, bodies, [&](std::size_t i) { return keep[i]; });
        if (keep_result) {
            s.kept_result = share(result);
        }
        add(std::move(s), result, first_recorder);
        undo.commit();
    }

    void clear() noexcept
    {
        statements_.clear();
        operands_.clear();
        scalars_.clear();
        variables_.clear();
        places_.clear();
        most_bytes_ = 0;
        // Places that bodies remember belong to the old serial.
        serial_ = detail::next_tape_serial();
    }

    /// Empties the tape after a gradient.
    void consume() noexcept
    {
        clear();
        ++times_consumed_;
    }

    /// Bytes of the record itself and of all values that only it may be keeping alive.
    std::size_t bytes() const
    {
        std::size_t total = statements_.size() * sizeof(statement) +
            operands_.size() * sizeof(recorded_operand) + variables_.size() * sizeof(variable) +
            scalars_.size();
        std::unordered_set<tensor_body const*> counted;
        auto const count = [&](body_pointer const& body) {
            if (body && counted.insert(body.get()).second) {
                total += body->block_bytes;
            }
        };
        for (auto const& operand : operands_) {
            count(operand.kept);
        }
        for (auto const& s : statements_) {
            count(s.kept_result);
        }
        return total;
    }

private:
    // What an exception while appending must take back.
    class transaction
    {
    public:
        explicit transaction(recording& r) noexcept
            : recording_(&r),
              statements_(r.statements_.size()),
              operands_(r.operands_.size()),
              scalars_(r.scalars_.size())
        {}

        transaction(transaction const&) = delete;
        transaction& operator=(transaction const&) = delete;

        void commit() noexcept { recording_ = nullptr; }

        ~transaction()
        {
            // Variables that were seen for the first time may stay: nothing refers to them.
            if (recording_ != nullptr) {
                recording_->statements_.resize_down(statements_);
                recording_->operands_.resize_down(operands_);
                recording_->scalars_.resize(scalars_);
            }
        }

    private:
        recording* recording_;
        std::size_t statements_;
        std::size_t operands_;
        std::size_t scalars_;
    };

    template <class X>
    struct list : std::vector<X>
    {
        void resize_down(std::size_t size) noexcept
        {
            this->erase(this->begin() + static_cast<std::ptrdiff_t>(size), this->end());
        }
    };

    static bool reads_values(reduction const& r) noexcept { return r.element_double != nullptr; }

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

    std::uint32_t variable_of(tensor_body const& body)
    {
        if (auto const known = find(body)) {
            return *known;
        }
        auto const index = new_variable(body, false);
        places_.insert(body.identity, index);
        return index;
    }

    std::uint32_t new_variable(tensor_body const& body, bool followed)
    {
        if (variables_.size() == std::numeric_limits<std::uint32_t>::max()) {
            throw tape_error("tape: more than 2^32 tensors; clear the tape, or use checkpoints");
        }
        variables_.push_back({body.identity, body.type, followed, false, body.shape});
        return static_cast<std::uint32_t>(variables_.size() - 1);
    }

    template <class Keep>
    void add_operands(statement& s, std::span<tensor_body* const> bodies, Keep&& keep)
    {
        s.first_operand = static_cast<std::uint32_t>(operands_.size());
        s.operand_count = static_cast<std::uint32_t>(bodies.size());
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            auto const index = variable_of(*bodies[i]);
            operands_.push_back({index, keep(i) ? share(*bodies[i]) : body_pointer()});
        }
    }

    void add(statement s, tensor_body& result, bool first_recorder)
    {
        s.result = new_variable(result, true);
        respect_limit(s);
        statements_.push_back(std::move(s));
        if (first_recorder) {
            // Nobody else has seen the result yet: it may remember its place.
            result.tape = serial_;
            result.variable = statements_.back().result;
        } else {
            places_.insert(result.identity, statements_.back().result);
        }
    }

    // The exact count costs a pass over the tape: it is made where a bound on it exceeds the limit.
    void respect_limit(statement const& s)
    {
        if (options_.memory_limit == 0) {
            return;
        }
        most_bytes_ += sizeof(statement) + sizeof(variable);
        for (auto const& operand : operands(s)) {
            most_bytes_ += sizeof(operand) + (operand.kept ? operand.kept->block_bytes : 0);
        }
        most_bytes_ += s.kept_result ? s.kept_result->block_bytes : 0;
        if (most_bytes_ > options_.memory_limit) {
            most_bytes_ = bytes() + (s.kept_result ? s.kept_result->block_bytes : 0);
        }
        if (most_bytes_ > options_.memory_limit) {
            auto const needed = std::exchange(most_bytes_, bytes());
            throw tape_error(
                "tape: this statement would make it hold " + std::to_string(needed) +
                " bytes, more than its memory_limit of " + std::to_string(options_.memory_limit) +
                "; recompute parts with checkpoint(f, x), or raise the limit" + at(s.where));
        }
    }

    tape_options options_;
    bool enabled_ = true;
    std::uint64_t serial_ = detail::next_tape_serial();
    std::size_t times_consumed_ = 0;
    std::size_t most_bytes_ = 0;
    list<statement> statements_;
    list<recorded_operand> operands_;
    std::vector<std::byte> scalars_;
    std::vector<variable> variables_;
    identity_map places_;
};
} // namespace xgrad
