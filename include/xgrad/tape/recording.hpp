#pragma once

#include <xgrad/base/arena.hpp>
#include <xgrad/base/error.hpp>
#include <xgrad/base/segmented_list.hpp>
#include <xgrad/tape/identity_map.hpp>
#include <xgrad/tape/statement.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace xgrad {
struct tape_options
{
    bool persistent = false;      // keeps its statements after `grad`
    bool watch_only = false;      // records only what depends on watched tensors
    std::size_t memory_limit = 0; // bytes it may hold; 0: no limit
};

/// A fused expression as it is handed to the tapes.
struct expression_record
{
    block_kernels const* kernels;
    std::span<tensor_body* const> operands;
    void const* scalars;
    alignment aligned = alignment::any;
    reduction const* reduced = nullptr;
    std::uint64_t axes = 0;
    std::span<body_pointer const> unit_adjoints{}; // of the operands, where it is linear
    std::source_location where;
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

    tape_options const& options() const noexcept { return options_; }

    bool enabled() const noexcept { return enabled_; }

    void enable(bool on) noexcept { enabled_ = on; }

    /// From now on every operand is kept, also where no gradient needs it: the record can run
    /// again.
    void keep_operands() noexcept { keeps_operands_ = true; }

    bool keeps_operands() const noexcept { return keeps_operands_; }

    segmented_list<statement> const& statements() const noexcept { return statements_; }

    segmented_list<variable> const& variables() const noexcept { return variables_; }

    /// The shapes of the variables; one may be listed several times.
    segmented_list<shape_type> const& shapes() const noexcept { return shapes_; }

    shape_type const& shape_of(std::uint32_t variable) const noexcept
    {
        return shapes_[variables_[variable].shape];
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
    void know(tensor_body const& body) { variable_of(body); }

    void watch(tensor_body const& body) { variables_[variable_of(body)].followed = true; }

    /// Remembers that `body` is a gradient, of whose own derivatives this tape knows nothing: a
    /// sweep through it is an error, not a silent constant.
    void mark_gradient(tensor_body const& body)
    {
        variables_[variable_of(body)].gradient = true;
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
        bool const recomputes =
            e.reduced != nullptr && (e.reduced->element != nullptr || kernels.result_needed);
        bool const keeps_result =
            !linear && (e.reduced != nullptr ? e.reduced->result_needed : kernels.result_needed);
        auto const kept = [&](std::size_t i) {
            return linear ? e.unit_adjoints[i]
                : kernels.leaves[i].value_needed || recomputes || keeps_operands_
                ? share(*e.operands[i])
                : body_pointer();
        };
        auto& s = append(e.operands, scalar_bytes, kept, result, keeps_result, e.where);
        s.kernels = &kernels;
        s.reduced = e.reduced;
        s.axes = e.axes;
        s.aligned = e.aligned;
        auto const* const scalars = static_cast<std::byte const*>(e.scalars);
        std::copy_n(scalars, scalar_bytes, static_cast<std::byte*>(s.scalars()));
        remember_place(result, s.result, first_recorder);
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
        auto const kept = [&](std::size_t i) {
            return keep[i] || keeps_operands_ ? share(*bodies[i]) : body_pointer();
        };
        auto& s = append(bodies, 0, kept, result, keep_result, where);
        s.operation_ = std::move(op);
        remember_place(result, s.result, first_recorder);
    }

    void clear() noexcept
    {
        statements_.clear();
        operands_.clear();
        variables_.clear();
        shapes_.clear();
        places_.clear();
        most_bytes_ = 0;
        knows_gradients_ = false;
        // Places that bodies remember belong to the old serial.
        serial_ = detail::next_identity();
    }

    /// Empties the tape after a gradient.
    void consume() noexcept
    {
        clear();
        ++times_consumed_;
    }

    /// Bytes of the record itself and of all values that only it may be keeping alive.
    std::size_t bytes() const { return bytes_with({}); }

private:
    std::uint32_t variable_of(tensor_body const& body)
    {
        if (auto const known = find(body)) {
            return *known;
        }
        places_.reserve_one();
        auto const index = new_variable(body, false);
        places_.insert(body.identity, index);
        return index;
    }

    std::uint32_t new_variable(tensor_body const& body, bool followed)
    {
        auto const shape = place_of_shape(body.shape);
        variables_.emplace_back(body.identity, shape, body.type, followed, false);
        return static_cast<std::uint32_t>(variables_.size() - 1);
    }

    // Few shapes are many variables': the latest ones are looked through, older ones listed again.
    std::uint32_t place_of_shape(shape_type const& shape)
    {
        constexpr std::size_t latest = 4;
        auto const size = shapes_.size();
        if (size > 0 && same_shape(shapes_[last_shape_], shape)) {
            return last_shape_;
        }
        for (std::size_t i = size; i-- > 0 && i + latest >= size;) {
            if (same_shape(shapes_[i], shape)) {
                return last_shape_ = static_cast<std::uint32_t>(i);
            }
        }
        shapes_.emplace_back(shape);
        return last_shape_ = static_cast<std::uint32_t>(size);
    }

    /// A new statement with its operands, of which `kept(i)` is kept, and its result. Where it
    /// throws, only variables that were seen for the first time stay: nothing refers to them.
    template <class Kept>
    statement& append(
        std::span<tensor_body* const> bodies,
        std::size_t scalar_bytes,
        Kept&& kept,
        tensor_body& result,
        bool keeps_result,
        std::source_location const& where)
    {
        constexpr std::size_t most_compared = 4;
        auto const bytes = bodies.size() * sizeof(recorded_operand) + scalar_bytes;
        auto* const operands = static_cast<recorded_operand*>(operands_.allocate(bytes));
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            // Often the same tensor again.
            std::size_t before = 0;
            while (before < i && bodies[before] != bodies[i] && before < most_compared) {
                ++before;
            }
            auto const index = before < i && bodies[before] == bodies[i] ? operands[before].variable
                                                                         : variable_of(*bodies[i]);
            ::new (operands + i) recorded_operand{index, {}};
        }
        reserve(where);
        if (options_.memory_limit != 0) {
            respect_limit(bodies, kept, keeps_result ? share(result) : body_pointer(), where);
        }
        // From here on nothing fails.
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            operands[i].kept = kept(i);
        }
        auto& s = statements_.emplace_back();
        s.first_operand = operands;
        s.operand_count = static_cast<std::uint32_t>(bodies.size());
        s.result = new_variable(result, true);
        s.where = where;
        if (keeps_result) {
            s.kept_result = share(result);
        }
        return s;
    }

    void remember_place(tensor_body& result, std::uint32_t index, bool first_recorder)
    {
        if (first_recorder) {
            // Nobody else has seen the result yet: it may remember its place.
            result.tape = serial_;
            result.variable = index;
        } else {
            places_.insert(result.identity, index);
        }
    }

    void reserve(std::source_location const& where)
    {
        if (variables_.size() == std::numeric_limits<std::uint32_t>::max()) {
            throw tape_error(
                "tape: more than 2^32 tensors; clear the tape, or use checkpoints" + at(where));
        }
        statements_.reserve_one();
        variables_.reserve_one();
        shapes_.reserve_one();
        places_.reserve_one();
    }

    // As if the tape also kept these values.
    std::size_t bytes_with(std::span<body_pointer const> more) const
    {
        auto total = statements_.bytes() + operands_.bytes() + variables_.bytes() +
            shapes_.bytes() + places_.bytes();
        std::vector<tensor_body const*> kept;
        auto const count = [&](body_pointer const& body) {
            if (body) {
                kept.push_back(body.get());
                if (auto const* const viewed = body->viewed()) {
                    kept.push_back(viewed); // a view keeps what it is a view of
                }
            }
        };
        for (std::size_t i = 0; i < statements_.size(); ++i) {
            for (auto const& operand : statements_[i].operands()) {
                count(operand.kept);
            }
            count(statements_[i].kept_result);
        }
        std::for_each(more.begin(), more.end(), count);
        std::sort(kept.begin(), kept.end()); // values kept several times count once
        kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
        for (auto const* body : kept) {
            total += body->block_bytes;
        }
        return total;
    }

    // The exact count costs a pass over the tape: it is made where a bound on it exceeds the limit.
    template <class Kept>
    XGRAD_NOINLINE void respect_limit(
        std::span<tensor_body* const> bodies,
        Kept&& kept,
        body_pointer kept_result,
        std::source_location const& where)
    {
        std::vector<body_pointer> more{std::move(kept_result)};
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            more.push_back(kept(i));
        }
        most_bytes_ += sizeof(statement) + bodies.size() * sizeof(recorded_operand) +
            sizeof(variable) + sizeof(shape_type);
        for (auto const& body : more) {
            most_bytes_ += body ? body->block_bytes : 0;
            most_bytes_ += body && body->viewed() != nullptr ? body->viewed()->block_bytes : 0;
        }
        if (most_bytes_ > options_.memory_limit) {
            most_bytes_ = bytes_with(more);
        }
        if (most_bytes_ > options_.memory_limit) {
            auto const needed = std::exchange(most_bytes_, bytes());
            throw tape_error(
                "tape: this statement would make it hold " + std::to_string(needed) +
                " bytes, more than its memory_limit of " + std::to_string(options_.memory_limit) +
                "; recompute parts with checkpoint(f, x), or raise the limit" + at(where));
        }
    }

    tape_options options_;
    bool enabled_ = true;
    bool keeps_operands_ = false;
    bool knows_gradients_ = false;
    std::uint64_t serial_ = detail::next_identity(); // what bodies know this record by
    std::size_t times_consumed_ = 0;
    std::size_t most_bytes_ = 0;
    segmented_list<statement> statements_;
    arena operands_; // and numbers, of all statements
    segmented_list<variable> variables_;
    segmented_list<shape_type> shapes_;
    std::uint32_t last_shape_ = 0;
    identity_map places_;
};
} // namespace xgrad
