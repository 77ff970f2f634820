#pragma once

#include <xgrad/tape/check_adjoints.hpp>
#include <xgrad/tape/expression_sweep.hpp>
#include <xgrad/tape/pullback.hpp>
#include <xgrad/tape/small_sweep.hpp>
#include <xgrad/tape/spread_sweep.hpp>
#include <xgrad/tape/sum_sweep.hpp>
#include <xgrad/tape/sweep_lists.hpp>
#include <xgrad/tape/sweep_request.hpp>
#include <xgrad/tape/tape.hpp>
#include <xgrad/tape/tile_sweep.hpp>

#include <algorithm>
#include <optional>
#include <span>

// The reverse sweep: from the adjoints of the targets, statement by statement in reverse order, to
// those of the sources.

namespace xgrad {
/// How a sweep goes whose own computations other tapes record.
struct recorded_way
{
    void (*reverse)(tape_record const&, recorded_statement const&, sweep_adjoints&);
    sweep_adjoints::join join;
};

/// How a sweep gets values that the tape has forgotten; none where `values` is null.
struct recomputing_way
{
    tape_record* values = nullptr;
    statement_runner run = nullptr;
};

/// One reverse sweep over a recording. A template, so that a program pays for it in compile time
/// only where it asks for a gradient.
template <class Recording>
class reverse_sweep
{
public:
    reverse_sweep(
        Recording const& r,
        std::span<sweep_target> targets,
        std::span<tensor_body* const> sources,
        std::source_location const& where,
        what_follows then,
        recorded_way const* recorded = nullptr,
        recomputing_way const& recompute = {})
        : recording_(r),
          targets_(targets),
          sources_(sources),
          where_(where),
          then_(then),
          recorded_(recorded),
          recompute_(recompute),
          knows_gradients_(r.knows_gradients()),
          checks_(recorded == nullptr && detail::numerics_are_checked()),
          lists_(*borrowed_)
    {}

    /// The adjoint of every source, dense and shaped like it, into `gradients`. Throws tape_error
    /// where a target is not on the tape, unconnected_error where no target depends on a source.
    void run(grad_options const& options, std::span<body_pointer> gradients)
    {
        lists_.all.start(recording_, recorded_ != nullptr ? recorded_->join : nullptr);
        mark_ways_to_sources();
        seed_targets();
        for (auto i = recording_.statements().size(); i > 0;) {
            ask_ahead(i);
            if (!lists_.all.has(recording_.statements()[i - 1].result)) {
                --i;
                continue;
            }
            if (recompute_.values != nullptr) {
                recompute_values(i - 1);
            }
            i = reverse_from(i);
            if (checks_) {
                detail::check_adjoints(recording_.statements()[i], lists_.all);
            }
        }
        segment_.reset();
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            gradients[i] = may_be_overwritten(i) ? body_pointer() : gradient_of(i, options);
        }
        // Last, as nothing fails any more.
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            if (!gradients[i]) {
                gradients[i] = may_be_overwritten(i)
                    ? lists_.all.scaled_in_place(lists_.sources[i])
                    : lists_.all.body_of(lists_.sources[i]); // the same source once more
            }
        }
    }

private:
    static constexpr std::uint32_t unknown = ~std::uint32_t{0};

    /// Of a long recording nothing is in cache any more, and what its statements have kept lies
    /// wherever there was room: asked for a few statements before it is read, a million scalar ones
    /// and their gradient take a seventh less time. (Always inlined: see prefetch_piece.)
    XGRAD_ALWAYS_INLINE void ask_ahead(std::size_t end) const noexcept
    {
        constexpr std::size_t statements = 12;
        if (end <= statements) {
            return;
        }
        for (auto const& operand : recording_.statements()[end - statements].operands()) {
            if (auto const* const kept = operand.kept.get()) {
                XGRAD_PREFETCH(kept);
                XGRAD_PREFETCH(reinterpret_cast<std::byte const*>(kept) + detail::body_bytes);
            }
        }
    }

    void mark_ways_to_sources()
    {
        auto& all = lists_.all;
        for (auto const* body : sources_) {
            auto const place = recording_.find(*body);
            lists_.sources.push_back(place.value_or(unknown));
            if (place) {
                all.want(*place, adjoint_interest::source);
            }
        }
        // On what a gradient of another tape depends is not known: perhaps on a source.
        for (auto const& g : recording_.gradients()) {
            auto const may_depend = [&](auto const* source) { return g.may_depend_on(*source); };
            if (!all.wants(g.variable) &&
                std::any_of(sources_.begin(), sources_.end(), may_depend)) {
                all.want(g.variable, adjoint_interest::way);
            }
        }
        auto const& statements = recording_.statements();
        for (std::size_t k = 0; k < statements.size(); ++k) {
            auto const& s = statements[k];
            auto const operands = s.operands();
            for (std::size_t i = 0; i < operands.size() && !all.wants(s.result); ++i) {
                if (all.wants(operands[i].variable) && s.carries_gradient(i)) {
                    all.want(s.result, adjoint_interest::way);
                }
            }
        }
    }

    void seed_targets()
    {
        for (auto& target : targets_) {
            auto const place = recording_.find(*target.body);
            if (place && lists_.all.wants(*place)) {
                refuse_gradient(*place, where_);
                if (target.seed) {
                    lists_.all.add(*place, std::move(target.seed));
                } else {
                    lists_.all.add_uniform(*place, 1);
                }
            } else if (!place && !is_source(*target.body)) {
                detail::throw_unknown_target(recording_, *target.body, where_);
            }
        }
    }

    /// Brings back the values of the segment to which a statement belongs, instead of those of the
    /// segment after it.
    void recompute_values(std::size_t statement)
    {
        if (!segment_ || statement < segment_->begin()) {
            segment_.reset();
            segment_.emplace(
                recompute_.values->budget().segment_of(statement), recording_, recompute_.run);
        }
    }

    /// Reverses the statement before `end`, and its neighbours where they can go together; returns
    /// the first one reversed.
    std::size_t reverse_from(std::size_t end)
    {
        auto const& s = recording_.statements()[end - 1];
        refuse_gradients(s);
        if (recorded_ != nullptr) {
            recorded_->reverse(recording_, s, lists_.all);
        } else if (s.few != 0) {
            with_floating_type(s.kernels->compute, [&]<class T>() {
                vectorized::reverse_small<T>(recording_.variables(), s, lists_.all);
            });
        } else if (
            s.aligned == operand_alignment::same && s.reduced != nullptr &&
            s.kernels->is_tensor()) {
            reverse_sum_of_tensor(recording_, s, lists_.all);
        } else if (s.aligned == operand_alignment::linear) {
            reverse_linear(recording_, s, lists_.all);
        } else if (s.kernels == nullptr) {
            statement_pullback sweep(recording_, s, lists_.all);
            s.operation->reverse(sweep);
        } else if (s.aligned == operand_alignment::spread) {
            with_floating_type(s.kernels->compute, [&]<class T>() {
                vectorized::reverse_spread<T>(recording_, s, lists_.all);
            });
        } else {
            bool const alone = knows_gradients_ || checks_;
            auto const begin = alone ? end - 1 : segment_ ? segment_->begin() : 0;
            return reverse_run(run_before(recording_, begin, end), end);
        }
        lists_.all.release(s.result);
        return end - 1;
    }

    std::size_t reverse_run(statement_run const& run, std::size_t end)
    {
        with_floating_type(recording_.statements()[run.first].kernels->compute, [&]<class T>() {
            auto const& r = recording_;
            if (run.aligned) {
                vectorized::tile_sweep<T>(r, run.first, end, lists_.all, lists_.tiles).run();
            } else {
                vectorized::expression_sweep<T>(r, run.first, end, lists_.all, lists_.tiles).run();
            }
        });
        return run.first;
    }

    void refuse_gradients(recorded_statement const& s) const
    {
        if (!knows_gradients_) {
            return;
        }
        for (auto const& operand : s.operands()) {
            refuse_gradient(operand.variable, s.where);
        }
    }

    void refuse_gradient(std::uint32_t variable, std::source_location const& where) const
    {
        if (recording_.variables()[variable].gradient &&
            lists_.all.wanted(variable) == adjoint_interest::way) {
            detail::throw_unknown_derivative(where);
        }
    }

    bool is_source(tensor_body const& body) const
    {
        return std::any_of(sources_.begin(), sources_.end(), [&](auto const* candidate) {
            return candidate->identity == body.identity;
        });
    }

    /// Its gradient can take the place of a value that the tape has no more use for.
    bool may_be_overwritten(std::size_t i) const noexcept
    {
        auto const place = lists_.sources[i];
        return then_ == what_follows::nothing && place != unknown &&
            lists_.all.is_scaled_alone(place);
    }

    body_pointer gradient_of(std::size_t i, grad_options const& options)
    {
        auto const& body = *sources_[i];
        if (lists_.sources[i] != unknown && lists_.all.has(lists_.sources[i])) {
            return lists_.all.body_of(lists_.sources[i]);
        }
        if (lists_.sources[i] == unknown) {
            if (auto own = gradient_as_target(body)) {
                return own;
            }
        }
        if (options.unconnected == unconnected::error) {
            detail::throw_unconnected(recording_, *targets_.front().body, i, body, where_);
        }
        return filled_body(body.type, body.shape, 0);
    }

    /// A target that no statement has touched is a source of itself all the same. Null where it is
    /// no target.
    body_pointer gradient_as_target(tensor_body const& body) const
    {
        body_pointer sum;
        for (auto const& target : targets_) {
            if (target.body->identity == body.identity) {
                auto seed = target.seed ? target.seed : filled_body(body.type, body.shape, 1);
                sum = sum ? lists_.all.sum_of(sum, seed) : std::move(seed);
            }
        }
        return sum;
    }

    Recording const& recording_;
    std::span<sweep_target> targets_;
    std::span<tensor_body* const> sources_;
    std::source_location where_;
    what_follows then_;
    recorded_way const* recorded_;
    recomputing_way recompute_;
    std::optional<recomputed_segment> segment_; // that has its values
    bool knows_gradients_;
    bool checks_; // each statement's adjoints: see check_numerics
    detail::borrowed_lists borrowed_;
    detail::sweep_lists& lists_;
};
} // namespace xgrad
