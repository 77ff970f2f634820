#pragma once

#include <xgrad/tape/recording.hpp>
#include <xgrad/tensor/evaluate.hpp>

#include <span>

namespace xgrad::detail {
/// Runs a statement of `r` once more over other operands of the same shapes; what it does is
/// recorded by the active tapes. The statement must say that it can.
inline body_pointer
run_again(recording const& r, statement const& s, std::span<tensor_body* const> operands)
{
    if (s.kernels == nullptr) {
        return s.operation_->again(operands);
    }
    if (s.reduced != nullptr) {
        shape_type whole;
        for (auto const* operand : operands) {
            broadcast_into(whole, operand->shape);
        }
        bool const keep_dims = s.axes != 0 && r.shape_of(s.result).size() == whole.size();
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
