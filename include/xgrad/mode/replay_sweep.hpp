#pragma once

#include <xgrad/mode/grad.hpp>

#include <source_location>
#include <span>
#include <vector>

namespace xgrad::detail {
/// A tape for the runs of a replay that are swept: each statement takes the place of the same one
/// of the run before. (A template for the sake of programs without replays, which need not compile
/// it.)
template <class Tape>
class replay_sweep
{
public:
    replay_sweep() : tape_(tape_options()) { tape_.suspend(); }

    /// The value, and the gradients by the first arguments. `compute(targets)` returns the value
    /// and lists where the sweep begins, while the tape records; null where it cannot, and so is
    /// this, or where it has computed in another way than before.
    template <class Compute>
    body_pointer
    run(std::span<tensor_body* const> arguments,
        std::span<body_pointer> gradients,
        Compute const& compute)
    {
        auto& r = tape_.record();
        struct release
        {
            replay_sweep& all;
            bool repeats = false;

            ~release()
            {
                all.targets_.clear();
                all.tape_.suspend();
                if (repeats) {
                    all.tape_.record().release_values();
                } else {
                    all.tape_.clear();
                }
            }
        } guard{*this};
        bool const again = r.statements().size() > 0;
        if (again) {
            r.repeat(arguments);
        } else {
            for (auto const& argument : arguments) {
                r.know(*argument);
            }
        }
        tape_.activate();
        auto value = compute(targets_);
        bool const whole = !again || r.end_repeat();
        if (!value || !whole) {
            return {};
        }
        bool const computed = r.find(*targets_.front().body).has_value();
        if (!computed) {
            r.know(*value); // it depends on nothing
        }
        sweep(arguments.first(gradients.size()), gradients);
        guard.repeats = computed && !r.statements().empty();
        return value;
    }

private:
    void sweep(std::span<tensor_body* const> sources, std::span<body_pointer> gradients)
    {
        tape_.stop_recording([&] {
            sweep_once(
                tape_,
                targets_,
                sources,
                {.unconnected = unconnected::zero},
                gradients,
                std::source_location(),
                what_follows::nothing);
        });
    }

    Tape tape_;                         // what the latest run has recorded, without its values
    std::vector<sweep_target> targets_; // keeps its memory from one run to the next
};
} // namespace xgrad::detail
