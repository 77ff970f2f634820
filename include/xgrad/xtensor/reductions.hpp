#pragma once

#include <xgrad/array/nan.hpp>
#include <xgrad/array/product.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/ops/cast.hpp>
#include <xgrad/tensor/print.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <concepts>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

// `xt::sum(x, axes)` and its kin over our operands: xtensor would build a reducer, and gets an
// object that has our reduction's result. (`xt::mean` divides such a sum.)

namespace xgrad {
namespace detail {
/// The reduction that stands for a functor of xtensor's; there is none for most.
template <class Functor>
struct reduction_for
{};

// clang-format off
template <> struct reduction_for<xt::detail::plus>
{ static auto of(auto const&... arguments) { return xgrad::sum(arguments...); } };
template <> struct reduction_for<xt::detail::multiplies>
{ static auto of(auto const&... arguments) { return xgrad::prod(arguments...); } };
template <> struct reduction_for<xt::math::maximum<void>>
{ static auto of(auto const&... arguments) { return xgrad::amax(arguments...); } };
template <> struct reduction_for<xt::math::minimum<void>>
{ static auto of(auto const&... arguments) { return xgrad::amin(arguments...); } };
template <> struct reduction_for<xt::detail::nan_plus>
{ static auto of(auto const&... arguments) { return xgrad::nansum(arguments...); } };
template <> struct reduction_for<xt::detail::nan_multiplies>
{ static auto of(auto const&... arguments) { return xgrad::nanprod(arguments...); } };
template <> struct reduction_for<xt::detail::nan_max>
{ static auto of(auto const&... arguments) { return xgrad::nanmax(arguments...); } };
template <> struct reduction_for<xt::detail::nan_min>
{ static auto of(auto const&... arguments) { return xgrad::nanmin(arguments...); } };
// clang-format on

template <class Functor, class X>
concept has_reduction =
    requires(X const& x) { reduction_for<Functor>::of(x, axes_argument(), reduction_options()); };

template <class Functor, class X, class... Option>
auto with_options(X const& x, axes_argument const& axes, std::tuple<Option...> const&)
{
    using options = xt::reducer_options<value_type_of<X>, std::tuple<Option...>>;
    static_assert(
        !options::has_initial_value,
        "xgrad: a reduction does not take xt::initial over our operands; add it to the result");
    return reduction_for<Functor>::of(
        x, axes, reduction_options{.keep_dims = options::keep_dims::value});
}

/// The elements over which a reducer runs: of the type that its caller has asked for
/// (`xt::sum<double>(x)`), else its operand's.
template <class Functors, class X>
struct asked_element
{
    using type = value_type_of<X>;
};

template <class Functors, class X>
    requires tensor_element<typename Functors::init_functor_type::value_type>
struct asked_element<Functors, X>
{
    using type = typename Functors::init_functor_type::value_type;
};

template <class T, class X>
decltype(auto) with_elements(X const& x)
{
    if constexpr (std::same_as<T, value_type_of<X>>) {
        return (x);
    } else {
        return cast<T>(x);
    }
}

/// The element type of a reducer; that of its operand where we have no such reduction.
template <class Functor, class X>
struct reducer_element
{
    using type = value_type_of<X>;
};

template <class Functor, class X>
    requires has_reduction<Functor, X>
struct reducer_element<Functor, X>
{
    using type = typename decltype(reduction_for<Functor>::of(
        std::declval<X const&>(), axes_argument(), reduction_options()))::value_type;
};
} // namespace detail

// xtensor writes `sum(x, {axis}, options)` for `xt::sum(x, axis)`, and finds these by its operand.
template <own_expression X, class... Option>
auto sum(X const& x, axes_argument const& axes, std::tuple<Option...> const& options)
{
    return detail::with_options<xt::detail::plus>(x, axes, options);
}

template <own_expression X, class... Option>
auto prod(X const& x, axes_argument const& axes, std::tuple<Option...> const& options)
{
    return detail::with_options<xt::detail::multiplies>(x, axes, options);
}

template <own_expression X, class... Option>
auto amax(X const& x, axes_argument const& axes, std::tuple<Option...> const& options)
{
    return detail::with_options<xt::math::maximum<void>>(x, axes, options);
}

template <own_expression X, class... Option>
auto amin(X const& x, axes_argument const& axes, std::tuple<Option...> const& options)
{
    return detail::with_options<xt::math::minimum<void>>(x, axes, options);
}

template <own_expression X, class... Option>
auto nansum(X const& x, axes_argument const& axes, std::tuple<Option...> const& options)
{
    return detail::with_options<xt::detail::nan_plus>(x, axes, options);
}

template <own_expression X, class... Option>
auto nanprod(X const& x, axes_argument const& axes, std::tuple<Option...> const& options)
{
    return detail::with_options<xt::detail::nan_multiplies>(x, axes, options);
}

template <own_expression X, class... Option>
auto nanmax(X const& x, axes_argument const& axes, std::tuple<Option...> const& options)
{
    return detail::with_options<xt::detail::nan_max>(x, axes, options);
}

template <own_expression X, class... Option>
auto nanmin(X const& x, axes_argument const& axes, std::tuple<Option...> const& options)
{
    return detail::with_options<xt::detail::nan_min>(x, axes, options);
}

/// What a function of xtensor's returns over our operands: to xtensor an expression of ours, and
/// the tensor that has been computed to whoever asks for its value.
template <class T>
class computed_expression
{
public:
    using value_type = T;
    using expression_tag = xgrad::expression_tag;
    using shape_type = xgrad::shape_type;
    using size_type = std::size_t;
    using const_stepper = T const*;
    static constexpr bool contiguous_layout = false;

    explicit computed_expression(tensor<T> value) : value_(std::move(value)) {}

    tensor<T> const& computed() const noexcept { return value_; }

    shape_type const& shape() const noexcept { return value_.shape(); }

    size_type dimension() const noexcept { return value_.dimension(); }

    size_type size() const noexcept { return value_.size(); }

    T item() const { return value_.item(); }

    template <std::integral... I>
    T operator()(I... index) const
    {
        return value_(index...);
    }

    template <xtensor_container Container>
    operator Container() const
    {
        return Container(value_.value());
    }

private:
    tensor<T> value_;
};

template <class T>
std::ostream& operator<<(std::ostream& out, computed_expression<T> const& x)
{
    return out << x.computed();
}
} // namespace xgrad

namespace xgrad::detail {
/// What xtensor's reducer by these functors has of ours.
template <class Functors, class X>
struct reducer
{
    using functor = typename Functors::reduce_functor_type;
    using asked = typename asked_element<Functors, X>::type;
    using operand = std::remove_cvref_t<decltype(with_elements<asked>(std::declval<X const&>()))>;
    using element = typename reducer_element<functor, operand>::type;
};
} // namespace xgrad::detail

namespace xt {
template <class F, class CT, class X, class O>
    requires xgrad::own_expression<CT>
class xreducer<F, CT, X, O>
    : public xgrad::computed_expression<
          typename xgrad::detail::reducer<std::decay_t<F>, std::remove_cvref_t<CT>>::element>
{
    using ours = xgrad::detail::reducer<std::decay_t<F>, std::remove_cvref_t<CT>>;
    using functor = typename ours::functor;
    using operand = typename ours::operand;
    using element = typename ours::element;

    template <class Axes>
    static xgrad::tensor<element> reduced(operand const& x, Axes const& axes)
    {
        static_assert(
            xgrad::detail::has_reduction<functor, operand>,
            "xgrad: this reduction of xtensor's has no derivative here; write its values as a "
            "constant "
            "with x.value(), or use one of xgrad's");
        static_assert(
            !O::has_initial_value,
            "xgrad: a reduction does not take xt::initial over our operands; add it to the result");
        std::vector<std::ptrdiff_t> const list(axes.begin(), axes.end());
        return xgrad::detail::reduction_for<functor>::of(
            x, list, xgrad::reduction_options{.keep_dims = O::keep_dims::value});
    }

public:
    template <class Functors, class Operand, class Axes, class Options>
    xreducer(Functors const&, Operand const& x, Axes const& axes, Options const&)
        : xgrad::computed_expression<element>(
              reduced(xgrad::detail::with_elements<typename ours::asked>(x), axes))
    {}
};

namespace detail {
template <class F, class CT, class X, class O>
    requires xgrad::own_expression<CT>
struct is_crtp_base_of_impl<xexpression, xreducer<F, CT, X, O>> : std::true_type
{};
} // namespace detail
} // namespace xt
