#pragma once

#include <xgrad/base/xtensor/function.hpp>
#include <xgrad/ops/elementwise.hpp>

// All that xgrad specialises of xtensor's names. With it, `xt::exp(x)` over our operands builds the
// node that `exp(x)` builds; without it the core works as before.

namespace xgrad {
/// A result of ours as xtensor knows it (reductions.hpp).
template <class X>
concept computed_result = foreign_expression<X> && requires(X const& x) { x.computed().handle(); };

/// What xtensor's functions leave to ours.
template <class X>
concept own_expression = expression<X> || computed_result<X>;

/// The rule that stands for a functor of xtensor's; void where there is none.
template <class Functor>
struct rule_of
{
    using type = void;
};

// clang-format off
    template <> struct rule_of<xt::detail::identity> { using type = rules::positive_rule; };
    template <> struct rule_of<xt::detail::negate> { using type = rules::negative_rule; };
    template <> struct rule_of<xt::detail::plus> { using type = rules::add_rule; };
    template <> struct rule_of<xt::detail::minus> { using type = rules::subtract_rule; };
    template <> struct rule_of<xt::detail::multiplies> { using type = rules::multiply_rule; };
    template <> struct rule_of<xt::detail::divides> { using type = rules::divide_rule; };
    template <> struct rule_of<xt::detail::less> { using type = rules::less_rule; };
    template <> struct rule_of<xt::detail::less_equal> { using type = rules::less_equal_rule; };
    template <> struct rule_of<xt::detail::greater> { using type = rules::greater_rule; };
    template <> struct rule_of<xt::detail::greater_equal> { using type = rules::greater_equal_rule; };
    template <> struct rule_of<xt::detail::equal_to> { using type = rules::equal_rule; };
    template <> struct rule_of<xt::detail::not_equal_to> { using type = rules::not_equal_rule; };
    template <> struct rule_of<xt::detail::logical_and> { using type = rules::logical_and_rule; };
    template <> struct rule_of<xt::detail::logical_or> { using type = rules::logical_or_rule; };
    template <> struct rule_of<xt::detail::logical_not> { using type = rules::logical_not_rule; };
    template <> struct rule_of<xt::detail::conditional_ternary> { using type = rules::where_rule; };
    template <> struct rule_of<xt::math::abs_fun> { using type = rules::abs_rule; };
    template <> struct rule_of<xt::math::sqrt_fun> { using type = rules::sqrt_rule; };
    template <> struct rule_of<xt::math::pow_fun> { using type = rules::pow_rule; };
    template <> struct rule_of<xt::math::exp_fun> { using type = rules::exp_rule; };
    template <> struct rule_of<xt::math::log_fun> { using type = rules::log_rule; };
    template <> struct rule_of<xt::math::sin_fun> { using type = rules::sin_rule; };
    template <> struct rule_of<xt::math::cos_fun> { using type = rules::cos_rule; };
    template <> struct rule_of<xt::math::tanh_fun> { using type = rules::tanh_rule; };
    template <> struct rule_of<xt::math::maximum<void>> { using type = rules::maximum_rule; };
    template <> struct rule_of<xt::math::minimum<void>> { using type = rules::minimum_rule; };
    template <> struct rule_of<xt::math::clamp_fun> { using type = rules::clip_rule; };
    template <> struct rule_of<xt::math::fabs_fun> { using type = rules::fabs_rule; };
    template <> struct rule_of<xt::math::fma_fun> { using type = rules::fma_rule; };
    template <> struct rule_of<xt::math::cbrt_fun> { using type = rules::cbrt_rule; };
    template <> struct rule_of<xt::math::hypot_fun> { using type = rules::hypot_rule; };
    template <> struct rule_of<xt::math::fmod_fun> { using type = rules::fmod_rule; };
    template <> struct rule_of<xt::math::remainder_fun> { using type = rules::remainder_rule; };
    template <> struct rule_of<xt::math::fdim_fun> { using type = rules::fdim_rule; };
    template <> struct rule_of<xt::math::exp2_fun> { using type = rules::exp2_rule; };
    template <> struct rule_of<xt::math::expm1_fun> { using type = rules::expm1_rule; };
    template <> struct rule_of<xt::math::log2_fun> { using type = rules::log2_rule; };
    template <> struct rule_of<xt::math::log10_fun> { using type = rules::log10_rule; };
    template <> struct rule_of<xt::math::log1p_fun> { using type = rules::log1p_rule; };
    template <> struct rule_of<xt::math::tan_fun> { using type = rules::tan_rule; };
    template <> struct rule_of<xt::math::asin_fun> { using type = rules::asin_rule; };
    template <> struct rule_of<xt::math::acos_fun> { using type = rules::acos_rule; };
    template <> struct rule_of<xt::math::atan_fun> { using type = rules::atan_rule; };
    template <> struct rule_of<xt::math::atan2_fun> { using type = rules::atan2_rule; };
    template <> struct rule_of<xt::math::sinh_fun> { using type = rules::sinh_rule; };
    template <> struct rule_of<xt::math::cosh_fun> { using type = rules::cosh_rule; };
    template <> struct rule_of<xt::math::asinh_fun> { using type = rules::asinh_rule; };
    template <> struct rule_of<xt::math::acosh_fun> { using type = rules::acosh_rule; };
    template <> struct rule_of<xt::math::atanh_fun> { using type = rules::atanh_rule; };
    template <> struct rule_of<xt::math::erf_fun> { using type = rules::erf_rule; };
    template <> struct rule_of<xt::math::erfc_fun> { using type = rules::erfc_rule; };
    template <> struct rule_of<xt::math::lgamma_fun> { using type = rules::lgamma_rule; };
    template <> struct rule_of<xt::math::tgamma_fun> { using type = rules::tgamma_rule; };
    template <> struct rule_of<xt::math::fmax_fun> { using type = rules::fmax_rule; };
    template <> struct rule_of<xt::math::fmin_fun> { using type = rules::fmin_rule; };
    template <> struct rule_of<xt::math::sign_fun> { using type = rules::sign_rule; };
    template <> struct rule_of<xt::math::floor_fun> { using type = rules::floor_rule; };
    template <> struct rule_of<xt::math::ceil_fun> { using type = rules::ceil_rule; };
    template <> struct rule_of<xt::math::trunc_fun> { using type = rules::trunc_rule; };
    template <> struct rule_of<xt::math::round_fun> { using type = rules::round_rule; };
    template <> struct rule_of<xt::math::rint_fun> { using type = rules::rint_rule; };
    template <> struct rule_of<xt::math::nearbyint_fun> { using type = rules::nearbyint_rule; };
    template <> struct rule_of<xt::math::isnan_fun> { using type = rules::isnan_rule; };
    template <> struct rule_of<xt::math::isinf_fun> { using type = rules::isinf_rule; };
    template <> struct rule_of<xt::math::isfinite_fun> { using type = rules::isfinite_rule; };
    template <> struct rule_of<xt::math::deg2rad> { using type = rules::deg2rad_rule; };
    template <> struct rule_of<xt::math::rad2deg> { using type = rules::rad2deg_rule; };
// clang-format on

/// xt::cast to a floating-point type.
template <class Functor>
    requires differentiable_element<typename Functor::result_type> &&
    std::same_as<Functor, typename xt::detail::cast<typename Functor::result_type>::functor>
struct rule_of<Functor>
{
    using type = rules::cast_rule<typename Functor::result_type>;
};

namespace detail {
template <class... X>
inline constexpr bool some_expression = (own_expression<X> || ...);

// How a node holds what xtensor would hold in a closure.
template <class Closure>
struct stored_closure
{
    using type = stored_as<Closure>;
};

template <class X>
struct stored_closure<xt::xscalar<X>>
{
    using type = stored_as<X>;
};

/// The type of a function of xtensor's that has no rule: naming it is allowed (overload
/// resolution does), calling it is not.
template <class Functor>
struct without_rule
{
    template <class... X>
    explicit without_rule(X&&...)
    {
        static_assert(
            sizeof...(X) == 0,
            "xgrad: this function of xtensor has no derivative here; write its values as a "
            "constant with x.value(), or give it a rule (xgrad::call)");
    }
};

template <class Functor, class Rule, class... Closure>
struct node_from_closures
{
    using type =
        typename placed_node<Rule, typename stored_closure<std::decay_t<Closure>>::type...>::type;
};

template <class Functor, class... Closure>
struct node_from_closures<Functor, void, Closure...>
{
    using type = without_rule<Functor>;
};
} // namespace detail
} // namespace xgrad

namespace xt {
#if XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR < 26
namespace detail {
// xtensor 0.24 takes the type that holds an evaluated expression for a fixed-rank one where
// __cplusplus is not 201703L: xt::eval and immediate reducers then write past its end.
template <>
struct xtype_for_shape<dynamic_shape<std::size_t>>
{
    template <class T, layout_type L>
    using type = xarray<T, L>;
};
} // namespace detail
#endif

namespace detail {
// Our operands count as expressions where xtensor asks, without deriving from its base: as a
// base it would bring all functions of namespace xt into every unqualified call.
template <class T>
struct is_crtp_base_of_impl<xexpression, xgrad::tensor<T>> : std::true_type
{};

template <class R, class... X>
struct is_crtp_base_of_impl<xexpression, xgrad::call_node<R, X...>> : std::true_type
{};

template <class F, class... E>
struct select_xfunction_expression<xgrad::expression_tag, F, E...>
    : xgrad::detail::node_from_closures<F, typename xgrad::rule_of<F>::type, E...>
{};
} // namespace detail

// Lambdas of xtensor's own that no specialisation can tell from another.
template <xgrad::own_expression X>
auto square(X&& x) noexcept
{
    return xgrad::call<xgrad::rules::square_rule>(std::forward<X>(x));
}

template <xgrad::own_expression X>
auto cube(X&& x) noexcept
{
    return xgrad::call<xgrad::rules::cube_rule>(std::forward<X>(x));
}

template <std::size_t N, xgrad::own_expression X>
auto pow(X&& x) noexcept
{
    return xgrad::pow(std::forward<X>(x), static_cast<int>(N));
}

// One whose functor keeps its tolerances to itself.
template <class X, class Y>
    requires(xgrad::own_expression<X> || xgrad::own_expression<Y>)
auto isclose(
    X&& x, Y&& y, double relative = 1e-5, double absolute = 1e-8, bool equal_nan = false) noexcept
{
    return xgrad::isclose(std::forward<X>(x), std::forward<Y>(y), relative, absolute, equal_nan);
}
} // namespace xt
