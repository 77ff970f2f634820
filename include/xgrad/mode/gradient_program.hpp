#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/mode/replay_record.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

// A gradient that a replayed function takes itself, as a replay within the replay.

namespace xgrad::detail {
/// What the function has computed on its tape, from the sources to the target, as a replay.
template <class Tape>
class gradient_program
{
public:
    /// Its arguments: the sources, then whatever else the target is computed from.
    struct argument_list
    {
        std::vector<tensor_body*> bodies;
        std::vector<std::uint32_t> variables;
        std::size_t sources = 0;

        void add(tensor_body* body, std::uint32_t variable)
        {
            bodies.push_back(body);
            variables.push_back(variable);
        }

        std::size_t place_of(std::uint32_t variable) const noexcept
        {
            auto const place = std::find(variables.begin(), variables.end(), variable);
            return static_cast<std::size_t>(place - variables.begin());
        }
    };

    /// Of the steps of another record, which compute the target. Null where they cannot be
    /// replayed.
    static std::shared_ptr<gradient_program>
    of(replay_steps<tape_record>& steps, argument_list const& arguments, bool has_seed)
    {
        no_grad const guard;
        unwatched const also;
        auto program = std::make_shared<gradient_program>();
        program->arguments_ = arguments.bodies.size();
        program->has_seed_ = has_seed;
        program->gradients_.resize(arguments.sources);
        program->results_.resize(1 + arguments.sources);
        program->record_.record_all(arguments.bodies, arguments.sources, [&] {
            body_pointer target;
            steps.run(arguments.bodies, {&target, 1});
            return target;
        });
        return program->record_.obstacle().empty() ? program : nullptr;
    }

    /// The target (0), or the gradient by a source (1, ...), for other arguments and, behind them,
    /// a seed. All are computed when the first one is asked for. Null where they cannot be.
    body_pointer result(std::size_t which, std::span<tensor_body* const> operands)
    {
        if (!results_[which]) {
            compute(operands);
        }
        return std::exchange(results_[which], {});
    }

private:
    void compute(std::span<tensor_body* const> operands)
    {
        auto const arguments = operands.first(arguments_);
        auto const seed = has_seed_ ? share(*operands[arguments_]) : body_pointer();
        auto value = seed ? body_pointer() : record_.run_whole(arguments, gradients_);
        if (!value) {
            value = record_.run_and_sweep(arguments, gradients_, seed);
        }
        if (value) {
            results_[0] = std::move(value);
            std::move(gradients_.begin(), gradients_.end(), results_.begin() + 1);
        }
    }

    replay_record<Tape> record_;
    std::size_t arguments_ = 0;
    bool has_seed_ = false;
    std::vector<body_pointer> gradients_; // while they are computed
    std::vector<body_pointer> results_;   // those that have not been asked for yet
};

/// One of its results as a statement of the function's record.
template <class Tape>
class replayed_gradient : public array_operation
{
public:
    replayed_gradient(std::shared_ptr<gradient_program<Tape>> program, std::size_t which)
        : program_(std::move(program)), which_(which)
    {}

    std::string_view name() const noexcept override { return "gradient"; }

    /// A record that takes sweeps whole is never swept.
    void reverse(statement_pullback&) const override {}

    bool runs_again() const noexcept override { return true; }

    body_pointer again(std::span<tensor_body* const> operands) const override
    {
        for_each_watch([](replay_watch& watch) {
            watch.obstacle = "it replays a function that takes gradients itself";
        });
        no_grad const guard;
        unwatched const also;
        return program_->result(which_, operands);
    }

private:
    std::shared_ptr<gradient_program<Tape>> program_;
    std::size_t which_;
};
} // namespace xgrad::detail
