#pragma once

#include <xgrad/linalg/inverse.hpp>
#include <xgrad/ops/selection.hpp>
#include <xgrad/tape/one_statement.hpp>

namespace xgrad {
/// Aⁿ for stacks of square matrices, by repeated squaring: the products carry the gradient. A
/// negative n takes powers of A⁻¹, and throws value_error where there is none.
template <array_operand A>
auto matrix_power(A const& a, int n, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    tensor<T> power = as_tensor(a, where);
    detail::one_statement const whole("matrix_power", where);
    detail::check_square("matrix_power", power.shape(), where);
    if (n == 0) {
        // The identity, on which a gradient of 0 flows back.
        tensor<T> const identity(detail::identity_body<T>(power.shape()));
        return tensor<T>(xgrad::where(identity < T(0), power, identity), where);
    }
    if (n < 0) {
        power = detail::inverse("matrix_power", power, where);
    }
    auto left = n < 0 ? 0u - static_cast<unsigned>(n) : static_cast<unsigned>(n);
    for (; left % 2 == 0; left /= 2) {
        power = matmul(power, power, where);
    }
    auto result = power;
    for (left /= 2; left > 0; left /= 2) {
        power = matmul(power, power, where);
        if (left % 2 == 1) {
            result = matmul(result, power, where);
        }
    }
    return result;
}
} // namespace xgrad
