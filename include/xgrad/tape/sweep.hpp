#pragma once

#include <xgrad/tape/expression_sweep.hpp>
#include <xgrad/tape/tape.hpp>

#include <memory>
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

/// The lists of a sweep, which keep their memory from one sweep of a thread to the next.
struct sweep_lists
{
    adjoints all;
    std::vector<char> wanted; // per variable: 0, or 1 (a way to a source), or 2 (a source)
    std::vector<std::uint32_t> sources;

    void clear() noexcept
    {
        all.clear();
        wanted.clear();
        sources.clear();
    }
};

/// Borrows the thread's lists; a sweep inside a sweep makes its own.
class borrowed_lists
{
public:
    borrowed_lists() : lists_(std::move(idle()))
    {
        if (!lists_) {
            lists_ = std::make_unique<sweep_lists>();
        }
    }

    borrowed_lists(borrowed_lists const&) = delete;
    borrowed_lists& operator=(borrowed_lists const&) = delete;

    ~borrowed_lists()
    {
        lists_->clear();
        idle() = std::move(lists_);
    }

    sweep_lists& operator*() const noexcept { return *lists_; }

private:
    static std::unique_ptr<sweep_lists>& idle() noexcept
    {
        thread_local std::unique_ptr<sweep_lists> lists;
        return lists;
    }

    std::unique_ptr<sweep_lists> lists_;
};
} // namespace detail

/// A tensor from which a sweep starts, and its adjoint (ones where null).
struct sweep_target
{
    tensor_body* body;
    body_pointer seed;

    body_pointer adjoint() const { return seed ? seed : filled_body(body->type, body->shape, 1); }
};

/// One reverse sweep over a recording.
class sweep
{
public:
    sweep(
        recording const& r,
        std::span<sweep_target const> targets,
        std::span<tensor_body* const> sources,
        std::source_location const& where)
        : recording_(r), targets_(targets), sources_(sources), where_(where), lists_(*borrowed_)
    {}

    /// The adjoint of every source, dense and shaped like it, into `gradients`. Throws tape_error
    /// where a target is not on the tape, unconnected_error where no target depends on a source.
    void run(grad_options const& options, std::span<body_pointer> gradients)
    {
        lists_.all.start(recording_);
        mark_ways_to_sources();
        seed_targets();
        auto const statements = recording_.statements();
        for (std::size_t i = statements.size(); i-- > 0;) {
            auto const& s = statements[i];
            if (lists_.all.has(s.result)) {
                refuse_gradients(s);
                detail::reverse_statement(recording_, s, lists_.all, lists_.wanted);
                if (lists_.wanted[s.result] != source) {
                    lists_.all.take(s.result); // no statement before this one reads it
                }
            }
        }
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            gradients[i] = gradient_of(i, options);
        }
    }

private:
    static constexpr char way = 1;
    static constexpr char source = 2;
    static constexpr std::uint32_t unknown = ~std::uint32_t{0};

    void mark_ways_to_sources()
    {
        auto& wanted = lists_.wanted;
        wanted.assign(recording_.variables().size(), 0);
        for (auto const* body : sources_) {
            auto const place = recording_.find(*body);
            lists_.sources.push_back(place.value_or(unknown));
            if (place) {
                wanted[*place] = source;
            }
        }
        for (auto const& s : recording_.statements()) {
            auto const operands = recording_.operands(s);
            for (std::size_t i = 0; i < operands.size() && wanted[s.result] == 0; ++i) {
                if (wanted[operands[i].variable] != 0 &&
                    (s.kernels == nullptr || s.kernels->leaves[i].carries_gradient)) {
                    wanted[s.result] = way;
                }
            }
        }
    }

    void seed_targets()
    {
        for (auto const& target : targets_) {
            auto const place = recording_.find(*target.body);
            if (place && lists_.wanted[*place] != 0) {
                lists_.all.add(*place, target.adjoint());
            } else if (!place && !is_source(*target.body)) {
                detail::throw_unknown_target(recording_, *target.body, where_);
            }
        }
    }

    void refuse_gradients(statement const& s) const
    {
        for (auto const& operand : recording_.operands(s)) {
            if (recording_.variables()[operand.variable].gradient &&
                lists_.wanted[operand.variable] != source) {
                throw tape_error(
                    "grad: the target depends on a gradient that another tape computed while this "
                    "one "
                    "was active, and gradients are not recorded; take the outer derivative of a "
                    "formula for it, or make it a constant with detach()" +
                    at(s.where));
            }
        }
    }

    bool is_source(tensor_body const& body) const
    {
        return std::any_of(sources_.begin(), sources_.end(), [&](auto const* candidate) {
            return candidate->identity == body.identity;
        });
    }

    body_pointer gradient_of(std::size_t i, grad_options const& options) const
    {
        auto const& body = *sources_[i];
        if (lists_.sources[i] != unknown && lists_.all.has(lists_.sources[i])) {
            return lists_.all.of(lists_.sources[i]);
        }
        // A target that no statement has touched is a source of itself all the same.
        for (auto const& target : targets_) {
            if (lists_.sources[i] == unknown && target.body->identity == body.identity) {
                return target.adjoint();
            }
        }
        if (options.unconnected == unconnected::error) {
            throw unconnected_error(
                "grad: the target, a " + detail::describe(*targets_.front().body) +
                ", does not depend on source " + std::to_string(i) + ", a " +
                detail::describe(body) + "; pass {.unconnected = unconnected::zero} to get zeros" +
                at(where_));
        }
        return filled_body(body.type, body.shape, 0);
    }

    recording const& recording_;
    std::span<sweep_target const> targets_;
    std::span<tensor_body* const> sources_;
    std::source_location where_;
    detail::borrowed_lists borrowed_;
    detail::sweep_lists& lists_;
};
} // namespace xgrad
