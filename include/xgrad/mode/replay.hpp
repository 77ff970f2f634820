#pragma once

#include <xgrad/mode/value_and_grad.hpp>
#include <xgrad/tape/replay_watch.hpp>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

// Record once, replay after: the counterpart of a compiled graph.

namespace xgrad {
namespace detail {
/// What a function did for arguments of certain shapes, and whether that is all it does.
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
        (shapes_.push_back(x.shape()), ...);
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
            tape& recorder;

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

    bool fits(std::vector<shape_type> const& shapes) const
    {
        return std::equal(
            shapes.begin(), shapes.end(), shapes_.begin(), shapes_.end(), [](auto& a, auto& b) {
                return same_shape(a, b);
            });
    }

    /// Empty where the record replaces the function.
    std::string const& obstacle() const noexcept { return obstacle_; }

    /// Runs the statements again over other arguments; null where other values ask for other
    /// statements.
    body_pointer run(std::vector<body_pointer> const& arguments) const
    {
        auto const& r = tape_.record();
        std::vector<body_pointer> values(r.variables().size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            values[arguments_[i]] = arguments[i];
        }
        for (auto const& condition : conditions_of_arguments_) {
            if (!holds(condition, values[condition.variable])) {
                return {};
            }
        }
        std::vector<tensor_body*> operands;
        for (auto const& step : steps_) {
            auto const& s = r.statements()[step.statement];
            operands.clear();
            for (auto const& operand : s.operands()) {
                auto const& value = values[operand.variable];
                operands.push_back(value ? value.get() : operand.kept.get());
            }
            values[s.result] = run(s, operands);
            for (auto const& condition : step.conditions) {
                if (!holds(condition, values[s.result])) {
                    return {};
                }
            }
            for (auto const variable : step.last_read) {
                values[variable] = {};
            }
        }
        return values[result_];
    }

private:
    struct step
    {
        std::size_t statement;
        std::vector<std::uint32_t> last_read;     // variables that no later step reads
        std::vector<replay_condition> conditions; // of its result
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
            bool const runs = s.kernels == nullptr ? s.operation_->runs_again()
                : s.reduced != nullptr             ? s.reduced->again != nullptr
                                                   : true;
            if (!runs || some_loose) {
                auto const name = [&] {
                    return s.kernels == nullptr ? s.operation_->name() : s.reduced->name;
                };
                obstacle_ = some_loose ? "it computes with indices or signs that no tape records"
                                       : std::string(name()) + " cannot be replayed";
                tape_.clear();
                steps_.clear();
                return;
            }
            step next{k, {}, {}};
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
    }

    body_pointer run(statement const& s, std::vector<tensor_body*> const& operands) const
    {
        if (s.kernels == nullptr) {
            return s.operation_->again(operands);
        }
        auto const& kernels = *s.kernels;
        auto const& result = tape_.record().variables()[s.result];
        if (s.reduced != nullptr) {
            shape_type whole;
            for (auto const* operand : operands) {
                broadcast_into(whole, operand->shape);
            }
            bool const keep_dims =
                s.axes != 0 && tape_.record().shape_of(s.result).size() == whole.size();
            return s.reduced->again(
                {s.reduced, &kernels, operands, s.scalars(), s.axes, keep_dims, &s.where});
        }
        if (kernels.compute == element_type::float64) {
            return vectorized::evaluate<double>(
                kernels, operands, static_cast<double const*>(s.scalars()), result.type, s.where);
        }
        return vectorized::evaluate<float>(
            kernels, operands, static_cast<float const*>(s.scalars()), result.type, s.where);
    }

    tape tape_;
    std::vector<shape_type> shapes_;
    std::vector<std::uint32_t> arguments_;
    std::vector<replay_condition> conditions_of_arguments_;
    std::uint32_t result_ = 0;
    std::vector<step> steps_;
    std::string obstacle_;
};
} // namespace detail

/// A function that is recorded when it is called for the first time with arguments of certain
/// shapes, and replayed after: the same statements run over the new arguments, in the same way (no
/// bit differs), and are recorded by the active tapes like those of any function. The function
/// itself is not called: what it captures has the value of the first call, and what it prints is
/// printed once. Where it reads elements (and might branch on them), draws random numbers, or uses
/// an operation that cannot run again, it is called every time; `obstacle()` says why. It is also
/// called where an operation takes another formula for the new values (a norm whose sum of squares
/// overflows).
template <class F>
class replayed_function
{
public:
    explicit replayed_function(F f) : f_(std::move(f)) {}

    template <element... T>
    auto operator()(tensor<T> const&... x)
    {
        using result = decltype(as_tensor(std::invoke(f_, x...)));
        for (auto const& known : records_) {
            if (known->fits({x.shape()...})) {
                auto value =
                    known->obstacle().empty() ? known->run({x.handle()...}) : body_pointer();
                return value ? result(std::move(value)) : as_tensor(std::invoke(f_, x...));
            }
        }
        auto fresh = std::make_unique<detail::replay_record>();
        result const value = fresh->record(f_, x...);
        obstacle_ = fresh->obstacle();
        records_.push_back(std::move(fresh));
        return value;
    }

    /// Expressions as arguments are computed first.
    template <array... X>
        requires(is_node<X> || ...)
    auto operator()(X const&... x)
    {
        return (*this)(as_tensor(x)...);
    }

    /// As the function of the same name.
    template <element... T>
    auto value_and_grad(tensor<T> const&... x)
    {
        return xgrad::value_and_grad(*this, x...);
    }

    /// As the function of the same name.
    template <element... T>
    auto gradient(tensor<T> const&... x)
    {
        return xgrad::gradient(*this, x...);
    }

    /// Why the function was not replaced by its last record; empty where it was.
    std::string const& obstacle() const noexcept { return obstacle_; }

private:
    F f_;
    std::vector<std::unique_ptr<detail::replay_record>> records_;
    std::string obstacle_;
};

/// f, recorded once for each combination of shapes and replayed after.
template <class F>
auto replay(F&& f)
{
    return replayed_function<std::remove_cvref_t<F>>(std::forward<F>(f));
}
} // namespace xgrad
