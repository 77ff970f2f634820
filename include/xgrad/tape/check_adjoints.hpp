#pragma once

#include <xgrad/expr/numerics.hpp>
#include <xgrad/tape/adjoints.hpp>

#include <cstddef>
#include <string>

namespace xgrad::detail {
/// Throws numerics_error where an operand's adjoint holds a NaN or an infinity, once it has got
/// what this statement contributes: the first one found on the way back has brought it in.
inline void check_adjoints(recorded_statement const& s, sweep_adjoints& all)
{
    auto const formula = [&] {
        auto const elements =
            s.kernels != nullptr ? formula_of(*s.kernels) : std::string(s.operation->name());
        return s.reduced != nullptr ? std::string(s.reduced->name) + "(" + elements + ")"
                                    : elements;
    };
    for (std::size_t i = 0; i < s.operand_count; ++i) {
        auto const variable = s.operands()[i].variable;
        if (s.carries_gradient(i) && all.wants(variable) && all.has(variable)) {
            search_result(
                *all.body_of(variable),
                "gradient of " + formula() + " by x" + std::to_string(i),
                s.where);
        }
    }
}
} // namespace xgrad::detail
