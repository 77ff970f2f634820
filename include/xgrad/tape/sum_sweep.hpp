#pragma once

#include <xgrad/tape/adjoints.hpp>

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
