#pragma once

#include <xgrad/engine/adjoint_target.hpp>
#include <xgrad/engine/block_length.hpp>
#include <xgrad/engine/plan.hpp>
#include <xgrad/tape/adjoints.hpp>
#include <xgrad/tape/statement_run.hpp>

#include <cstddef>
#include <span>

namespace xgrad {
/// Operands that are parts of other arrays (a stencil reads several of one). Their adjoints are
/// added to those of the whole block by block, and are never arrays themselves; the statement that
/// has selected the part then finds none.
template <class T>
class part_targets
{
public:
    /// Of a run of statements [first, last).
    part_targets(
        tape_record const& r, std::size_t first, std::size_t last, sweep_adjoints& all) noexcept
        : recording_(r), first_(first), last_(last), adjoints_(all)
    {}

    /// The target of operand i of a statement over `size` elements, behind those of the operands
    /// before it. False where it is no such part. (Few elements go as in a straight line.)
    bool find(
        recorded_statement const& s,
        std::size_t i,
        std::size_t size,
        std::span<adjoint_target> targets) const
    {
        auto const& r = recording_;
        auto const& variables = r.variables();
        auto const variable = s.operands()[i].variable;
        if (!variables[variable].is_part || variables[variable].type != type_of<T> ||
            size <= few_blocks<T> || variables.size_of(variable) != size || r.knows_gradients() ||
            adjoints_.wanted(variable) == adjoint_interest::source) {
            return false;
        }
        auto const& selecting = r.statement_of(variable);
        if (selecting.result != variable) {
            return false; // the operator that had selected it has failed, and left no statement
        }
        auto const whole = selecting.operands()[0].variable;
        if (!adjoints_.wants(whole) || is_read(r, whole, first_, last_)) {
            return false;
        }
        auto& target = targets[i];
        target.what = adjoint_target::kind::part;
        for (std::size_t k = 0; k < i; ++k) {
            if (s.operands()[k].variable == variable && targets[k].is(target.what)) {
                target.leaf = k; // in whose block both meet
                target.accumulate = true;
                return true;
            }
        }
        auto const& part = *selecting.operation->part();
        target.body = &adjoints_.sum(whole);
        target.axes = r.shape_of(variable);
        target.strides = part.strides;
        target.offset = part.offset;
        coalesce(target.axes, target.strides);
        return true;
    }

private:
    tape_record const& recording_;
    std::size_t first_;
    std::size_t last_;
    sweep_adjoints& adjoints_;
};
} // namespace xgrad
