#pragma once

#include <xgrad/linalg/lu.hpp>
#include <xgrad/tape/one_statement.hpp>

namespace xgrad {
namespace detail {
/// A⁻¹ b, or A⁻ᵀ b, for stacks whose leading axes broadcast.
template <class T>
body_pointer solved(
    lu_factors<T> const& factors, bool transposed, body_pointer const& b, shape_type const& leading)
{
    auto x = repeated(b, leading);
    auto const columns = b->shape[b->shape.size() - 1];
    auto const size = factors.stack().rows * columns;
    broadcast_stack const place(factors.stack().leading, leading);
    for (std::size_t k = 0; size > 0 && k < x->size / size; ++k) {
        factors.solve(place(k), transposed, columns, x->template elements<T>() + k * size);
    }
    return x;
}

template <class T>
tensor<T> solve(
    std::string_view name,
    tensor<T> const& a,
    tensor<T> const& b,
    std::source_location const& where)
{
    one_statement const whole(name, where);
    check_square(name, a.shape(), where);
    check_right_hand_side(name, a.shape(), b.shape(), where);
    auto const column = as_column(b, where);
    system_lengths const lengths(name, a.shape(), column.shape(), b.shape(), where);
    auto const factors = std::make_shared<lu_factors<T> const>(a);
    factors->check_regular(name, where);
    auto reverse = [factors, leading = lengths.leading, where](statement_pullback& sweep) {
        tensor<T> const x(sweep.result());
        tensor<T> const g(sweep.incoming());
        tensor<T> const by_b = is_recording()
            ? detail::solve(
                  "solve", transposed_matrices(tensor<T>(sweep.operand(0)), where), g, where)
            : tensor<T>(solved(*factors, true, g.handle(), leading));
        if (sweep.wants(1)) {
            sweep.add(1, sum_to(by_b, sweep.shape(1), where).handle());
        }
        if (sweep.wants(0)) {
            tensor<T> const by_a = -matmul(by_b, transposed_matrices(x, where), where);
            sweep.add(0, sum_to(by_a, sweep.shape(0), where).handle());
        }
    };
    auto const result = recorded(
        name,
        tensor<T>(solved(*factors, false, column.handle(), lengths.leading)),
        std::array{&a.body(), &column.body()},
        {.operands = true, .result = true},
        reverse,
        where,
        runs_again_by<T, T>([name, where](tensor<T> const& other, tensor<T> const& right) {
            return solve(name, other, right, where);
        }));
    if (b.dimension() > 1) {
        return result;
    }
    auto shape = lengths.leading;
    shape.push_back(lengths.a.rows);
    return reshape(result, shape, where);
}
} // namespace detail

/// The x of A x = b, for stacks of square matrices A {..., n, n}, by LU factors; b {n} is a vector,
/// b {..., n, m} holds m right-hand sides; leading axes broadcast. Throws shape_error where the
/// shapes do not fit, value_error where a matrix is singular.
///
/// ∂b = A⁻ᵀ g (by the same factors), ∂A = -∂b xᵀ. Giles 2008, Collected matrix derivative
/// results, 2.2.
template <array_operand A, array_operand B>
auto solve(A const& a, B const& b, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>, value_type_of<B>>;
    return detail::solve<T>("solve", as_tensor(a, where), as_tensor(b, where), where);
}
} // namespace xgrad
