#pragma once

#include <xgrad/array/operation.hpp>

#include <array>
#include <memory>
#include <vector>

// Operations that look at values to know what to do: in which order, by which of two formulas. As
// the statements that they consist of they would be replayed with the choice of the first time.

namespace xgrad {
namespace detail {
/// No tape that takes gradients holds it.
struct never_swept
{
    void operator()(statement_pullback&) const {}
};

/// Some function is being recorded to be replayed.
inline bool is_watched() noexcept
{
    return current_replay_watch() != nullptr;
}

/// An operation has chosen its formula by `predicate(x)`, which was `answer`: a replay calls the
/// function itself where it is another.
template <class T, class Predicate, class Answer>
void note_choice_by(tensor<T> const& x, Predicate const& predicate, Answer const& answer)
{
    if (is_watched()) {
        note_condition(x.body(), [predicate, answer](body_pointer const& other) {
            return predicate(tensor<T>(other)) == answer;
        });
    }
}

/// `predicate(x)`, by which an operation chooses its formula.
template <class T, class Predicate>
auto choice_by(tensor<T> const& x, Predicate const& predicate)
{
    auto const answer = within_operation([&] { return predicate(x); });
    note_choice_by(x, predicate, answer);
    return answer;
}

/// The watches whose record is to hold an operation in one piece. Where another tape records what
/// the function does, the steps of its gradients would be on the record in pieces: an obstacle.
inline std::vector<replay_watch*> watches_of_whole()
{
    std::vector<replay_watch*> result;
    bool some_other = false;
    for_each_active([&](tape_record& r) {
        bool is_other = true;
        for_each_watch([&](replay_watch& watch) {
            if (watch.record == &r) {
                is_other = false;
                result.push_back(&watch);
                if (some_other) {
                    note_pieces(watch);
                }
            }
        });
        some_other = some_other || is_other;
    });
    return result;
}

/// `compute(x...)`, which looks at values and records what it does. On the record of a function
/// that is to be replayed it is one statement, which runs again as `again(x...)`.
template <class Compute, class Again, class... T>
auto looking_at_values(
    std::string_view name,
    std::source_location const& where,
    Compute const& compute,
    Again const& again,
    tensor<T> const&... x)
{
    if (!is_watched()) {
        return compute(x...);
    }
    auto const watches = watches_of_whole();
    struct pause
    {
        std::vector<replay_watch*> const& watches;

        explicit pause(std::vector<replay_watch*> const& list) : watches(list) { enable(false); }

        pause(pause const&) = delete;
        pause& operator=(pause const&) = delete;

        ~pause() { enable(true); }

        void enable(bool on) const noexcept
        {
            for (auto* const watch : watches) {
                watch->record->enable(on);
            }
        }
    };
    auto const result = [&] {
        pause const records(watches);
        unwatched const guard;
        return compute(x...);
    }();
    std::array<tensor_body*, sizeof...(T)> const operands{&x.body()...};
    std::array<bool, sizeof...(T)> const keep{};
    auto const repeat = runs_again_by<T...>(again);
    for (auto* const watch : watches) {
        if (!watch->record->find(result.body())) {
            using whole = recorded_operation<never_swept, std::remove_cvref_t<decltype(repeat)>>;
            record_operation(
                *watch->record,
                std::make_unique<whole const>(name, never_swept(), repeat),
                operands,
                keep,
                false,
                result.body(),
                false,
                where);
        }
    }
    note_result(result.body());
    return result;
}
} // namespace detail
} // namespace xgrad
