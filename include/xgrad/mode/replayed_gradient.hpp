#pragma once

#include <xgrad/mode/gradient_program.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

// A gradient that a replayed function takes itself (a step of training, of Newton's method) is a
// statement of its record: it runs as the value and gradients of a replay do, compiled, and has the
// last bits that it has where the function is called. Tapes that follow a replay need its steps
// instead, and have a record of their own.

namespace xgrad::detail {
/// Some compiled statement lies between these sources and targets. (Those that are interpreted are
/// swept in the same way whether tapes look on or not.)
inline bool sweeps_compiled_statements(taken_gradient const& gradient)
{
    auto const& r = gradient.swept;
    std::vector<bool> depends(r.variables().size(), false);
    std::vector<bool> needed(r.variables().size(), false);
    auto const mark = [&](std::vector<bool>& which, tensor_body const& body) {
        if (auto const variable = r.find(body)) {
            which[*variable] = true;
        }
    };
    for (auto const* source : gradient.sources) {
        mark(depends, *source);
    }
    for (auto const& target : gradient.targets) {
        mark(needed, *target.body);
    }
    auto const& statements = r.statements();
    for (std::size_t k = 0; k < statements.size(); ++k) {
        for (auto const& operand : statements[k].operands()) {
            depends[statements[k].result] =
                depends[statements[k].result] || depends[operand.variable];
        }
    }
    for (auto k = statements.size(); k-- > 0;) {
        auto const& s = statements[k];
        if (!needed[s.result] || !depends[s.result]) {
            continue;
        }
        bool const is_linear = s.aligned == operand_alignment::linear;
        if (s.kernels != nullptr && (s.kernels->program == nullptr || is_linear)) {
            return true;
        }
        for (auto const& operand : s.operands()) {
            needed[operand.variable] = true;
        }
    }
    return false;
}

/// A gradient as statements of the record of one who looks on.
template <class Tape>
class gradient_statements
{
public:
    gradient_statements(replay_watch const& watch, taken_gradient const& gradient)
        : watch_(watch), gradient_(gradient)
    {
        if (gradient.targets.size() == 1) {
            seed_ = gradient.targets[0].seed;
        }
        if (is_simple() && find_sources()) {
            find_program();
        }
    }

    /// It is one that can be replayed.
    bool exist() const noexcept { return program_ != nullptr; }

    /// Adds them, once the gradient is there.
    void record() const
    {
        auto& r = *watch_.record;
        auto const add = [&](std::size_t which, tensor_body& result) {
            auto const keep = std::make_unique<bool[]>(operands_.size());
            record_operation(
                r,
                std::make_unique<replayed_gradient<Tape> const>(program_, which),
                operands_,
                {keep.get(), operands_.size()},
                false,
                result,
                false,
                std::source_location());
        };
        for (std::size_t i = 0; i < gradient_.sources.size(); ++i) {
            auto& result = *gradient_.result[i];
            if (!r.find(result)) { // as for a source that is given twice
                add(1 + arguments_.place_of(*r.find(*gradient_.sources[i])), result);
            }
        }
        // The program has the target's value, too. (Of a tape that stays, it is on a way to
        // others.)
        if (gradient_.is_last) {
            auto const& target = gradient_.targets[0].body;
            auto const value = make_view(share(*target), target->shape, target->strides(), 0);
            add(0, *value);
            r.replace(*target, *r.find(*value));
        }
    }

private:
    // A record has a program for each gradient: beyond so many they are steps of a loop, or rows of
    // a Jacobian, each of which would compute the target once more.
    static constexpr std::size_t most = 64;
    static constexpr std::size_t most_of_one_target = 4;

    bool is_simple() const
    {
        auto const limit = gradient_.is_last ? most : most_of_one_target;
        return watch_.gradients <= limit && gradient_.targets.size() == 1 &&
            gradient_.swept.options().memory_limit == 0 && !gradient_.swept.knows_gradients() &&
            !numerics_are_checked() && gradient_.swept.computes(*gradient_.targets[0].body) &&
            watch_.record->find(*gradient_.targets[0].body);
    }

    /// Sources are arguments, or at least nothing that the swept tape has computed.
    bool find_sources()
    {
        auto const& r = *watch_.record;
        for (auto* const source : gradient_.sources) {
            auto const variable = r.find(*source);
            if (!variable || gradient_.swept.computes(*source)) {
                return false;
            }
            if (arguments_.place_of(*variable) == arguments_.variables.size()) {
                arguments_.add(source, *variable);
            }
        }
        arguments_.sources = arguments_.variables.size();
        return true;
    }

    void find_program()
    {
        auto& r = *watch_.record;
        auto const target = *r.find(*gradient_.targets[0].body);
        std::vector<tensor_body*> needed(r.variables().size(), nullptr);
        needed[target] = gradient_.targets[0].body;
        auto const is_swept = [&](std::uint32_t variable) {
            return needed[variable] != nullptr && gradient_.swept.computes(*needed[variable]);
        };
        for (auto k = r.statements().size(); k-- > 0;) {
            auto const& s = r.statements()[k];
            if (is_swept(s.result)) {
                for (auto const& operand : s.operands()) {
                    needed[operand.variable] = operand.kept.get();
                }
            }
        }
        for (auto const& condition : watch_.conditions) {
            if (is_swept(condition.variable)) {
                return;
            }
        }
        std::vector<tensor_body*> constants;
        for (std::uint32_t v = 0; v < needed.size(); ++v) {
            bool const is_argument = arguments_.place_of(v) < arguments_.variables.size();
            if (needed[v] == nullptr || is_swept(v) || is_argument) {
                continue;
            }
            if (r.variables()[v].followed || v < watch_.arguments) {
                arguments_.add(needed[v], v);
            } else {
                constants.push_back(needed[v]);
            }
        }
        replay_steps<tape_record> steps(r, true);
        auto without_conditions = watch_;
        without_conditions.conditions.clear();
        if (!steps.find({target}, arguments_.variables, without_conditions).empty()) {
            return;
        }
        program_ = gradient_program<Tape>::of(steps, arguments_, static_cast<bool>(seed_));
        operands_ = arguments_.bodies;
        if (seed_) {
            operands_.push_back(seed_.get());
        }
        // Read by the program alone; but a replay has to know what is constant to it.
        operands_.insert(operands_.end(), constants.begin(), constants.end());
    }

    replay_watch const& watch_;
    taken_gradient const& gradient_;
    body_pointer seed_; // which the sweep would take otherwise
    typename gradient_program<Tape>::argument_list arguments_;
    std::shared_ptr<gradient_program<Tape>> program_;
    std::vector<tensor_body*> operands_;
};

/// See replay_watch::take. Where no statement can be made of the gradient, it is taken all the
/// same.
template <class Tape>
bool take_gradient(taken_gradient const& gradient)
{
    bool has_pieces = false;
    for_each_watch([&](replay_watch const& watch) { has_pieces = has_pieces || watch.has_pieces; });
    if (is_followed() || !(sweeps_compiled_statements(gradient) || has_pieces)) {
        return false;
    }
    std::vector<gradient_statements<Tape>> all;
    for_each_watch([&](replay_watch& watch) { all.emplace_back(watch, gradient); });
    {
        no_grad const as_if_nobody_looked_on;
        gradient.sweep();
    }
    bool const exist = std::all_of(
        all.begin(), all.end(), [](auto const& statements) { return statements.exist(); });
    if (exist) {
        for (auto const& statements : all) {
            statements.record();
        }
        return true;
    }
    for_each_watch([](replay_watch& watch) {
        watch.obstacle = "it takes a gradient for which a record has no statement (of several "
                         "targets, by an intermediate result, under a memory limit, of many rows)";
    });
    return true;
}

#if defined(XGRAD_COMPILED)
XGRAD_EXTERN template bool take_gradient<tape>(taken_gradient const&);
#endif
} // namespace xgrad::detail
