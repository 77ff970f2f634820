#pragma once

#include <xgrad/mode/vjp.hpp>

#include <cmath>
#include <limits>
#include <ostream>
#include <string>

namespace xgrad {
/// What check_gradient found: the largest difference between reverse mode and central differences,
/// relative to the larger of the gradient's largest element and 1, and where it is.
struct gradient_report
{
    double worst_relative_error = 0;
    std::size_t argument = 0; // which argument of f
    std::size_t element = 0;  // which of its elements, in row-major order
    double reverse = 0;       // the derivative there by reverse mode
    double difference = 0;    // and by central differences
    double tolerance = 0;

    bool ok() const noexcept { return worst_relative_error <= tolerance; }

    explicit operator bool() const noexcept { return ok(); }
};

inline std::ostream& operator<<(std::ostream& out, gradient_report const& r)
{
    return out << (r.ok() ? "gradient agrees" : "gradient differs")
               << " with central differences: at worst " << r.worst_relative_error
               << " relative (allowed " << r.tolerance << "), argument " << r.argument
               << ", element " << r.element << ": " << r.reverse << " by reverse mode, "
               << r.difference << " by differences";
}

namespace detail {
/// Σ f(x...), whatever the shape of f's value.
template <class F, class... T>
double summed_value(F& f, tensor<T> const&... x)
{
    auto const y = as_tensor(std::invoke(f, x...));
    long double total = 0;
    for (auto const element : y) {
        total += static_cast<long double>(element);
    }
    return static_cast<double>(total);
}

template <std::size_t I, class F, class Arguments, class T>
void compare_with_differences(
    F& f, Arguments arguments, tensor<T> const& gradient, gradient_report& report)
{
    auto const x = std::get<I>(arguments);
    double scale = 1;
    for (auto const g : gradient) {
        scale = std::max(scale, std::abs(static_cast<double>(g)));
    }
    auto const* const g = gradient.data();
    for (std::size_t k = 0; k < x.size(); ++k) {
        // Rounding and truncation balance at the cube root of the precision.
        auto const at = x.data()[k];
        auto const step =
            std::cbrt(std::numeric_limits<T>::epsilon()) * std::max(T(1), std::abs(at));
        auto const value_at = [&](T moved) {
            auto body = dense_copy(x.body());
            body->template elements<T>()[k] = moved;
            std::get<I>(arguments) = tensor<T>(std::move(body));
            return std::apply([&](auto const&... a) { return summed_value(f, a...); }, arguments);
        };
        auto const up = at + step;
        auto const down = at - step;
        auto const difference = (value_at(up) - value_at(down)) / static_cast<double>(up - down);
        auto const error = std::abs(static_cast<double>(g[k]) - difference) / scale;
        if (!(error <= report.worst_relative_error)) {
            report.worst_relative_error =
                std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
            report.argument = I;
            report.element = k;
            report.reverse = static_cast<double>(g[k]);
            report.difference = difference;
        }
    }
}
} // namespace detail

/// Compares the gradient of Σ f(x...) by reverse mode with central differences, element by element.
/// Throws nothing for a wrong gradient: read the report, or print it.
template <class F, differentiable_element... T>
gradient_report check_gradient(F&& f, tensor<T> const&... x)
{
    no_grad const guard;
    gradient_report report;
    report.tolerance = (std::same_as<T, float> || ...) ? 5e-3 : 1e-6;
    auto const [value, pullback] = vjp(f, x...);
    auto const gradients = [&] {
        auto const ones =
            std::remove_cvref_t<decltype(value)>(filled_body(value.body().type, value.shape(), 1));
        if constexpr (sizeof...(T) == 1) {
            return std::tuple(pullback(ones));
        } else {
            return pullback(ones);
        }
    }();
    std::tuple<tensor<T>...> const arguments{x...};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (detail::compare_with_differences<I>(f, arguments, std::get<I>(gradients), report), ...);
    }(std::index_sequence_for<T...>{});
    return report;
}
} // namespace xgrad
