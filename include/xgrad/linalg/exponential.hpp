#pragma once

#include <xgrad/array/looking_at_values.hpp>
#include <xgrad/linalg/solve.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <array>
#include <cmath>

namespace xgrad {
namespace detail {
/// The largest of the 1-norms of a stack of matrices.
template <class T>
T largest_norm(tensor<T> const& a)
{
    return a.size() == 0 ? T(0) : amax(sum(abs(a), -2)).item();
}

/// How often the exponential of a scaled stack is squared; -1 where an element is no number.
template <class T>
int squarings_of(tensor<T> const& a)
{
    auto const norm = largest_norm(a);
    // Up to this norm the approximant is exact in double; so it is in float.
    constexpr T bound = T(5.371920351148152);
    return !std::isfinite(norm) ? -1 : norm > bound ? std::ilogb(norm / bound) + 1 : 0;
}
} // namespace detail

/// e^A = Σ Aᵏ / k! for stacks of square matrices {..., n, n}, by scaling, the Padé approximant of
/// degree 13, and squaring (Higham 2005, The scaling and squaring method for the matrix exponential
/// revisited). Its gradient is that of these products and of one solution, which is the
/// derivative of the approximant itself (Al-Mohy and Higham 2009, Computing the Fréchet derivative
/// of the matrix exponential). Throws value_error where an element is NaN or infinite.
template <array_operand A>
auto expm(A const& a, std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<A>>;
    tensor<T> const values = as_tensor(a, where);
    detail::one_statement const whole("expm", where);
    detail::check_square("expm", values.shape(), where);
    auto const squarings =
        detail::choice_by(values, [](tensor<T> const& x) { return detail::squarings_of(x); });
    if (squarings < 0) {
        throw value_error("expm: an element is NaN or infinite" + at(where));
    }
    auto const n = values.shape(-1);
    tensor<T> const one(detail::identity_body<T>({n, n}));
    constexpr std::array<T, 14> b{
        T(64764752532480000),
        T(32382376266240000),
        T(7771770303897600),
        T(1187353796428800),
        T(129060195264000),
        T(10559470521600),
        T(670442572800),
        T(33522128640),
        T(1323241920),
        T(40840800),
        T(960960),
        T(16380),
        T(182),
        T(1)};
    auto const x = tensor<T>(values * std::ldexp(T(1), -squarings));
    auto const x2 = matmul(x, x, where);
    auto const x4 = matmul(x2, x2, where);
    auto const x6 = matmul(x2, x4, where);
    auto const high_u = tensor<T>(b[13] * x6 + b[11] * x4 + b[9] * x2);
    auto const low_u =
        tensor<T>(matmul(x6, high_u, where) + b[7] * x6 + b[5] * x4 + b[3] * x2 + b[1] * one);
    auto const u = matmul(x, low_u, where);
    auto const high_v = tensor<T>(b[12] * x6 + b[10] * x4 + b[8] * x2);
    auto const v =
        tensor<T>(matmul(x6, high_v, where) + b[6] * x6 + b[4] * x4 + b[2] * x2 + b[0] * one);
    auto result = solve(v - u, v + u, where);
    for (int i = 0; i < squarings; ++i) {
        result = matmul(result, result, where);
    }
    return result;
}
} // namespace xgrad
