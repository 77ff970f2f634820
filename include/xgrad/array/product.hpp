#pragma once

#include <xgrad/array/looking_at_values.hpp>
#include <xgrad/array/operation.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/array/rows.hpp>
#include <xgrad/array/scan.hpp>

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

namespace vectorized {
/// The adjoint of a factor that is not 0: the product of the others times the result's.
struct quotient_seed
{
    template <class V>
    static V of(V const& element, V const& product, V const& g)
    {
        return g * product / element;
    }
};
} // namespace vectorized

template <class T>
inline constexpr auto product_reduction =
    vectorized::seeded<vectorized::quotient_seed, T, &product_accumulator<T>>({.name = "prod"});
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
        x, product_accumulator<T>, {product_reduction<T>, axes, options, false, where});
}

/// What each element of a product is multiplied with, where some may be 0: the product of those
/// before it times that of those after it.
template <class T>
tensor<T>
products_of_others(tensor<T> const& x, axes_argument const& axes, std::source_location const& where)
{
    rows<T> const r(x, axes, true, "prod", where);
    auto const last = r.elements.dimension() - 1;
    using namespace vectorized;
    auto const towards = scan<running_product<T, false>>(r.elements, last, where);
    auto const from_the_end = scan<running_product<T, true>>(r.elements, last, where);
    auto const before = shifted(towards, last, false, T(1), where);
    auto const after = shifted(from_the_end, last, true, T(1), where);
    return r.restored(tensor<T>(before * after), x.shape(), where);
}

/// A product of which some factor may be 0, as an operation on an array.
template <class T>
tensor<T> product_with_zeros(
    tensor<T> const& values,
    axes_argument const& axes,
    reduction_options const& options,
    std::source_location const& where)
{
    auto const kept = kept_axes(values.shape(), axes.of(values.dimension(), "prod"));
    auto reverse = [axes, kept, where](pullback& sweep) {
        if (!sweep.wants(0)) {
            return;
        }
        tensor<T> const g = reshape(tensor<T>(sweep.incoming()), kept, where);
        tensor<T> const x(sweep.operand(0));
        tensor<T> const y = reshape(tensor<T>(sweep.result()), kept, where);
        bool const some_zero = choice_by(y, [](tensor<T> const& all) {
            return std::find(all.begin(), all.end(), T(0)) != all.end();
        });
        tensor<T> const gradient =
            some_zero ? tensor<T>(g * products_of_others(x, axes, where)) : tensor<T>(g * y / x);
        sweep.add(0, gradient.handle());
    };
    return recorded(
        "prod",
        within_operation([&] { return product_of<T>(values, axes, options, where); }),
        std::array{&values.body()},
        {.operands = true, .result = true},
        reverse,
        where,
        runs_again_by<T>([axes, options, where](tensor<T> const& other) {
            return product_with_zeros(other, axes, options, where);
        }));
}
} // namespace detail

/// Π x over all axes, or those given; 1 over no elements. ∂x is the product of the others: exact
/// also where one of them is 0.
template <array X>
tensor<detail::reduced_element<X, false>> prod(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    if constexpr (!differentiable_element<T>) {
        return detail::product_of<T>(x, axes, options, where);
    } else {
        // (A product that is to be replayed may get a zero some other time.)
        if (!detail::is_watched()) {
            auto const y = detail::product_of<T>(x, axes, options, where);
            if (!is_recording() || std::find(y.begin(), y.end(), T(0)) == y.end()) {
                return y;
            }
        }
        return detail::product_with_zeros<T>(as_tensor(x, where), axes, options, where);
    }
}
} // namespace xgrad
