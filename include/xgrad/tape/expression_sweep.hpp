#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/adjoint.hpp>
#include <xgrad/tape/adjoint_tiles.hpp>
#include <xgrad/tape/part_targets.hpp>
#include <xgrad/tape/reduced_shape.hpp>
#include <xgrad/tape/statement_run.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace xgrad {
namespace detail {
/// A dense body of f(index, element).
template <class T, class F>
body_pointer transformed(tensor_body const& body, F&& f)
{
    auto copy = make_body(body.type, body.shape);
    auto* const to = copy->elements<T>();
    auto const* const from = body.elements<T>();
    for (std::size_t i = 0, size = body.size; i < size; ++i) {
        to[i] = f(i, from[i]);
    }
    return copy;
}
} // namespace detail

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The reverse of fused statements over one index space, whatever their operands are.
template <class T>
class expression_sweep
{
public:
    /// Of statements [first, last) of the recording; those without an adjoint are passed over.
    expression_sweep(
        tape_record const& r,
        std::size_t first,
        std::size_t last,
        sweep_adjoints& all,
        tile_lists& lists)
        : adjoints_(all),
          tiles_(r, first, last, all, lists),
          parts_(r, first, last, all),
          shape_(index_space(r, r.statements()[last - 1])),
          accesses_(operands_of(r, first, last) + 2 * (last - first)),
          targets_(operands_of(r, first, last)),
          steps_(last - first),
          held_(2 * (last - first))
    {
        plan_.size = element_count(shape_);
        plan_.operands = accesses_.get();
        for (auto i = last; i-- > first;) {
            auto const& s = r.statements()[i];
            if (tiles_.has_adjoint(s)) {
                add_step(s);
                tiles_.release(s);
            }
        }
    }

    void run()
    {
        if (step_count_ > 0) {
            plan_.operands = plan_.operands.first(next_access_);
            plan_.coalesce(shape_);
            compute_adjoints<T>(steps_.get().first(step_count_), plan_, tiles_.count());
        }
    }

private:
    static std::size_t
    operands_of(tape_record const& r, std::size_t first, std::size_t last) noexcept
    {
        std::size_t count = 0;
        for (auto i = first; i < last; ++i) {
            count += r.statements()[i].operand_count;
        }
        return count;
    }

    void add_step(recorded_statement const& s)
    {
        adjoint_step step{s.kernels, s.scalars(), next_access_, {}, {}};
        step.source.tile = tiles_.of(s.result);
        auto result = s.kept_result;
        auto incoming = step.source.tile == no_tile ? incoming_of(s) : body_pointer();
        if (s.reduced != nullptr) {
            step.source.reduced = true;
            step.source.element = s.reduced->element;
            expand_reduced(s, incoming, result);
            if (reverse_jointly(s, incoming, result, step.source)) {
                return;
            }
        }
        step.targets = find_targets(s);
        read(plan_, next_access_, s, incoming, result);
        next_access_ += s.operand_count + 2;
        held_[2 * step_count_] = std::move(incoming);
        held_[2 * step_count_ + 1] = std::move(result);
        steps_[step_count_++] = step;
    }

    /// The adjoint of the result; one number for all of it as a single element.
    body_pointer incoming_of(recorded_statement const& s)
    {
        if (s.reduced == nullptr && adjoints_.is_uniform(s.result)) {
            return filled_body(
                type_of<T>, {}, static_cast<double>(adjoints_.number_of<T>(s.result)));
        }
        return adjoints_.body_of(s.result);
    }

    std::span<adjoint_target const> find_targets(recorded_statement const& s)
    {
        auto const targets = targets_.get().subspan(next_target_, s.operand_count);
        next_target_ += s.operand_count;
        for (std::size_t i = 0; i < s.operand_count; ++i) {
            auto const variable = s.operands()[i].variable;
            targets[i].leaf = i;
            if (s.kernels->leaves[i].carries_gradient && adjoints_.wants(variable) &&
                !parts_.find(s, i, plan_.size, targets)) {
                find_target(variable, targets[i]);
            }
        }
        return targets;
    }

    void find_target(std::uint32_t variable, adjoint_target& target)
    {
        auto const& variables = adjoints_.variables();
        bool const is_array =
            variables[variable].type == type_of<T> && variables.size_of(variable) == plan_.size;
        if (is_array) {
            target.tile = tiles_.into(variable, target.accumulate);
        }
        if (target.tile != no_tile) {
            return;
        }
        target.accumulate = adjoints_.has(variable);
        target.body = &adjoints_.writable(variable);
        if (!is_array) {
            target.what = adjoint_target::kind::sum;
            auto joined = joined_axes(target.body->shape, shape_);
            target.axes = std::move(joined.axes);
            target.strides = std::move(joined.strides);
        }
    }

    /// Describes what a statement reads: its operands, the incoming adjoint, the result.
    void read(
        loop_plan& p,
        std::size_t first,
        recorded_statement const& s,
        body_pointer const& incoming,
        body_pointer const& result) const
    {
        auto const leaves = s.operands().size();
        for (std::size_t i = 0; i < leaves; ++i) {
            if (auto const& kept = s.operands()[i].kept) {
                p.read(first + i, *kept, shape_, type_of<T>);
            }
        }
        if (incoming) {
            p.read(first + leaves, *incoming, shape_, type_of<T>);
        }
        if (result) {
            p.read(first + leaves + 1, *result, shape_, type_of<T>);
        }
    }

    /// Calls f with a plan for this statement alone.
    template <class F>
    void with_plan_of(recorded_statement const& s, body_pointer const& result, F const& f) const
    {
        short_list<operand_access> accesses(s.operand_count + 2);
        loop_plan p;
        p.size = plan_.size;
        p.operands = accesses.get();
        read(p, 0, s, {}, result);
        p.coalesce(shape_);
        f(p);
    }

    // Where the elements' adjoints depend on one another, they start from an array of them; returns
    // whether that is all.
    bool reverse_jointly(
        recorded_statement const& s,
        body_pointer& incoming,
        body_pointer const& result,
        seed_source& source)
    {
        auto const* const joint = s.reduced->joint;
        bool const needed = joint != nullptr &&
            (joint->needed == nullptr || joint->needed(result->data, result->size));
        if (!needed || plan_.size == 0) {
            return false;
        }
        auto seeds = make_body(type_of<T>, shape_);
        if (joint->elements_needed) {
            with_plan_of(s, result, [&](loop_plan const& p) {
                compute_values<T>(*s.kernels, p, static_cast<T const*>(s.scalars()), *seeds);
            });
        }
        joint->back(s.axes, result.get(), *incoming, *seeds);
        if (joint->needed != nullptr) {
            source.element = nullptr; // it would have served for other results
        }
        auto const first = s.operands()[0].variable;
        bool const is_leaf = s.kernels->is_tensor() && adjoints_.wants(first);
        if (is_leaf && source.element == nullptr) {
            adjoints_.add(first, std::move(seeds));
            return true;
        }
        incoming = std::move(seeds);
        return false;
    }

    // The adjoint of a reduced result, as one that broadcasts over the elements.
    void
    expand_reduced(recorded_statement const& s, body_pointer& incoming, body_pointer& result) const
    {
        auto const& reduced = *s.reduced;
        auto const places = xgrad::detail::places_of(s, shape_);
        if (plan_.size == 0) {
            incoming = reshaped(incoming, places);
            return;
        }
        if (result) {
            result = reshaped(result, places);
        }
        if (reduced.divides_by_count) {
            auto const count = static_cast<T>(plan_.size / incoming->size);
            incoming = xgrad::detail::transformed<T>(
                *incoming, [count](std::size_t, T g) { return g / count; });
        }
        incoming = reshaped(incoming, places);
        if (reduced.shares_among_ties) {
            auto const ties = count_ties(s, result, places);
            incoming = xgrad::detail::transformed<T>(
                *incoming, [&](std::size_t i, T g) { return g / ties->template elements<T>()[i]; });
        }
    }

    // How many elements of every group equal the result.
    body_pointer count_ties(
        recorded_statement const& s, body_pointer const& result, shape_type const& places) const
    {
        auto ties = make_body(type_of<T>, places);
        auto* const counts = ties->template elements<T>();
        std::fill_n(counts, ties->size, T(0));
        auto const [axes, strides] = joined_axes(places, shape_);
        using V = simd::batch<T>;
        scratch_memory block(block_length<T> * sizeof(T));
        auto* const values = block.as<T>();
        with_plan_of(s, result, [&](loop_plan const& p) {
            block_reader<T> reader(p);
            for (std::size_t begin = 0; begin < p.size; begin += block_length<T>) {
                auto const count = std::min(block_length<T>, p.size - begin);
                auto const* const operands = reader.read(begin, count);
                s.kernels->values(
                    {.operands = reinterpret_cast<void const* const*>(operands),
                     .scalars = s.scalars(),
                     .values = values,
                     .count = count,
                     .program = s.kernels->program});
                auto const* const results = operands[s.operand_count + 1];
                for (std::size_t i = 0; i < count; i += V::size) {
                    auto const is_tie = V::load(values + i) == V::load(results + i);
                    select(is_tie, V(1), V(0)).store(values + i);
                }
                accumulate(
                    sum_accumulator<T>,
                    std::array<T*, 1>{counts},
                    axes,
                    strides,
                    begin,
                    count,
                    static_cast<T const*>(values));
            }
        });
        return ties;
    }

    sweep_adjoints& adjoints_;
    adjoint_tiles tiles_;
    part_targets<T> parts_;
    shape_type shape_;
    short_list<operand_access> accesses_; // of each step: operands, incoming adjoint, result
    short_list<adjoint_target> targets_;
    loop_plan plan_;
    short_list<adjoint_step> steps_;
    short_list<body_pointer> held_; // incoming adjoint and result of each, which the plan reads
    std::size_t step_count_ = 0;
    std::size_t next_access_ = 0;
    std::size_t next_target_ = 0;
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE

#if defined(XGRAD_COMPILED)
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
XGRAD_EXTERN template class expression_sweep<double>;
XGRAD_EXTERN template class expression_sweep<float>;
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
#endif
} // namespace xgrad
