#pragma once

#include <xgrad/linalg/lu.hpp>

namespace xgrad {
namespace detail {
template <class T>
tensor<T> inverse(std::string_view name, tensor<T> const& a, std::source_location const& where)
{
    check_square(name, a.shape(), where);
    lu_factors<T> const factors(a);
    factors.check_regular(name, where);
    auto reverse = [where](statement_pullback& sweep) {
        auto const y = transposed_matrices(tensor<T>(sweep.result()), where);
        tensor<T> const g(sweep.incoming());
        sweep.add(0, tensor<T>(-matmul(matmul(y, g, where), y, where)).handle());
    };
    return recorded(
        name,
        factors.inverse(),
        std::array{&a.body()},
        {.result = true},
        reverse,
        where,
        runs_again_by<T>(
            [name, where](tensor<T> const& other) { return inverse(name, other, where); }));
}
} // namespace detail

/// A⁻¹ for stacks of square matrices {..., n, n}. Throws value_error where one is singular.
/// ∂A = -A⁻ᵀ g A⁻ᵀ. Giles 2008, Collected matrix derivative results, 2.2.
template <array_operand A>
auto inv(A const& a, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    return detail::inverse<T>("inv", as_tensor(a, where), where);
}
} // namespace xgrad
