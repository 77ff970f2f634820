#pragma once

#include <xgrad/mode/closing_chain.hpp>
#include <xgrad/mode/replay_sweep.hpp>
#include <xgrad/mode/value_and_grad.hpp>
#include <xgrad/mode/whole_run.hpp>
#include <xgrad/tape/replay_watch.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace xgrad {
namespace detail {
/// What a function did for arguments of certain shapes, and whether that is all it does. A
/// template, so that only programs with replays pay for it in compile time.
template <class Tape>
class replay_record
{
public:
    /// What the function does under tapes: gradients that it takes itself are recorded as tapes
    /// record them, and so may be differentiated.
    replay_record() : replay_record(nullptr) {}

    /// What it does under none: such gradients are statements, which `take` makes. Their last bits
    /// are others.
    explicit replay_record(bool (*take)(taken_gradient const&))
        : take_(take),
          tape_(tape_options{.persistent = true}),
          steps_(tape_.record(), false),
          own_steps_(tape_.record(), true)
    {
        tape_.suspend();
        tape_.record().keep_operands();
        if (take != nullptr) {
            tape_.record().take_sweeps_whole();
        }
    }

    replay_record(replay_record const&) = delete;
    replay_record& operator=(replay_record const&) = delete;

    /// Calls f, which computes the result from the arguments, and remembers how.
    template <class F, class... T>
    auto record(F&& f, tensor<T> const&... x)
    {
        (signature_.push_back({type_of<T>, x.body().layout, x.shape()}), ...);
        // Names of their own: what f captures is no argument, even where it is the same tensor.
        std::tuple<tensor<T>...> const arguments{renamed(x)...};
        return std::apply(
            [&](auto const&... argument) {
                return record_all(
                    std::array<tensor_body*, sizeof...(T)>{&argument.body()...}, sizeof...(T), [&] {
                        return as_tensor(std::invoke(f, argument...));
                    });
            },
            arguments);
    }

    /// The same of a function of these tensors, of the first of which gradients are `wanted`. It
    /// returns a tensor of any type, or its body.
    template <class F>
    auto record_all(std::span<tensor_body* const> arguments, std::size_t wanted, F&& f)
    {
        for (auto const* argument : arguments) {
            tape_.record().know(*argument);
            arguments_.push_back(*tape_.record().find(*argument));
        }
        wanted_ = wanted;
        tape_.activate();
        auto* const before = current_replay_watch();
        replay_watch watch{
            .record = &tape_.record(),
            .outer = before,
            .arguments = arguments.size(),
            .take = take_};
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
        auto const result = f();
        obstacle_ = watch.obstacle;
        if constexpr (std::same_as<decltype(result), body_pointer const>) {
            finish(*result, watch);
        } else {
            finish(result.body(), watch);
        }
        return result;
    }

    /// It is what the function does for such a call: where `followed()`, tapes record the replay.
    template <class Followed>
    bool serves(Followed const& followed) const noexcept
    {
        return !takes_gradients_ || followed() == (take_ == nullptr);
    }

    template <class... T>
    bool fits(tensor<T> const&... x) const noexcept
    {
        std::size_t i = 0;
        return signature_.size() == sizeof...(T) && (signature_[i++].is_that_of(x.body()) && ...);
    }

    /// Empty where the record replaces the function.
    std::string const& obstacle() const noexcept { return obstacle_; }

    /// Its result is a number, by which there are gradients.
    bool computes_number() const noexcept { return computes_number_; }

    /// The statements that close it run as one loop.
    bool closes_in_a_loop() const noexcept { return closing_ != nullptr; }

    /// Runs the statements again over other arguments. Null where other values ask for other
    /// statements, or there is an obstacle.
    body_pointer run(std::span<tensor_body* const> arguments);

    /// The value as a new body, and the gradients by the arguments by which they are wanted,
    /// without any recording. Null where that is not possible.
    body_pointer
    run_whole(std::span<tensor_body* const> arguments, std::span<body_pointer> gradients);

    /// The same: a tape of our own records the statements as they run (those that close the record
    /// in one loop are passed over), each in the place of the same one of the run before. Null
    /// where a tensor stands for several arguments or for a constant, too, or other tapes look on.
    /// `seed`: the adjoint of the value.
    body_pointer run_and_sweep(
        std::span<tensor_body* const> arguments,
        std::span<body_pointer> gradients,
        body_pointer const& seed = {});

private:
    /// What all arguments have in common for which a record is.
    struct argument_form
    {
        element_type type;
        layout_key layout;
        shape_type shape;

        bool is_that_of(tensor_body const& body) const noexcept
        {
            return (layout == body.layout && layout != no_layout) ||
                (type == body.type && same_shape(shape, body.shape));
        }
    };

    /// Runs the statements, as far as the sweep has to know them; null where other values ask for
    /// other statements.
    body_pointer run_for_sweep(
        std::span<tensor_body* const> arguments,
        body_pointer const& seed,
        std::vector<sweep_target>& targets)
    {
        if (closing_ != nullptr && !seed) {
            return closing_->value_and_targets(arguments, targets);
        }
        auto value = run_steps(own_steps_, arguments);
        if (value) {
            targets.push_back({value.get(), seed});
        }
        return value;
    }

    static body_pointer
    run_steps(replay_steps<tape_record>& steps, std::span<tensor_body* const> arguments)
    {
        body_pointer value;
        return steps.run(arguments, {&value, 1}) ? std::move(value) : body_pointer();
    }

    template <class Condition>
    bool any_statement(Condition const& condition) const
    {
        auto const& statements = tape_.record().statements();
        for (std::size_t k = 0; k < statements.size(); ++k) {
            if (condition(statements[k])) {
                return true;
            }
        }
        return false;
    }

    /// The function has had tapes of its own, under which this was computed: only as a statement
    /// does it have the same last bits. (Those of the one tape of a gradient are as a sweep's.)
    bool is_bound_to_tapes(recorded_statement const& s) const
    {
        if (s.tapes == tapes_then::one) {
            return take_ != nullptr;
        }
        return s.tapes == tapes_then::several && may_be_in_one_pass(tape_.record(), s);
    }

    bool name_arguments_alone(std::span<tensor_body* const> arguments) const
    {
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            for (std::size_t k = 0; k < i; ++k) {
                if (arguments[k]->identity == arguments[i]->identity) {
                    return false;
                }
            }
            if (steps_.read_constant(*arguments[i])) {
                return false;
            }
        }
        return true;
    }

    void finish(tensor_body const& result, replay_watch const& watch);

    bool (*take_)(taken_gradient const&); // null: for calls that tapes follow
    bool takes_gradients_ = false;        // or has tapes of its own
    bool computes_number_ = false;
    std::size_t wanted_ = 0;
    Tape tape_;
    replay_steps<tape_record> steps_;     // for tapes and replays that record this one
    replay_steps<tape_record> own_steps_; // where nobody looks on
    replay_sweep<Tape> sweeping_;
    std::vector<argument_form> signature_;
    std::vector<std::uint32_t> arguments_;
    std::optional<whole_run<tape_record>> whole_;
    std::unique_ptr<closing_chain<tape_record>> closing_;
    std::string obstacle_;
};

template <class Tape>
body_pointer replay_record<Tape>::run(std::span<tensor_body* const> arguments)
{
    if (takes_gradients_ && !name_arguments_alone(arguments)) {
        return {};
    }
    auto value = whole_ ? whole_->value(arguments) : body_pointer();
    bool const seen = is_recording() || current_replay_watch() != nullptr;
    if (!value && closing_ != nullptr && !seen) {
        value = closing_->value(arguments);
    }
    if (!value && obstacle_.empty()) {
        value = run_steps(seen ? steps_ : own_steps_, arguments);
    }
    return value;
}

template <class Tape>
body_pointer replay_record<Tape>::run_whole(
    std::span<tensor_body* const> arguments, std::span<body_pointer> gradients)
{
    return whole_ ? whole_->value_and_gradients(arguments, gradients) : body_pointer();
}

template <class Tape>
body_pointer replay_record<Tape>::run_and_sweep(
    std::span<tensor_body* const> arguments,
    std::span<body_pointer> gradients,
    body_pointer const& seed)
{
    if (!obstacle_.empty() || is_recording() || current_replay_watch() != nullptr ||
        !name_arguments_alone(arguments)) {
        return {};
    }
    struct release
    {
        closing_chain<tape_record>* closing;

        ~release()
        {
            if (closing != nullptr) {
                closing->release();
            }
        }
    } const guard{closing_.get()};
    return sweeping_.run(arguments, gradients, [&](auto& targets) {
        return run_for_sweep(arguments, seed, targets);
    });
}

template <class Tape>
void replay_record<Tape>::finish(tensor_body const& result, replay_watch const& watch)
{
    auto const& r = tape_.record();
    takes_gradients_ = watch.gradients > 0 ||
        any_statement([](auto const& s) { return s.tapes != tapes_then::as_now; });
    auto const place = r.find(result);
    computes_number_ = result.shape.empty();
    if (!place && obstacle_.empty()) {
        obstacle_ = "its result is none of what it computes";
    }
    if (obstacle_.empty()) {
        obstacle_ = steps_.find({*place}, arguments_, watch);
    }
    if (obstacle_.empty()) {
        obstacle_ = own_steps_.find({*place}, arguments_, watch);
    }
    if (!obstacle_.empty()) {
        tape_.clear();
        return;
    }
    bool const bound = any_statement([&](auto const& s) { return is_bound_to_tapes(s); });
    if (watch.conditions.empty() && !bound) {
        whole_.emplace(r, own_steps_.statements(), arguments_, wanted_, *place);
        if (!whole_->runs()) {
            whole_.reset();
            closing_ = closing_chain<tape_record>::of(
                r, own_steps_.statements(), arguments_, wanted_, *place, watch);
        }
    }
}

#if defined(XGRAD_COMPILED)
XGRAD_EXTERN template class replay_record<tape>;
#endif
} // namespace detail
} // namespace xgrad
