#pragma once

#include <xgrad/mode/run_again.hpp>
#include <xgrad/mode/tile_group.hpp>
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
        replay_watch watch{&tape_.record()};
        auto const before = std::exchange(current_replay_watch(), &watch);
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
        finish(result.body());
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

    /// Runs the statements again over other arguments.
    body_pointer run(std::vector<body_pointer> const& arguments) const
    {
        auto const& r = tape_.record();
        std::vector<body_pointer> values(r.variables().size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            values[arguments_[i]] = arguments[i];
        }
        std::vector<tensor_body*> operands;
        for (std::size_t k = 0; k < steps_.size();) {
            auto const* const group = steps_[k].group.get();
            auto const end = k + (group != nullptr && group->run(values) ? group->size() : 1);
            if (end == k + 1) {
                run_step(steps_[k], operands, values);
            }
            for (; k < end; ++k) {
                for (auto const variable : steps_[k].last_read) {
                    values[variable] = {};
                }
            }
        }
        return values[result_];
    }

private:
    struct step
    {
        std::size_t statement;
        std::vector<std::uint32_t> last_read;      // variables that no later step reads
        std::shared_ptr<tile_group const> group{}; // that begins here
    };

    void run_step(
        step const& which,
        std::vector<tensor_body*>& operands,
        std::vector<body_pointer>& values) const
    {
        auto const& r = tape_.record();
        auto const& s = r.statements()[which.statement];
        operands.clear();
        for (auto const& operand : s.operands()) {
            auto const& value = values[operand.variable];
            operands.push_back(value ? value.get() : operand.kept.get());
        }
        values[s.result] = run_again(r, s, operands);
    }

    void finish(tensor_body const& result)
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
        for (auto k = r.statements().size(); k-- > 0;) {
            auto const& s = r.statements()[k];
            if (!needed[s.result]) {
                continue;
            }
            if (!s.runs_again()) {
                auto const name = s.kernels == nullptr ? s.operation_->name() : s.reduced->name;
                obstacle_ = std::string(name) + " cannot be replayed";
                tape_.clear();
                steps_.clear();
                return;
            }
            step next{k, {}, {}};
            for (auto const& operand : s.operands()) {
                if (!needed[operand.variable]) {
                    needed[operand.variable] = true;
                    next.last_read.push_back(operand.variable);
                }
            }
            steps_.push_back(std::move(next));
        }
        std::reverse(steps_.begin(), steps_.end());
        form_groups();
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
        // So that what a group reads and writes stays in cache.
        constexpr std::size_t longest = 32;
        for (std::size_t first = 0, end = 0; first < steps_.size(); first = end) {
            end = first + 1;
            if (!tile_group::suits(r, statement_of(first))) {
                continue;
            }
            while (end < steps_.size() && end - first < longest &&
                   tile_group::suits(r, statement_of(end)) &&
                   tile_group::alike(r, statement_of(first), statement_of(end))) {
                ++end;
            }
            if (end - first > 1) {
                std::vector<std::size_t> members;
                for (auto k = first; k < end; ++k) {
                    members.push_back(steps_[k].statement);
                }
                steps_[first].group =
                    std::make_shared<tile_group const>(r, members, [&](std::uint32_t variable) {
                        return variable == result_ || last_reader[variable] >= end;
                    });
            }
        }
    }

    tape tape_;
    std::vector<shape_type> shapes_;
    std::vector<std::uint32_t> arguments_;
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
/// an operation that cannot run again, it is called every time; `obstacle()` says why.
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
                return known->obstacle().empty() ? result(known->run({x.handle()...}))
                                                 : as_tensor(std::invoke(f_, x...));
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
