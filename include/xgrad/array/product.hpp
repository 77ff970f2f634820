#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/ops/cast.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/selection.hpp>

#include <algorithm>
#include <utility>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
struct multiply_join
{
    template <class V>
    XGRAD_ALWAYS_INLINE V operator()(V const& a, V const& b) const
    {
        return a * b;
    }
};
} // namespace vectorized

template <class T>
inline constexpr fold_accumulator<T, vectorized::multiply_join> product_accumulator{T(1)};

inline constexpr reduction product_reduction{.name = "prod"};
} // namespace XGRAD_ARCHITECTURE

namespace detail {
template <class T, class X>
tensor<T> product_of(
    X const& x,
    axes_argument const& axes,
    reduction_options const& options,
    std::source_location const& where)
{
    return reduce<T, false>(
        x, product_accumulator<T>, {product_reduction, axes, options, false, where});
}

/// What each element of a product is multiplied with, where some product may be 0: exact for one
/// zero among the elements, and 0 for more.
template <class T>
tensor<T>
products_of_others(tensor<T> const& x, axes_argument const& axes, std::source_location const& where)
{
    reduction_options const keep{.keep_dims = true};
    auto const is_zero = tensor<bool>(x == T(0));
    auto const zeros = sum(cast<T>(is_zero), axes, keep, where);
    auto const rest = product_of<T>(tensor<T>(xgrad::where(is_zero, T(1), x)), axes, keep, where);
    return xgrad::where(
        zeros == T(0), rest / x, xgrad::where(zeros == T(1) && is_zero, rest, T(0)));
}
} // namespace detail

/// Π x over all axes, or those given; 1 over no elements. ∂x is the product of the others: exact
/// also where one of them is 0.
template <array X>
auto prod(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    tensor<T> const values = as_tensor(x, where);
    auto value = with_no_grad([&] { return detail::product_of<T>(values, axes, options, where); });
    if constexpr (!differentiable_element<T>) {
        return value;
    } else {
        auto const kept = detail::kept_axes(values.shape(), axes.of(values.dimension(), "prod"));
        auto reverse = [axes, kept, where](pullback& sweep) {
            if (!sweep.wants(0)) {
                return;
            }
            no_grad const guard;
            tensor<T> const g(reshaped(dense(sweep.incoming()), kept));
            tensor<T> const y(reshaped(sweep.result(), kept));
            tensor<T> const factors(sweep.operand(0));
            bool const some_zero = std::find(y.begin(), y.end(), T(0)) != y.end();
            tensor<T> const gradient = some_zero
                ? tensor<T>(g * detail::products_of_others(factors, axes, where))
                : tensor<T>(g * y / factors);
            sweep.add(0, gradient.handle());
        };
        return recorded(
            "prod",
            std::move(value),
            std::array{&values.body()},
            {.operands = true, .result = true},
            reverse,
            where);
    }
}
} // namespace xgrad
