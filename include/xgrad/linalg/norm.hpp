#pragma once

#include <xgrad/array/norm.hpp>
#include <xgrad/linalg/svd.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <cmath>
#include <string>

namespace xgrad {
/// Which norm: a number p as in NumPy (also infinity, and negative ones), or one of the names
/// below.
struct norm_order
{
    enum class kind
    {
        euclidean, // of all elements: of a vector p = 2, of a matrix Frobenius'
        number,
        nuclear // the sum of a matrix's singular values
    };

    norm_order() = default;

    template <arithmetic A>
    norm_order(A order) : what(kind::number), p(static_cast<double>(order))
    {}

    explicit norm_order(kind which) : what(which) {}

    kind what = kind::euclidean;
    double p = 2;
};

inline norm_order const frobenius{norm_order::kind::euclidean};
inline norm_order const nuclear{norm_order::kind::nuclear};

namespace detail {
template <class T>
tensor<T> vector_norm(tensor<T> const& x, double p, std::source_location const& where)
{
    if (p > 0) {
        return p == 1 ? norm_l1(x, {}, {}, where)
            : p == 2  ? norm_l2(x, {}, {}, where)
                      : norm_lp(x, p, {}, {}, where);
    }
    if (p == 0) {
        return sum(xgrad::where(x != T(0), T(1), T(0)), {}, {}, where);
    }
    if (std::isinf(p)) {
        return amin(abs(x), {}, {}, where);
    }
    auto const powers = [&] {
        numerics_unchecked const with_zeros; // whose power is infinite, and the norm 0
        return sum(pow(abs(x), T(p)), {}, {}, where);
    }();
    return tensor<T>(pow(powers, T(1 / p)), where);
}

template <class T>
tensor<T> matrix_norm(tensor<T> const& x, double p, std::source_location const& where)
{
    if (std::abs(p) == 2) {
        auto const s = svd(x, where).s;
        return p > 0 ? amax(s, {}, {}, where) : amin(s, {}, {}, where);
    }
    if (std::abs(p) == 1 || std::isinf(p)) {
        auto const sums = sum(abs(x), std::isinf(p) ? 1 : 0, {}, where);
        return p > 0 ? amax(sums, {}, {}, where) : amin(sums, {}, {}, where);
    }
    throw value_error(
        "norm: a matrix has no norm of order " + std::to_string(p) +
        "; the orders are 1, 2, infinity and their negatives, frobenius, nuclear" + at(where));
}
} // namespace detail

/// The norm of a vector or a matrix: √Σ x² (of any shape) by default; of a vector (Σ |x|ᵖ)^(1/p);
/// of a matrix by p = ±1 its columns' sums, ±infinity its rows', ±2 its singular values, the
/// largest (or least) of them; nuclear: their sum. Throws shape_error for orders where x is
/// neither. ∂x of the Euclidean norm is x / ‖x‖, and 0 at 0.
template <array_operand X>
auto norm(
    X const& x,
    norm_order const& order = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    detail::one_statement const whole("norm", where);
    if (order.what == norm_order::kind::euclidean) {
        return norm_l2(values, {}, {}, where);
    }
    if (values.dimension() == 1 && order.what == norm_order::kind::number) {
        return detail::vector_norm(values, order.p, where);
    }
    if (values.dimension() != 2) {
        throw shape_error(
            "norm: shape " + to_string(values.shape()) +
            " is neither a vector nor a matrix; norm(x) takes any shape" + at(where));
    }
    return order.what == norm_order::kind::nuclear ? sum(svd(values, where).s, {}, {}, where)
                                                   : detail::matrix_norm(values, order.p, where);
}
} // namespace xgrad
