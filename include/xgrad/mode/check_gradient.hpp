#pragma once

#include <xgrad/mode/gradient_report.hpp>
#include <xgrad/mode/jvp.hpp>
#include <xgrad/mode/vjp.hpp>
#include <xgrad/tensor/construct.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace xgrad {
namespace detail {
/// Numbers of both signs between 1/2 and 3/2 in magnitude, the same ones every time: directions in
/// which nothing cancels by symmetry. Not from `random`, whose numbers belong to the program.
class fixed_directions
{
public:
    double next() noexcept
    {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        auto const bits = state_ >> 32;
        auto const magnitude = 0.5 + static_cast<double>(bits >> 1) * 0x1p-31;
        return bits & 1 ? magnitude : -magnitude;
    }

    /// Numbers shaped like x, in proportion to its larger elements.
    template <class T>
    tensor<T> for_argument(tensor<T> const& x)
    {
        return generated<T>(x.shape(), [&, at = x.begin()]() mutable {
            auto const size = std::max(T(1), std::abs(*at));
            ++at;
            return static_cast<T>(next()) * size;
        });
    }

private:
    std::uint64_t state_ = 7;
};

template <class T>
tensor<T> filled_like(tensor<T> const& x, double value)
{
    return tensor<T>(filled_body(x.body().type, x.shape(), value));
}

/// ⟨a, b⟩, and the sum of the magnitudes of what it adds up.
struct inner_product
{
    long double value = 0;
    long double magnitude = 0;

    template <class T>
    void add(tensor<T> const& a, tensor<T> const& b)
    {
        auto other = b.begin();
        for (auto const element : a) {
            auto const term = static_cast<long double>(element) * *other;
            ++other;
            value += term;
            magnitude += std::abs(term);
        }
    }

    template <class... T>
    void add(std::tuple<tensor<T>...> const& a, std::tuple<tensor<T>...> const& b)
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (add(std::get<I>(a), std::get<I>(b)), ...);
        }(std::index_sequence_for<T...>());
    }
};

template <class A, class B>
inner_product inner(A const& a, B const& b)
{
    inner_product result;
    result.add(a, b);
    return result;
}

/// All measures of one function: a class of its types alone, so that the modes are compiled once
/// for all functions of the same arguments.
template <class R, class... T>
class gradient_check
{
    using function = std::function<tensor<R>(tensor<T> const&...)>;
    using arguments = std::tuple<tensor<T>...>;

public:
    gradient_check(function f, tensor<T> const&... x)
        : f_(std::move(f)),
          x_(x.detach()...),
          v_([&] { return arguments{directions_.for_argument(x)...}; }())
    {
        report_.tolerance = in_float ? 5e-3 : 1e-6;
    }

    gradient_report run() noexcept
    {
        report_.failure = what_fails([&] {
            auto const [value, pullback] =
                std::apply([&](auto const&... x) { return vjp(f_, x...); }, x_);
            w_ = directions_.for_argument(filled_like(value, 1));
            ones_ = filled_like(value, 1);
            summed_ = as_tuple(pullback(ones_));
            weighted_ = as_tuple(pullback(w_));
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                (compare_with_differences<I>(), ...);
            }(std::index_sequence_for<T...>());
            observe_taylor_order(value);
        });
        if (report_.failure.empty()) {
            auto const obstacle = what_fails([&] { compare_with_forward_mode(); });
            report_.tangent.obstacle = report_.adjoint.obstacle = obstacle;
        }
        return std::move(report_);
    }

private:
    static constexpr bool in_float = (std::same_as<T, float> || ... || std::same_as<R, float>);

    static arguments as_tuple(arguments gradients) { return gradients; }

    template <class U>
    static arguments as_tuple(tensor<U> const& gradient)
    {
        return arguments(gradient);
    }

    /// The message of what f throws; empty where nothing is thrown.
    template <class F>
    static std::string what_fails(F const& f) noexcept
    {
        try {
            f();
        } catch (std::exception const& e) {
            return e.what();
        } catch (...) {
            return "an exception that is no std::exception";
        }
        return {};
    }

    long double weighted_value(arguments const& x, tensor<R> const& weights) const
    {
        return inner(std::apply(f_, x), weights).value;
    }

    template <std::size_t I>
    void compare_with_differences()
    {
        auto const& x = std::get<I>(x_);
        using element = typename std::remove_cvref_t<decltype(x)>::value_type;
        std::vector<element> const at(x.begin(), x.end());
        std::vector<element> const g(std::get<I>(summed_).begin(), std::get<I>(summed_).end());
        double scale = 1;
        for (auto const slope : g) {
            scale = std::max(scale, std::abs(static_cast<double>(slope)));
        }
        auto moved = x_;
        auto const value_at = [&](std::size_t k, element place) {
            std::get<I>(moved) = generated<element>(x.shape(), [&, i = std::size_t(0)]() mutable {
                auto const here = i++;
                return here == k ? place : at[here];
            });
            return weighted_value(moved, ones_);
        };
        for (std::size_t k = 0; k < x.size(); ++k) {
            // Rounding and truncation balance at the cube root of the precision.
            auto const step = std::cbrt(std::numeric_limits<element>::epsilon()) *
                std::max(element(1), std::abs(at[k]));
            auto const up = at[k] + step;
            auto const down = at[k] - step;
            auto const rise = static_cast<double>(value_at(k, up) - value_at(k, down));
            auto const difference = rise / (static_cast<double>(up) - static_cast<double>(down));
            auto const error = std::abs(static_cast<double>(g[k]) - difference) / scale;
            if (!(error <= report_.worst_relative_error)) {
                report_.worst_relative_error =
                    std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
                report_.argument = I;
                report_.element = k;
                report_.index = index_of(k, x.shape());
                report_.reverse = static_cast<double>(g[k]);
                report_.difference = difference;
            }
        }
    }

    static shape_type index_of(std::size_t element, shape_type const& shape)
    {
        auto index = shape;
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            index[axis] = element % shape[axis];
            element /= shape[axis];
        }
        return index;
    }

    /// Of the weighted sum: a plain one hides what cancels in it, as in the rows of a softmax.
    void observe_taylor_order(tensor<R> const& value)
    {
        auto const slope = inner(weighted_, v_);
        auto const start = inner(value, w_);
        // Below this a remainder tells of rounding, or of a difference that is allowed.
        auto const floor = [&](double h) {
            auto const precision = in_float ? std::numeric_limits<float>::epsilon()
                                            : std::numeric_limits<double>::epsilon();
            return 64 * precision * static_cast<double>(start.magnitude) +
                report_.tolerance * h * std::max(1., static_cast<double>(slope.magnitude));
        };
        double previous = 0; // none yet
        auto const [first, last] = in_float ? std::pair(3, 8) : std::pair(6, 18);
        for (int k = first; k <= last; ++k) {
            double const h = std::ldexp(1., -k);
            auto const moved = [&]<std::size_t... I>(std::index_sequence<I...>) {
                return arguments(stepped(std::get<I>(x_), std::get<I>(v_), h)...);
            }(std::index_sequence_for<T...>());
            auto const step = [&]<std::size_t... I>(std::index_sequence<I...>) {
                // What rounding has left of h d.
                return arguments(stepped(std::get<I>(moved), std::get<I>(x_), -1)...);
            }(std::index_sequence_for<T...>());
            auto const expected = inner(weighted_, step).value;
            auto const remainder =
                static_cast<double>(std::abs(weighted_value(moved, w_) - start.value - expected));
            bool const tells = std::isfinite(remainder) && remainder > floor(h);
            if (tells && previous > 0) {
                report_.taylor_order = std::log2(previous / remainder);
            }
            previous = tells ? remainder : 0;
        }
    }

    /// x + h direction.
    template <class U>
    static tensor<U> stepped(tensor<U> const& x, tensor<U> const& direction, double h)
    {
        return generated<U>(x.shape(), [h, at = x.begin(), along = direction.begin()]() mutable {
            auto const moved = *at + static_cast<U>(h) * *along;
            ++at;
            ++along;
            return moved;
        });
    }

    void compare_with_forward_mode()
    {
        auto const tangent = jvp(f_, x_, v_).tangent;
        report_.tangent = compared(inner(tangent, ones_), inner(summed_, v_));
        report_.adjoint = compared(inner(tangent, w_), inner(weighted_, v_));
    }

    static mode_comparison compared(inner_product const& forward, inner_product const& reverse)
    {
        auto const scale = std::max({1.L, forward.magnitude, reverse.magnitude});
        auto const error = static_cast<double>(std::abs(forward.value - reverse.value) / scale);
        return {
            static_cast<double>(forward.value),
            static_cast<double>(reverse.value),
            std::isnan(error) ? std::numeric_limits<double>::infinity() : error,
            {}};
    }

    function f_;
    fixed_directions directions_;
    arguments x_;
    arguments v_;        // a direction in the arguments
    tensor<R> w_;        // weights of the value
    tensor<R> ones_;     // shaped like the value
    arguments summed_;   // the gradient of Σ f
    arguments weighted_; // the gradient of ⟨w, f⟩
    gradient_report report_;
};
} // namespace detail

/// Compares the gradient of f at x... by reverse mode with three things that do not depend on it:
/// central differences, element by element; the order of the Taylor remainder along a direction;
/// and forward mode, by its tangent and by the adjoint identity. f may return an array. Throws
/// nothing, for a wrong gradient or a function that fails: read the report, or print it.
template <class F, differentiable_element... T>
gradient_report check_gradient(F&& f, tensor<T> const&... x)
{
    no_grad const guard;
    auto call = [&f](tensor<T> const&... a) { return as_tensor(std::invoke(f, a...)); };
    using result = typename decltype(call(x...))::value_type;
    static_assert(
        differentiable_element<result>,
        "xgrad: check_gradient: the function returns integers or truth values, which have no "
        "gradient");
    return detail::gradient_check<result, T...>(std::move(call), x...).run();
}

/// Expressions as arguments are computed first, and numbers are tensors of rank 0.
template <class F, class... X>
    requires some_not_tensors<X...>
gradient_report check_gradient(F&& f, X const&... x)
{
    return check_gradient(std::forward<F>(f), as_tensor(x, {})...);
}
} // namespace xgrad
