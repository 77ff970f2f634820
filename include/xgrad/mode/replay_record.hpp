#pragma once

#include <xgrad/mode/run_again.hpp>
#include <xgrad/mode/tile_group.hpp>
#include <xgrad/mode/value_and_grad.hpp>
#include <xgrad/mode/whole_run.hpp>
#include <xgrad/tape/replay_watch.hpp>

#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace xgrad {
namespace detail {
/// What a function did for arguments of certain shapes, and whether that is all it does. A
/// template, so that only programs with replays pay for it in compile time.
template <class Tape>
class replay_record
{
public:
    replay_record() : tape_(tape_options{.persistent = true})
    {
        tape_.suspend();
        tape_.record().keep_operands();
    }

    replay_record(replay_record const&) = delete;
    replay_record& operator=(replay_record const&) = delete;

    /// Calls f, which computes the result from the arguments, and remembers how.
    template <class F, class... T>
    auto record(F&& f, tensor<T> const&... x)
    {
        (signature_.push_back({type_of<T>, x.shape()}), ...);
        // Names of their own: what f captures is no argument, even where it is the same tensor.
        std::tuple<tensor<T>...> const arguments{renamed(x)...};
        std::apply(
            [&](auto const&... argument) {
                (tape_.record().know(argument.body()), ...);
                (arguments_.push_back(*tape_.record().find(argument.body())), ...);
            },
            arguments);
        tape_.activate();
        auto* const before = current_replay_watch();
        replay_watch watch{&tape_.record(), before};
        current_replay_watch() = &watch;
        struct restore
        {
            replay_watch* before;
            Tape& recorder;

            ~restore()
            {
                current_replay_watch() = before;
                recorder.suspend();
            }
        } const guard{before, tape_};
        auto const result = std::apply(
            [&](auto const&... argument) { return as_tensor(std::invoke(f, argument...)); },
            arguments);
        obstacle_ = watch.obstacle;
        finish(result.body(), watch);
        return result;
    }

    template <class... T>
    bool fits(tensor<T> const&... x) const noexcept
    {
        std::size_t i = 0;
        auto const is_next = [&](element_type type, shape_type const& shape) {
            auto const& [known_type, known_shape] = signature_[i++];
            return known_type == type && same_shape(known_shape, shape);
        };
        return signature_.size() == sizeof...(T) && (is_next(type_of<T>, x.shape()) && ...);
    }

    /// Empty where the record replaces the function.
    std::string const& obstacle() const noexcept { return obstacle_; }

    /// Runs the statements again over other arguments; null where other values ask for other
    /// statements.
    body_pointer run(std::span<body_pointer const> arguments)
    {
        if (auto value = run_whole(arguments, {})) {
            return value;
        }
        struct release
        {
            std::vector<body_pointer>& values;

            ~release() { values.clear(); }
        } const guard{values_};
        auto& values = values_;
        values.resize(tape_.record().variables().size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            values[arguments_[i]] = arguments[i];
        }
        for (auto const& condition : conditions_of_arguments_) {
            if (!holds(condition, values[condition.variable])) {
                return {};
            }
        }
        for (std::size_t k = 0; k < steps_.size();) {
            auto const* const group = steps_[k].group.get();
            auto const end = k + (group != nullptr && group->run(values) ? group->size() : 1);
            if (end == k + 1) {
                run_step(steps_[k]);
            }
            for (; k < end; ++k) {
                for (auto const& condition : steps_[k].conditions) {
                    if (!holds(condition, values[condition.variable])) {
                        return {};
                    }
                }
                for (auto const variable : steps_[k].last_read) {
                    values[variable] = {};
                }
            }
        }
        return values[result_];
    }

    /// The value as a new body, and the gradients by the arguments where they are wanted, without
    /// any recording. Null where that is not possible.
    body_pointer
    run_whole(std::span<body_pointer const> arguments, std::span<body_pointer> gradients)
    {
        return whole_ ? whole_->run(arguments, gradients) : body_pointer();
    }

    /// The value, and the gradients by the arguments: a tape of our own records the statements as
    /// they run. Null where a tensor stands for several arguments or for a constant, too, other
    /// tapes look on, or the value is no number.
    body_pointer
    run_and_sweep(std::span<body_pointer const> arguments, std::span<body_pointer> gradients)
    {
        if (!obstacle_.empty() || is_recording() || current_replay_watch() != nullptr ||
            !name_arguments_alone(arguments)) {
            return {};
        }
        Tape recorder{tape_options()};
        for (auto const& argument : arguments) {
            recorder.record().know(*argument);
        }
        auto value = run(arguments);
        if (!value || !value->shape.empty()) {
            return {};
        }
        recorder.record().know(*value); // also where it depends on nothing
        sweep_target const target{value.get(), {}};
        operands_.clear();
        for (auto const& argument : arguments) {
            operands_.push_back(argument.get());
        }
        detail::gradients(
            recorder,
            {&target, 1},
            operands_,
            {.unconnected = unconnected::zero},
            gradients,
            std::source_location::current());
        return value;
    }

private:
    using groups = tile_group<recording>;

    struct step
    {
        std::size_t statement;
        std::vector<std::uint32_t> last_read;       // variables that no later step reads
        std::vector<replay_condition> conditions{}; // of its result
        std::unique_ptr<groups const> group{};      // that begins here
    };

    static bool holds(replay_condition const& condition, body_pointer const& value)
    {
        {
            no_grad const guard;
            unwatched const also;
            if (!condition.holds(value)) {
                return false;
            }
        }
        note_condition(*value, condition.holds); // of who records this replay
        return true;
    }

    static std::string name_of(statement const& s)
    {
        return std::string(s.kernels == nullptr ? s.operation_->name() : s.reduced->name);
    }

    bool name_arguments_alone(std::span<body_pointer const> arguments) const
    {
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            auto const identity = arguments[i]->identity;
            bool const occurred = std::any_of(
                arguments.begin(),
                arguments.begin() + static_cast<std::ptrdiff_t>(i),
                [&](auto const& other) { return other->identity == identity; });
            if (occurred ||
                std::find(constants_.begin(), constants_.end(), identity) != constants_.end()) {
                return false;
            }
        }
        return true;
    }

    void run_step(step const& which)
    {
        auto const& r = tape_.record();
        auto const& s = r.statements()[which.statement];
        operands_.clear();
        for (auto const& operand : s.operands()) {
            auto const& value = values_[operand.variable];
            operands_.push_back(value ? value.get() : operand.kept.get());
        }
        values_[s.result] = run_again(r, s, operands_);
    }

    void finish(tensor_body const& result, replay_watch const& watch)
    {
        auto const& r = tape_.record();
        auto const place = r.find(result);
        if (!place && obstacle_.empty()) {
            obstacle_ = "its result is none of what it computes";
        }
        if (!obstacle_.empty()) {
            tape_.clear();
            return;
        }
        result_ = *place;
        std::vector<bool> needed(r.variables().size(), false);
        needed[result_] = true;
        for (auto const& condition : watch.conditions) {
            needed[condition.variable] = true;
            if (std::find(arguments_.begin(), arguments_.end(), condition.variable) !=
                arguments_.end()) {
                conditions_of_arguments_.push_back(condition);
            }
        }
        for (auto k = r.statements().size(); k-- > 0;) {
            auto const& s = r.statements()[k];
            if (!needed[s.result]) {
                continue;
            }
            bool const some_loose =
                std::any_of(s.operands().begin(), s.operands().end(), [&](auto const& operand) {
                    return watch.has_loose(*operand.kept);
                });
            if (!s.runs_again() || some_loose) {
                obstacle_ = some_loose ? "it computes with indices or signs that no tape records"
                                       : name_of(s) + " cannot be replayed";
                tape_.clear();
                steps_.clear();
                return;
            }
            step next{k, {}};
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
        find_constants();
        form_groups();
        if (watch.conditions.empty()) {
            form_whole();
        }
    }

    void find_constants()
    {
        auto const& r = tape_.record();
        std::vector<bool> computed(r.variables().size(), false);
        for (auto const argument : arguments_) {
            computed[argument] = true;
        }
        for (auto const& step : steps_) {
            auto const& s = r.statements()[step.statement];
            for (auto const& operand : s.operands()) {
                if (!computed[operand.variable]) {
                    constants_.push_back(operand.kept->identity);
                }
            }
            computed[s.result] = true;
        }
    }

    void form_whole()
    {
        std::vector<std::size_t> statements;
        for (auto const& step : steps_) {
            statements.push_back(step.statement);
        }
        whole_.emplace(tape_.record(), statements, arguments_, result_);
    }

    /// Neighbours over one shape run together, tile by tile.
    void form_groups()
    {
        auto const& r = tape_.record();
        auto const statement_of = [&](std::size_t k) -> statement const& {
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
        last_reader[result_] = always;
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

    Tape tape_;
    std::vector<std::pair<element_type, shape_type>> signature_;
    std::vector<std::uint32_t> arguments_;
    std::vector<replay_condition> conditions_of_arguments_;
    std::vector<std::uint64_t> constants_; // the identities of what the steps read besides
    std::uint32_t result_ = 0;
    std::vector<step> steps_;
    std::optional<whole_run<recording>> whole_;
    std::string obstacle_;
    // Lists that keep their memory from one run to the next.
    std::vector<body_pointer> values_;
    std::vector<tensor_body*> operands_;
};
} // namespace detail
} // namespace xgrad
