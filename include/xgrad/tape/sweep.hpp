#pragma once

#include <xgrad/tape/expression_sweep.hpp>
#include <xgrad/tape/tape.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

// The reverse sweep: from the adjoints of the targets, statement by statement in reverse order, to
// those of the sources.

namespace xgrad {
/// What becomes of a source on which no target depends.
enum class unconnected
{
    error,
    zero
};

struct grad_options
{
    xgrad::unconnected unconnected = xgrad::unconnected::error;
};

namespace detail {
inline std::string describe(tensor_body const& body)
{
    return "tensor<" + std::string(name_of(body.type)) + "> of shape " + to_string(body.shape);
}

[[noreturn]] XGRAD_COLD inline void throw_unknown_target(
    recording const& r, tensor_body const& target, std::source_location const& where)
{
    std::string why;
    if (r.times_consumed() > 0 && r.statements().empty()) {
        why = "the tape is empty: an earlier grad has used it up; create it with "
              "{.persistent = true} to ask it again";
    } else if (r.statements().empty()) {
        why = "the tape is empty: nothing differentiable was computed while it was active";
    } else {
        why = "this tape does not hold it: it was computed before the tape was active, on another "
              "tape or thread, or before the tape was cleared";
    }
    throw tape_error(
        "grad: the target, a " + describe(target) + ", is unknown; " + why + at(where));
}

/// Marks the variables through which an adjoint may flow to a source.
inline std::vector<char>
reachable(recording const& r, std::span<std::optional<std::uint32_t> const> sources)
{
    std::vector<char> wanted(r.variables().size(), 0);
    for (auto const& source : sources) {
        if (source) {
            wanted[*source] = 1;
        }
    }
    for (auto const& s : r.statements()) {
        auto const operands = r.operands(s);
        for (std::size_t i = 0; i < operands.size(); ++i) {
            if (wanted[operands[i].variable] &&
                (s.kernels == nullptr || s.kernels->leaves[i].carries_gradient)) {
                wanted[s.result] = 1;
                break;
            }
        }
    }
    return wanted;
}

inline void reverse_statement(
    recording const& r, statement const& s, adjoints& all, std::span<char const> wanted)
{
    if (s.kernels == nullptr) {
        pullback sweep(r, s, all, wanted);
        s.operation_->reverse(sweep);
    } else if (s.kernels->compute == element_type::float64) {
        vectorized::expression_sweep<double>(r, s, all, wanted).run();
    } else {
        vectorized::expression_sweep<float>(r, s, all, wanted).run();
    }
}
} // namespace detail

/// A tensor from which a sweep starts, and its adjoint (ones where null).
struct sweep_target
{
    tensor_body* body;
    body_pointer seed;
};

/// The adjoints of `sources`, each dense and shaped like its source. Throws tape_error where a
/// target is not on the tape, unconnected_error where a source does not matter to it.
inline std::vector<body_pointer> sweep(
    recording const& r,
    std::span<sweep_target const> targets,
    std::span<tensor_body* const> sources,
    grad_options const& options,
    std::source_location const& where)
{
    std::vector<std::optional<std::uint32_t>> places;
    for (auto const* source : sources) {
        places.push_back(r.find(*source));
    }
    auto const wanted = detail::reachable(r, places);
    adjoints all(r);
    auto const seed_of = [](sweep_target const& target) {
        return target.seed ? target.seed : filled_body(target.body->type, target.body->shape, 1);
    };
    for (auto const& target : targets) {
        auto const place = r.find(*target.body);
        bool const is_source = std::any_of(sources.begin(), sources.end(), [&](auto const* source) {
            return source->identity == target.body->identity;
        });
        if (!place && !is_source) {
            detail::throw_unknown_target(r, *target.body, where);
        }
        if (place && wanted[*place]) {
            all.add(*place, seed_of(target));
        }
    }

    std::vector<char> is_source(r.variables().size(), 0);
    for (auto const& place : places) {
        if (place) {
            is_source[*place] = 1;
        }
    }
    auto const statements = r.statements();
    for (std::size_t i = statements.size(); i-- > 0;) {
        auto const& s = statements[i];
        if (all.has(s.result)) {
            detail::reverse_statement(r, s, all, wanted);
            if (!is_source[s.result]) {
                all.take(s.result); // nothing before its statement reads it
            }
        }
    }

    std::vector<body_pointer> gradients;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        auto gradient = places[i] ? all.of(*places[i]) : body_pointer();
        if (!places[i]) {
            // A target that no statement has touched is a source of itself all the same.
            for (auto const& target : targets) {
                if (target.body->identity == sources[i]->identity) {
                    gradient = seed_of(target);
                }
            }
        }
        if (!gradient && options.unconnected == unconnected::error) {
            throw unconnected_error(
                "grad: the target, a " + detail::describe(*targets.front().body) +
                ", does not depend on source " + std::to_string(i) + ", a " +
                detail::describe(*sources[i]) +
                "; pass {.unconnected = unconnected::zero} to get zeros" + at(where));
        }
        gradients.push_back(
            gradient ? gradient : filled_body(sources[i]->type, sources[i]->shape, 0));
    }
    return gradients;
}
} // namespace xgrad
