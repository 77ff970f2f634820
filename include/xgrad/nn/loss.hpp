#pragma once

#include <xgrad/array/looking_at_values.hpp>
#include <xgrad/array/take.hpp>
#include <xgrad/array/unit_axes.hpp>
#include <xgrad/nn/softmax.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/power.hpp>
#include <xgrad/ops/rectifier.hpp>
#include <xgrad/ops/special.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

namespace xgrad {
/// What becomes of the losses of single examples.
enum class loss_reduction
{
    mean,
    sum,
    none
};

namespace detail {
/// A loss that is still an expression, fused with its reduction.
template <class T, class E>
tensor<T> reduced_loss(E const& losses, loss_reduction reduction, std::source_location const& where)
{
    switch (reduction) {
    case loss_reduction::mean:
        return mean(losses, {}, {}, where);
    case loss_reduction::sum:
        return sum(losses, {}, {}, where);
    default:
        return as_tensor(losses, where);
    }
}

/// An operand that a loss names several times: a bare number, or an expression.
template <class X>
using named_operand =
    std::conditional_t<arithmetic<std::remove_cvref_t<X>>, std::remove_cvref_t<X>, stored_as<X>>;

template <class A, class B>
using loss_element = floating_element<value_type_of<
    decltype(std::declval<named_operand<A> const&>() - std::declval<named_operand<B> const&>())>>;

/// Class numbers of any type as integers. Throws value_error for one that is not whole, or below 0.
template <class L>
tensor<std::int64_t> class_numbers(tensor<L> const& labels, std::source_location const& where)
{
    auto const is_whole = [](L label) {
        if constexpr (std::floating_point<L>) {
            return label == std::floor(label);
        }
        return true;
    };
    for (auto const label : labels) {
        if (!is_whole(label) || label < L(0)) {
            throw value_error(
                "softmax_cross_entropy: label " + std::to_string(label) +
                " is no class number, which counts from 0; probabilities are shaped like the "
                "logits" +
                at(where));
        }
    }
    return cast<std::int64_t>(labels);
}

/// The element of each row that a label names.
template <class T, class L>
tensor<T>
log_shares_of(tensor<T> const& logs, tensor<L> const& labels, std::source_location const& where)
{
    auto const compute = [&](tensor<T> const& x, tensor<L> const& y) {
        auto const classes = class_numbers(y, where);
        auto const chosen = taken_along_axis(
            "softmax_cross_entropy", x, expand_dims(classes, -1, where), -1, where);
        return reshape(chosen, y.shape(), where);
    };
    auto const again = [where](tensor<T> const& x, tensor<L> const& y) {
        return log_shares_of(x, y, where);
    };
    return looking_at_values("softmax_cross_entropy", where, compute, again, logs, labels);
}
} // namespace detail

/// The mean squared error: (a - b)², and its mean, sum, or each.
template <operand A, operand B>
    requires array_operand<A> || array_operand<B>
tensor<detail::loss_element<A, B>>
mse(A const& a,
    B const& b,
    loss_reduction reduction = loss_reduction::mean,
    std::source_location where = std::source_location::current())
{
    detail::named_operand<A> const x(a);
    detail::named_operand<B> const y(b);
    return detail::reduced_loss<detail::loss_element<A, B>>(square(x - y), reduction, where);
}

/// Huber's loss of d = a - b: d²/2 where |d| is at most delta, delta (|d| - delta/2) beyond. Huber
/// 1964, Robust estimation of a location parameter. Throws value_error for a delta that is not
/// above 0.
template <operand A, operand B>
    requires array_operand<A> || array_operand<B>
tensor<detail::loss_element<A, B>> huber(
    A const& a,
    B const& b,
    double delta = 1,
    loss_reduction reduction = loss_reduction::mean,
    std::source_location where = std::source_location::current())
{
    using T = detail::loss_element<A, B>;
    if (!(delta > 0)) {
        throw value_error(
            "huber: delta = " + std::to_string(delta) + " is not above 0" + at(where));
    }
    detail::named_operand<A> const x(a);
    detail::named_operand<B> const y(b);
    auto const d = abs(x - y);
    auto const edge = static_cast<T>(delta);
    return detail::reduced_loss<T>(
        xgrad::where(d <= edge, T(0.5) * square(d), edge * (d - T(0.5) * edge)), reduction, where);
}

/// -z log σ(x) - (1 - z) log(1 - σ(x)) of logits x and labels z in [0, 1], exact in both tails.
template <operand X, operand Z>
    requires array_operand<X> || array_operand<Z>
tensor<detail::loss_element<X, Z>> sigmoid_cross_entropy(
    X const& logits,
    Z const& labels,
    loss_reduction reduction = loss_reduction::mean,
    std::source_location where = std::source_location::current())
{
    using T = detail::loss_element<X, Z>;
    detail::named_operand<X> const x(logits);
    detail::named_operand<Z> const z(labels);
    // A logit that is infinite, and right, costs nothing.
    constexpr auto infinity = std::numeric_limits<T>::infinity();
    auto const is_right = (x == infinity && z == T(1)) || (x == -infinity && z == T(0));
    auto const loss = z * softplus(-x) + (T(1) - z) * softplus(x);
    return detail::reduced_loss<T>(xgrad::where(is_right, T(0), loss), reduction, where);
}

/// -Σ labels log softmax(logits) along the last axis. Labels shaped like the logits are
/// probabilities (and have a gradient); labels with one axis less are class numbers. Throws
/// shape_error where they are neither, value_error for a class that is not there.
template <array_operand X, array_operand Y>
tensor<floating_element<value_type_of<X>>> softmax_cross_entropy(
    X const& logits,
    Y const& labels,
    loss_reduction reduction = loss_reduction::mean,
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const x = as_tensor(logits, where);
    auto const y = as_tensor(labels, where);
    detail::one_statement const whole("softmax_cross_entropy", where);
    auto const logs = log_softmax(x, -1, where);
    if (same_shape(x.shape(), y.shape())) {
        tensor<T> const weights = y;
        // What is impossible, and has no share, costs nothing.
        constexpr auto nothing = -std::numeric_limits<T>::infinity();
        auto const is_excluded = weights == T(0) && logs == nothing;
        auto const losses = sum(xgrad::where(is_excluded, T(0), weights * logs), -1, {}, where);
        return detail::reduced_loss<T>(-losses, reduction, where);
    }
    if (!same_shape(shape_type(x.shape().begin(), x.shape().end() - 1), y.shape())) {
        throw shape_error(
            "softmax_cross_entropy: logits " + to_string(x.shape()) + " and labels " +
            to_string(y.shape()) +
            " do not fit: labels have the logits' shape (probabilities), or " +
            "lack its last axis (class numbers)" + at(where));
    }
    return detail::reduced_loss<T>(-detail::log_shares_of(logs, y, where), reduction, where);
}
} // namespace xgrad
