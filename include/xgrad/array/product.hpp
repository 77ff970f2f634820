#pragma once

#include <xgrad/array/reduction.hpp>
#include <xgrad/array/rows.hpp>
#include <xgrad/array/scan.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

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

#if defined(XGRAD_COMPILED)
namespace vectorized {
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<double> const&,
    fold_accumulator<double, multiply_join> const&,
    reduction_call const&);
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<float> const&,
    fold_accumulator<float, multiply_join> const&,
    reduction_call const&);
} // namespace vectorized
#endif

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

/// The product of the other factors, where some may be 0: of those before a factor, times that of
/// those after it.
template <class T>
struct products_of_others
{
    /// A quotient would divide by 0, or what is no longer (or not yet) exact.
    static bool needed(void const* products, std::size_t count)
    {
        using limits = std::numeric_limits<T>;
        auto const* const y = static_cast<T const*>(products);
        return !std::all_of(y, y + count, [](T product) {
            return std::abs(product) >= limits::min() && std::abs(product) <= limits::max();
        });
    }

    static void
    back(std::uint64_t, tensor_body const*, tensor_body const& incoming, tensor_body& adjoints)
    {
        auto* const x = adjoints.elements<T>();
        auto const* const g = incoming.elements<T const>();
        auto axes = adjoints.shape;
        auto strides = broadcast_strides(incoming.shape, incoming.strides(), axes);
        coalesce(axes, strides);
        // f(element, place of its result), in row-major order.
        auto const for_each_element = [&](auto const& f) {
            for_each_run(
                axes, strides, 0, adjoints.size, [&](auto i, auto place, auto count, auto stride) {
                    for (auto const end = i + count; i < end; ++i, place += stride) {
                        f(i, static_cast<std::size_t>(place));
                    }
                });
        };
        std::vector<T> before(adjoints.size);
        std::vector<T> products(incoming.size, T(1));
        for_each_element([&](std::size_t i, std::size_t place) {
            before[i] = products[place];
            products[place] *= x[i];
        });
        std::fill(products.begin(), products.end(), T(1));
        // From the end: that is row-major order with all axes turned round.
        for_each_element([&](std::size_t from_end, std::size_t place_from_end) {
            auto const i = adjoints.size - 1 - from_end;
            auto const place = incoming.size - 1 - place_from_end;
            auto const others = before[i] * products[place];
            products[place] *= x[i];
            x[i] = g[place] * others;
        });
    }

    static tensor<T>
    in_statements(tensor<T> const& x, axes_argument const& axes, std::source_location const& where)
    {
        xgrad::detail::rows<T> const r(x, axes, true, "prod", where);
        auto const last = r.elements.dimension() - 1;
        auto const towards =
            xgrad::detail::scan<running_product<T, false>>(r.elements, last, where);
        auto const from_the_end =
            xgrad::detail::scan<running_product<T, true>>(r.elements, last, where);
        auto const before = xgrad::detail::shifted(towards, last, false, T(1), where);
        auto const after = xgrad::detail::shifted(from_the_end, last, true, T(1), where);
        return r.restored(tensor<T>(before * after, where), x.shape(), where);
    }

    static body_pointer recorded_back(
        body_pointer const& x,
        body_pointer const&,
        body_pointer const& g,
        std::uint64_t axes,
        std::source_location const& where)
    {
        auto const others = in_statements(tensor<T>(x), axes_argument::of_bits(axes), where);
        return tensor<T>(tensor<T>(g) * others, where).handle();
    }

    static body_pointer forth(
        body_pointer const& x,
        body_pointer const&,
        body_pointer const& t,
        std::uint64_t axes,
        std::source_location const& where)
    {
        auto const along = axes_argument::of_bits(axes);
        auto const others = in_statements(tensor<T>(x), along, where);
        return sum(tensor<T>(t) * others, along, {.keep_dims = true}, where).handle();
    }

    static constexpr joint_derivative value{
        .elements_needed = true,
        .needed = &needed,
        .back = &back,
        .recorded_back = &recorded_back,
        .forth = &forth};
};

template <class T>
consteval reduction_kind product_reduction()
{
    auto kind = seeded<quotient_seed, T, &product_accumulator<T>>({.name = "prod"});
    if constexpr (differentiable_element<T>) {
        kind.symbols = nullptr; // in statements it is always the products of the others
        kind.joint = &products_of_others<T>::value;
        kind.fold = [](void const* elements, std::size_t count, void* result) {
            *static_cast<T*>(result) =
                fold(static_cast<T const*>(elements), count, T(1), multiply_join{});
        };
    }
    return kind;
}
} // namespace vectorized

template <class T>
inline constexpr reduction_kind product_reduction = vectorized::product_reduction<T>();
} // namespace XGRAD_ARCHITECTURE

/// Π x over all axes, or those given; 1 over no elements. ∂x is the product of the others: exact
/// also where one of them is 0.
template <array_operand X>
tensor<detail::reduced_element<X, false>> prod(
    X const& x,
    axes_argument const& axes = {},
    reduction_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    return detail::reduce<T, false>(
        x, product_accumulator<T>, {product_reduction<T>, axes, options, false, where});
}
} // namespace xgrad
