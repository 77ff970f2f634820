#pragma once

#include <xgrad/linalg/svd.hpp>
#include <xgrad/ops/power.hpp>

#include <cmath>
#include <limits>
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
    norm_order(A p) : what(kind::number), p(static_cast<double>(p))
    {}

    explicit norm_order(kind what) : what(what) {}

    kind what = kind::euclidean;
    double p = 2;
};

inline norm_order const frobenius{norm_order::kind::euclidean};
inline norm_order const nuclear{norm_order::kind::nuclear};

namespace detail {
/// √Σ x² over the axes given; the gradient at 0 is 0.
template <class T>
tensor<T>
euclidean_norm(tensor<T> const& x, axes_argument const& axes, std::source_location const& where)
{
    auto const squares = sum(square(x), axes, {}, where);
    return tensor<T>(xgrad::where(squares == T(0), T(0), sqrt(squares)), where);
}

template <class T>
tensor<T> vector_norm(tensor<T> const& x, double p, std::source_location const& where)
{
    if (p == 2) {
        return euclidean_norm(x, {}, where);
    }
    if (p == 1) {
        return sum(abs(x), {}, {}, where);
    }
    if (std::isinf(p)) {
        return p > 0 ? amax(abs(x), {}, {}, where) : amin(abs(x), {}, {}, where);
    }
    if (p == 0) {
        return sum(xgrad::where(x != T(0), T(1), T(0)), {}, {}, where);
    }
    auto const powers = sum(pow(abs(x), T(p)), {}, {}, where);
    return tensor<T>(xgrad::where(powers == T(0), T(0), pow(powers, T(1 / p))), where);
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
template <array X>
auto norm(
    X const& x,
    norm_order const& order = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const values = as_tensor(x, where);
    if (order.what == norm_order::kind::euclidean) {
        return detail::euclidean_norm(values, {}, where);
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
