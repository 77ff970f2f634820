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
    template <> struct rule_of<xt::detail::identity> { using type = positive_rule; };
    template <> struct rule_of<xt::detail::negate> { using type = negative_rule; };
    template <> struct rule_of<xt::detail::plus> { using type = add_rule; };
    template <> struct rule_of<xt::detail::minus> { using type = subtract_rule; };
    template <> struct rule_of<xt::detail::multiplies> { using type = multiply_rule; };
    template <> struct rule_of<xt::detail::divides> { using type = divide_rule; };
    template <> struct rule_of<xt::detail::less> { using type = less_rule; };
    template <> struct rule_of<xt::detail::less_equal> { using type = less_equal_rule; };
    template <> struct rule_of<xt::detail::greater> { using type = greater_rule; };
    template <> struct rule_of<xt::detail::greater_equal> { using type = greater_equal_rule; };
    template <> struct rule_of<xt::detail::equal_to> { using type = equal_rule; };
    template <> struct rule_of<xt::detail::not_equal_to> { using type = not_equal_rule; };
    template <> struct rule_of<xt::detail::logical_and> { using type = logical_and_rule; };
    template <> struct rule_of<xt::detail::logical_or> { using type = logical_or_rule; };
    template <> struct rule_of<xt::detail::logical_not> { using type = logical_not_rule; };
    template <> struct rule_of<xt::detail::conditional_ternary> { using type = where_rule; };
    template <> struct rule_of<xt::math::abs_fun> { using type = abs_rule; };
    template <> struct rule_of<xt::math::sqrt_fun> { using type = sqrt_rule; };
    template <> struct rule_of<xt::math::pow_fun> { using type = pow_rule; };
    template <> struct rule_of<xt::math::exp_fun> { using type = exp_rule; };
    template <> struct rule_of<xt::math::log_fun> { using type = log_rule; };
    template <> struct rule_of<xt::math::sin_fun> { using type = sin_rule; };
    template <> struct rule_of<xt::math::cos_fun> { using type = cos_rule; };
    template <> struct rule_of<xt::math::tanh_fun> { using type = tanh_rule; };
    template <> struct rule_of<xt::math::maximum<void>> { using type = maximum_rule; };
    template <> struct rule_of<xt::math::minimum<void>> { using type = minimum_rule; };
    template <> struct rule_of<xt::math::clamp_fun> { using type = clip_rule; };
    template <> struct rule_of<xt::math::fabs_fun> { using type = fabs_rule; };
    template <> struct rule_of<xt::math::fma_fun> { using type = fma_rule; };
    template <> struct rule_of<xt::math::cbrt_fun> { using type = cbrt_rule; };
    template <> struct rule_of<xt::math::hypot_fun> { using type = hypot_rule; };
    template <> struct rule_of<xt::math::fmod_fun> { using type = fmod_rule; };
    template <> struct rule_of<xt::math::remainder_fun> { using type = remainder_rule; };
    template <> struct rule_of<xt::math::fdim_fun> { using type = fdim_rule; };
    template <> struct rule_of<xt::math::exp2_fun> { using type = exp2_rule; };
    template <> struct rule_of<xt::math::expm1_fun> { using type = expm1_rule; };
    template <> struct rule_of<xt::math::log2_fun> { using type = log2_rule; };
    template <> struct rule_of<xt::math::log10_fun> { using type = log10_rule; };
    template <> struct rule_of<xt::math::log1p_fun> { using type = log1p_rule; };
    template <> struct rule_of<xt::math::tan_fun> { using type = tan_rule; };
    template <> struct rule_of<xt::math::asin_fun> { using type = asin_rule; };
    template <> struct rule_of<xt::math::acos_fun> { using type = acos_rule; };
    template <> struct rule_of<xt::math::atan_fun> { using type = atan_rule; };
    template <> struct rule_of<xt::math::atan2_fun> { using type = atan2_rule; };
    template <> struct rule_of<xt::math::sinh_fun> { using type = sinh_rule; };
    template <> struct rule_of<xt::math::cosh_fun> { using type = cosh_rule; };
    template <> struct rule_of<xt::math::asinh_fun> { using type = asinh_rule; };
    template <> struct rule_of<xt::math::acosh_fun> { using type = acosh_rule; };
    template <> struct rule_of<xt::math::atanh_fun> { using type = atanh_rule; };
    template <> struct rule_of<xt::math::erf_fun> { using type = erf_rule; };
    template <> struct rule_of<xt::math::erfc_fun> { using type = erfc_rule; };
    template <> struct rule_of<xt::math::lgamma_fun> { using type = lgamma_rule; };
    template <> struct rule_of<xt::math::tgamma_fun> { using type = tgamma_rule; };
    template <> struct rule_of<xt::math::fmax_fun> { using type = fmax_rule; };
    template <> struct rule_of<xt::math::fmin_fun> { using type = fmin_rule; };
    template <> struct rule_of<xt::math::sign_fun> { using type = sign_rule; };
    template <> struct rule_of<xt::math::floor_fun> { using type = floor_rule; };
    template <> struct rule_of<xt::math::ceil_fun> { using type = ceil_rule; };
    template <> struct rule_of<xt::math::trunc_fun> { using type = trunc_rule; };
    template <> struct rule_of<xt::math::round_fun> { using type = round_rule; };
    template <> struct rule_of<xt::math::rint_fun> { using type = rint_rule; };
    template <> struct rule_of<xt::math::nearbyint_fun> { using type = nearbyint_rule; };
    template <> struct rule_of<xt::math::isnan_fun> { using type = isnan_rule; };
    template <> struct rule_of<xt::math::isinf_fun> { using type = isinf_rule; };
    template <> struct rule_of<xt::math::isfinite_fun> { using type = isfinite_rule; };
    template <> struct rule_of<xt::math::deg2rad> { using type = deg2rad_rule; };
    template <> struct rule_of<xt::math::rad2deg> { using type = rad2deg_rule; };
// clang-format on

/// xt::cast to a floating-point type.
template <class Functor>
    requires differentiable_element<typename Functor::result_type> &&
    std::same_as<Functor, typename xt::detail::cast<typename Functor::result_type>::functor>
struct rule_of<Functor>
{
    using type = cast_rule<typename Functor::result_type>;
};

namespace detail {
template <class... X>
inline constexpr bool some_expression = (own_expression<X> || ...);

// How a node holds what xtensor would hold in a closure.
template <class Closure>
struct stored_closure
{
    using type = stored<Closure>;
};

template <class X>
struct stored_closure<xt::xscalar<X>>
{
    using type = stored<X>;
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
struct is_crtp_base_of_impl<xexpression, xgrad::node<R, X...>> : std::true_type
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
    return xgrad::call<xgrad::square_rule>(std::forward<X>(x));
}

template <xgrad::own_expression X>
auto cube(X&& x) noexcept
{
    return xgrad::call<xgrad::cube_rule>(std::forward<X>(x));
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
