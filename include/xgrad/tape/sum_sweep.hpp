#pragma once

#include <xgrad/tape/adjoints.hpp>
#include <xgrad/tape/sweep_request.hpp>

#include <algorithm>
#include <span>

// The reverse of a sum or mean of all elements to one number.

namespace xgrad {
/// The adjoint from which that of every element starts, of `count` elements that are summed or
/// averaged, or have one adjoint all.
template <class T>
T seed_of_elements(recorded_statement const& s, std::size_t count, sweep_adjoints const& all)
{
    auto const g = all.number_of<T>(s.result);
    return s.reduced != nullptr && s.reduced->divides_by_count ? g / static_cast<T>(count) : g;
}

/// Where the target is a sum over one fused expression, and all that the tape holds, the gradients
/// are adjoints that it has kept: no sweep is needed.
inline bool hand_over_kept(
    tape_record const& r,
    std::span<sweep_target const> targets,
    std::span<tensor_body* const> sources,
    std::span<body_pointer> gradients)
{
    if (r.statements().size() != 1 || targets.size() != 1 || targets[0].seed) {
        return false;
    }
    auto const& s = r.statements()[0];
    if (s.aligned != operand_alignment::linear || s.reduced->divides_by_count ||
        r.knows_gradients() || r.find(*targets[0].body) != s.result) {
        return false;
    }
    auto const operands = s.operands();
    for (std::size_t i = 0; i < sources.size(); ++i) {
        auto const place = r.find(*sources[i]);
        auto const operand = std::find_if(operands.begin(), operands.end(), [&](auto const& o) {
            return o.kept && o.variable == place;
        });
        if (operand == operands.end()) {
            return false;
        }
        gradients[i] = operand->kept;
    }
    return true;
}

/// Of a tensor itself: all its elements have one adjoint.
inline void
reverse_sum_of_tensor(tape_record const& r, recorded_statement const& s, sweep_adjoints& all)
{
    auto const operand = s.operands()[0].variable;
    if (all.wants(operand)) {
        with_floating_type(s.kernels->compute, [&]<class T>() {
            auto const g = seed_of_elements<T>(s, r.variables().size_of(operand), all);
            all.add_uniform(operand, static_cast<double>(g));
        });
    }
}

/// Of an expression whose adjoints for a result's adjoint of one are kept.
inline void reverse_linear(tape_record const& r, recorded_statement const& s, sweep_adjoints& all)
{
    with_floating_type(s.kernels->compute, [&]<class T>() {
        auto const count = r.variables().size_of(s.operands()[0].variable);
        auto const g = seed_of_elements<T>(s, count, all);
        for (auto const& operand : s.operands()) {
            if (!operand.kept || !all.wants(operand.variable)) {
                continue;
            }
            if (g == T(1) && !all.has(operand.variable)) {
                all.add(operand.variable, operand.kept);
            } else {
                all.add_scaled(operand.variable, operand.kept, static_cast<double>(g));
            }
        }
    });
}
} // namespace xgrad
