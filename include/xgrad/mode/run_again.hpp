#pragma once

#include <xgrad/tape/active.hpp>
#include <xgrad/tensor/evaluate.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace xgrad::detail {
/// Runs a statement of `r` once more over other operands of the same shapes; what it does is
/// recorded by the active tapes. The statement must say that it can.
inline body_pointer
run_again(tape_record const& r, recorded_statement const& s, std::span<tensor_body* const> operands)
{
    if (s.kernels == nullptr) {
        return s.operation->again(operands);
    }
    if (s.reduced != nullptr) {
        as_under const tapes(s.tapes);
        auto const rank = r.shape_of(s.result).size();
        bool const keep_dims = rank > 0 && s.axes != 0 &&
            std::all_of(operands.begin(), operands.end(), [&](auto const* operand) {
                                   return operand->shape.size() <= rank;
                               });
        return s.reduced->again(
            {s.reduced, s.kernels, operands, s.scalars(), s.axes, keep_dims, &s.where});
    }
    return with_floating_type(s.kernels->compute, [&]<class T>() {
        return vectorized::evaluate<T>(
            *s.kernels,
            operands,
            static_cast<T const*>(s.scalars()),
            r.variables()[s.result].type,
            s.where);
    });
}
} // namespace xgrad::detail
