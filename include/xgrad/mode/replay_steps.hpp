#pragma once

#include <xgrad/mode/run_again.hpp>
#include <xgrad/mode/tile_group.hpp>
#include <xgrad/mode/variable_values.hpp>
#include <xgrad/tape/replay_watch.hpp>

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::detail {
/// The statements of a record that compute its results, and how they run again, one by one or as
/// neighbours tile by tile. (A template for the sake of programs without replays, which need not
/// compile it.)
template <class Recording>
class replay_steps
{
public:
    /// `folds`: what depends on no argument is computed no more. (Tapes that record a replay are to
    /// know all of it.)
    replay_steps(Recording const& r, bool folds) : record_(r), folds_(folds) {}

    /// Those that compute `results` of `arguments`. Returns why they cannot, or nothing.
    std::string find(
        std::vector<std::uint32_t> results,
        std::vector<std::uint32_t> arguments,
        replay_watch const& watch)
    {
        results_ = std::move(results);
        arguments_ = std::move(arguments);
        auto obstacle = find_steps(watch);
        if (obstacle.empty()) {
            find_constants();
            form_groups();
        } else {
            steps_.clear();
        }
        return obstacle;
    }

    std::vector<std::size_t> statements() const
    {
        std::vector<std::size_t> numbers;
        for (auto const& step : steps_) {
            numbers.push_back(step.statement);
        }
        return numbers;
    }

    /// They read this body, whatever the arguments are.
    bool read_constant(tensor_body const& body) const noexcept
    {
        return std::find(constants_.begin(), constants_.end(), body.identity) != constants_.end();
    }

    /// Runs them over other arguments; false where other values ask for other statements, one of
    /// them cannot run again over these, or a result is a constant that none of them reads.
    bool run(std::span<tensor_body* const> arguments, std::span<body_pointer> results)
    {
        struct dropping
        {
            replay_steps& of;

            ~dropping()
            {
                for (auto const& step : of.steps_) {
                    of.values_.drop(step.result);
                }
            }
        } const guard{*this};
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            values_.borrow(arguments_[i], arguments[i]);
        }
        if (!hold(conditions_of_arguments_)) {
            return false;
        }
        for (std::size_t k = 0; k < steps_.size();) {
            auto const* const group = steps_[k].group.get();
            auto const end = k + (group != nullptr && group->run(values_) ? group->size() : 1);
            if (end == k + 1 && !run_step(steps_[k])) {
                return false;
            }
            for (; k < end; ++k) {
                if (!hold(steps_[k].conditions)) {
                    return false;
                }
                for (auto const variable : steps_[k].last_read) {
                    values_.drop(variable);
                }
            }
        }
        for (std::size_t i = 0; i < results.size(); ++i) {
            auto* const result = values_[results_[i]];
            if (result == nullptr) {
                return false;
            }
            results[i] = share(*result);
        }
        return true;
    }

private:
    using groups = tile_group<Recording>;

    struct replayed_step
    {
        std::size_t statement;
        std::uint32_t result;
        std::vector<std::uint32_t> last_read{};     // results that no later step reads
        std::vector<replay_condition> conditions{}; // of its result
        std::unique_ptr<groups const> group{};      // that begins here
    };

    bool hold(std::span<replay_condition const> conditions) const
    {
        return std::all_of(conditions.begin(), conditions.end(), [&](auto const& condition) {
            auto const value = share(*values_[condition.variable]);
            {
                no_grad const guard;
                unwatched const also;
                if (!condition.holds(value)) {
                    return false;
                }
            }
            note_condition(*value, condition.holds); // of who records this replay
            return true;
        });
    }

    bool run_step(replayed_step const& which)
    {
        auto const& s = record_.statements()[which.statement];
        auto const recorded = s.operands();
        auto const operands = std::span(operands_).first(recorded.size());
        for (std::size_t i = 0; i < recorded.size(); ++i) {
            operands[i] = values_[recorded[i].variable];
        }
        values_.hold(s.result, run_again(record_, s, operands));
        return values_[s.result] != nullptr;
    }

    bool is_argument(std::uint32_t variable) const noexcept
    {
        return std::find(arguments_.begin(), arguments_.end(), variable) != arguments_.end();
    }

    static std::string name_of(recorded_statement const& s)
    {
        return std::string(s.kernels == nullptr ? s.operation->name() : s.reduced->name);
    }

    /// Which variables depend on an argument, or perhaps do, or are results.
    std::vector<bool> find_varying(replay_watch const& watch) const
    {
        auto const& r = record_;
        std::vector<bool> varies(r.variables().size(), !folds_);
        for (auto const argument : arguments_) {
            varies[argument] = true;
        }
        for (auto const result : results_) {
            varies[result] = true;
        }
        for (std::size_t k = 0; k < r.statements().size(); ++k) {
            auto const& s = r.statements()[k];
            varies[s.result] =
                varies[s.result] ||
                std::any_of(s.operands().begin(), s.operands().end(), [&](auto const& operand) {
                    return varies[operand.variable] || watch.has_loose(*operand.kept);
                });
        }
        return varies;
    }

    std::string find_steps(replay_watch const& watch)
    {
        auto const& r = record_;
        auto const varies = find_varying(watch);
        std::vector<bool> needed(r.variables().size(), false);
        for (auto const result : results_) {
            needed[result] = true;
        }
        for (auto const& condition : watch.conditions) {
            needed[condition.variable] = true;
            if (is_argument(condition.variable)) {
                conditions_of_arguments_.push_back(condition);
            }
        }
        for (auto k = r.statements().size(); k-- > 0;) {
            auto const& s = r.statements()[k];
            if (!needed[s.result] || is_argument(s.result) || !varies[s.result]) {
                continue;
            }
            bool const some_loose =
                std::any_of(s.operands().begin(), s.operands().end(), [&](auto const& operand) {
                    return watch.has_loose(*operand.kept);
                });
            if (!s.runs_again() || some_loose) {
                return some_loose ? "it computes with indices or signs that no tape records"
                                  : name_of(s) + " cannot be replayed";
            }
            replayed_step next{k, s.result};
            std::copy_if(
                watch.conditions.begin(),
                watch.conditions.end(),
                std::back_inserter(next.conditions),
                [&](auto const& condition) { return condition.variable == s.result; });
            for (auto const& operand : s.operands()) {
                if (!needed[operand.variable]) {
                    needed[operand.variable] = true;
                    next.last_read.push_back(operand.variable);
                }
            }
            steps_.push_back(std::move(next));
        }
        std::reverse(steps_.begin(), steps_.end());
        return {};
    }

    void find_constants()
    {
        auto const& r = record_;
        values_.resize(r.variables().size());
        std::vector<bool> computed(r.variables().size(), false);
        for (auto const& step : steps_) {
            computed[step.result] = true;
        }
        for (auto& step : steps_) {
            std::erase_if(step.last_read, [&](auto variable) { return !computed[variable]; });
            auto const operands = r.statements()[step.statement].operands();
            operands_.resize(std::max(operands_.size(), operands.size()));
            for (auto const& operand : operands) {
                if (!computed[operand.variable] && !is_argument(operand.variable)) {
                    values_.borrow(operand.variable, operand.kept.get());
                    constants_.push_back(operand.kept->identity);
                }
            }
        }
    }

    /// Neighbours over one shape run together, tile by tile.
    void form_groups()
    {
        auto const& r = record_;
        auto const statement_of = [&](std::size_t k) -> recorded_statement const& {
            return r.statements()[steps_[k].statement];
        };
        std::vector<std::size_t> last_reader(r.variables().size(), 0);
        for (std::size_t k = 0; k < steps_.size(); ++k) {
            for (auto const& operand : statement_of(k).operands()) {
                last_reader[operand.variable] = k;
            }
        }
        // Something outside of all groups reads these.
        constexpr auto always = std::numeric_limits<std::size_t>::max();
        for (auto const result : results_) {
            last_reader[result] = always;
        }
        for (auto const& step : steps_) {
            if (!step.conditions.empty()) {
                last_reader[r.statements()[step.statement].result] = always;
            }
        }
        constexpr std::size_t longest = 32; // so that the tiles stay few
        for (std::size_t first = 0, end = 0; first < steps_.size(); first = end) {
            end = first + 1;
            if (!groups::suits(r, statement_of(first))) {
                continue;
            }
            while (end < steps_.size() && end - first < longest &&
                   groups::suits(r, statement_of(end)) &&
                   groups::alike(r, statement_of(first), statement_of(end))) {
                ++end;
            }
            if (end - first > 1) {
                std::vector<std::size_t> members;
                for (auto k = first; k < end; ++k) {
                    members.push_back(steps_[k].statement);
                }
                steps_[first].group =
                    std::make_unique<groups const>(r, members, [&](std::uint32_t variable) {
                        return last_reader[variable] >= end;
                    });
            }
        }
    }

    Recording const& record_;
    bool folds_;
    std::vector<std::uint32_t> results_;
    std::vector<std::uint32_t> arguments_;
    std::vector<replayed_step> steps_;
    std::vector<replay_condition> conditions_of_arguments_;
    std::vector<std::uint64_t> constants_; // identities
    variable_values values_;
    std::vector<tensor_body*> operands_; // of the step that runs
};
} // namespace xgrad::detail
