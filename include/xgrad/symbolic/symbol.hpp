#pragma once

#include <xgrad/rule/partial.hpp>
#include <xgrad/symbolic/graph.hpp>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// A rule of so many operands as a graph sees it (`expr/primitive.hpp`).
template <class R, class T, std::size_t Arity>
struct primitive_of
{
    static primitive_rule const value;
};
} // namespace XGRAD_ARCHITECTURE

// The rules that the text of a rule's partials may use; each is defined with its function.
namespace rules {
struct abs_rule;
struct acos_rule;
struct acosh_rule;
struct add_rule;
struct asin_rule;
struct asinh_rule;
struct atan2_rule;
struct atan_rule;
struct atanh_rule;
struct cbrt_rule;
struct ceil_rule;
struct copysign_rule;
struct cos_rule;
struct cosh_rule;
struct digamma_rule;
struct divide_rule;
struct equal_rule;
struct erf_rule;
struct erfc_rule;
struct erfinv_rule;
struct exp2_rule;
struct exp_minus_square_rule;
struct exp_rule;
struct expm1_rule;
struct finite_chain_rule;
struct floor_rule;
struct fma_rule;
struct fmod_rule;
struct gelu_slope_rule;
struct gelu_tanh_slope_rule;
struct greater_equal_rule;
struct greater_rule;
struct hypot_rule;
struct isfinite_rule;
struct isinf_rule;
struct isnan_rule;
struct less_equal_rule;
struct less_rule;
struct lgamma_rule;
struct log10_rule;
struct log1p_rule;
struct log2_rule;
struct log_rule;
struct logical_and_rule;
struct logical_not_rule;
struct logical_or_rule;
struct multiply_rule;
struct negative_rule;
struct not_equal_rule;
struct polygamma_rule;
struct pow_rule;
struct remainder_rule;
struct rint_rule;
struct round_rule;
struct sigmoid_rule;
struct sin_rule;
struct sinc_rule;
struct sinc_derivative_rule;
struct sinc_slope_rule;
struct sinh_rule;
struct sqrt_rule;
struct subtract_rule;
struct tan_rule;
struct tanh_rule;
struct tgamma_rule;
struct trigamma_rule;
struct trunc_rule;
struct where_rule;
} // namespace rules

/// A value type that stands for a term of a formula: a rule's partials, evaluated with it, write
/// themselves down as terms of the current graph, in which they can be differentiated again.
template <class T>
class symbolic_value
{
public:
    using value_type = T;

    /// No term: an adjoint that is zero everywhere.
    symbolic_value() = default;

    template <arithmetic Number>
    symbolic_value(Number value)
        : place_(term_graph::current().constant(static_cast<double>(value)))
    {}

    static symbolic_value at(term_place place) noexcept
    {
        symbolic_value s;
        s.place_ = place;
        return s;
    }

    bool exists() const noexcept { return place_ != no_term; }

    term_place place() const noexcept { return place_; }

    bool is(T value) const noexcept { return term_graph::current().is_constant(place_, value); }

    template <class R, std::same_as<symbolic_value>... X>
    static symbolic_value apply(X const&... x)
    {
        std::array<term_place, sizeof...(X)> const places{x.place()...};
        return at(term_graph::current().apply(primitive_of<R, T, sizeof...(X)>::value, places));
    }

    // What the text of a rule's partials may use (as with `operand_dependence`).
    // clang-format off
    friend symbolic_value operator+(symbolic_value a) { return a; }
    friend symbolic_value operator-(symbolic_value a) { return apply<rules::negative_rule>(a); }
    friend symbolic_value operator!(symbolic_value a) { return apply<rules::logical_not_rule>(a); }
    friend symbolic_value operator+(symbolic_value a, symbolic_value b) { return apply<rules::add_rule>(a, b); }
    friend symbolic_value operator-(symbolic_value a, symbolic_value b) { return apply<rules::subtract_rule>(a, b); }
    friend symbolic_value operator*(symbolic_value a, symbolic_value b) { return a.is(1) ? b : b.is(1) ? a : apply<rules::multiply_rule>(a, b); }
    friend symbolic_value operator/(symbolic_value a, symbolic_value b) { return b.is(1) ? a : apply<rules::divide_rule>(a, b); }
    friend symbolic_value operator==(symbolic_value a, symbolic_value b) { return apply<rules::equal_rule>(a, b); }
    friend symbolic_value operator!=(symbolic_value a, symbolic_value b) { return apply<rules::not_equal_rule>(a, b); }
    friend symbolic_value operator<(symbolic_value a, symbolic_value b) { return apply<rules::less_rule>(a, b); }
    friend symbolic_value operator<=(symbolic_value a, symbolic_value b) { return apply<rules::less_equal_rule>(a, b); }
    friend symbolic_value operator>(symbolic_value a, symbolic_value b) { return apply<rules::greater_rule>(a, b); }
    friend symbolic_value operator>=(symbolic_value a, symbolic_value b) { return apply<rules::greater_equal_rule>(a, b); }
    friend symbolic_value operator&&(symbolic_value a, symbolic_value b) { return apply<rules::logical_and_rule>(a, b); }
    friend symbolic_value operator||(symbolic_value a, symbolic_value b) { return apply<rules::logical_or_rule>(a, b); }
    friend symbolic_value select(symbolic_value c, symbolic_value a, symbolic_value b) { return c.is(0) ? b : c.is(1) ? a : apply<rules::where_rule>(c, a, b); }
    friend symbolic_value fma(symbolic_value a, symbolic_value b, symbolic_value c) { return apply<rules::fma_rule>(a, b, c); }
    friend symbolic_value sqrt(symbolic_value x) { return apply<rules::sqrt_rule>(x); }
    friend symbolic_value cbrt(symbolic_value x) { return apply<rules::cbrt_rule>(x); }
    friend symbolic_value abs(symbolic_value x) { return apply<rules::abs_rule>(x); }
    friend symbolic_value exp(symbolic_value x) { return apply<rules::exp_rule>(x); }
    friend symbolic_value exp2(symbolic_value x) { return apply<rules::exp2_rule>(x); }
    friend symbolic_value expm1(symbolic_value x) { return apply<rules::expm1_rule>(x); }
    friend symbolic_value log(symbolic_value x) { return apply<rules::log_rule>(x); }
    friend symbolic_value log2(symbolic_value x) { return apply<rules::log2_rule>(x); }
    friend symbolic_value log10(symbolic_value x) { return apply<rules::log10_rule>(x); }
    friend symbolic_value log1p(symbolic_value x) { return apply<rules::log1p_rule>(x); }
    friend symbolic_value sin(symbolic_value x) { return apply<rules::sin_rule>(x); }
    friend symbolic_value cos(symbolic_value x) { return apply<rules::cos_rule>(x); }
    friend symbolic_value tan(symbolic_value x) { return apply<rules::tan_rule>(x); }
    friend symbolic_value sinc(symbolic_value x) { return apply<rules::sinc_rule>(x); }
    friend symbolic_value sinc_slope(symbolic_value x) { return apply<rules::sinc_slope_rule>(x); }
    friend symbolic_value sinc_derivative(symbolic_value n, symbolic_value x) { return apply<rules::sinc_derivative_rule>(n, x); }
    friend symbolic_value asin(symbolic_value x) { return apply<rules::asin_rule>(x); }
    friend symbolic_value acos(symbolic_value x) { return apply<rules::acos_rule>(x); }
    friend symbolic_value atan(symbolic_value x) { return apply<rules::atan_rule>(x); }
    friend symbolic_value sinh(symbolic_value x) { return apply<rules::sinh_rule>(x); }
    friend symbolic_value cosh(symbolic_value x) { return apply<rules::cosh_rule>(x); }
    friend symbolic_value tanh(symbolic_value x) { return apply<rules::tanh_rule>(x); }
    friend symbolic_value asinh(symbolic_value x) { return apply<rules::asinh_rule>(x); }
    friend symbolic_value acosh(symbolic_value x) { return apply<rules::acosh_rule>(x); }
    friend symbolic_value atanh(symbolic_value x) { return apply<rules::atanh_rule>(x); }
    friend symbolic_value erf(symbolic_value x) { return apply<rules::erf_rule>(x); }
    friend symbolic_value erfc(symbolic_value x) { return apply<rules::erfc_rule>(x); }
    friend symbolic_value erfinv(symbolic_value x) { return apply<rules::erfinv_rule>(x); }
    friend symbolic_value exp_minus_square(symbolic_value x) { return apply<rules::exp_minus_square_rule>(x); }
    friend symbolic_value lgamma(symbolic_value x) { return apply<rules::lgamma_rule>(x); }
    friend symbolic_value tgamma(symbolic_value x) { return apply<rules::tgamma_rule>(x); }
    friend symbolic_value digamma(symbolic_value x) { return apply<rules::digamma_rule>(x); }
    friend symbolic_value trigamma(symbolic_value x) { return apply<rules::trigamma_rule>(x); }
    friend symbolic_value polygamma(symbolic_value n, symbolic_value x) { return apply<rules::polygamma_rule>(n, x); }
    friend symbolic_value sigmoid(symbolic_value x) { return apply<rules::sigmoid_rule>(x); }
    friend symbolic_value gelu_slope(symbolic_value x) { return apply<rules::gelu_slope_rule>(x); }
    friend symbolic_value gelu_tanh_slope(symbolic_value x) { return apply<rules::gelu_tanh_slope_rule>(x); }
    friend symbolic_value floor(symbolic_value x) { return apply<rules::floor_rule>(x); }
    friend symbolic_value ceil(symbolic_value x) { return apply<rules::ceil_rule>(x); }
    friend symbolic_value trunc(symbolic_value x) { return apply<rules::trunc_rule>(x); }
    friend symbolic_value round(symbolic_value x) { return apply<rules::round_rule>(x); }
    friend symbolic_value rint(symbolic_value x) { return apply<rules::rint_rule>(x); }
    friend symbolic_value isnan(symbolic_value x) { return apply<rules::isnan_rule>(x); }
    friend symbolic_value isinf(symbolic_value x) { return apply<rules::isinf_rule>(x); }
    friend symbolic_value isfinite(symbolic_value x) { return apply<rules::isfinite_rule>(x); }
    friend symbolic_value pow(symbolic_value x, symbolic_value y) { return apply<rules::pow_rule>(x, y); }
    friend symbolic_value hypot(symbolic_value x, symbolic_value y) { return apply<rules::hypot_rule>(x, y); }
    friend symbolic_value atan2(symbolic_value x, symbolic_value y) { return apply<rules::atan2_rule>(x, y); }
    friend symbolic_value fmod(symbolic_value x, symbolic_value y) { return apply<rules::fmod_rule>(x, y); }
    friend symbolic_value remainder(symbolic_value x, symbolic_value y) { return apply<rules::remainder_rule>(x, y); }
    friend symbolic_value copysign(symbolic_value x, symbolic_value y) { return apply<rules::copysign_rule>(x, y); }
    // clang-format on

private:
    term_place place_ = no_term;
};

namespace rules {
/// The finite chain rule as a rule of its own, so that it can be differentiated: g p, and 0 where g
/// is 0 and p infinite. ∂g = p, ∂p = g.
struct finite_chain_rule
{
    static constexpr std::string_view name = "finite_chain";
    static constexpr bool inlined = true;

    template <class V>
    static constexpr V value(V const& g, V const& p)
    {
        return chain_rule<false>(g, p);
    }

    template <class V>
    static constexpr auto partials_at(V const& g, V const& p)
    {
        return xgrad::partials(p, g);
    }
};
} // namespace rules

template <bool Finite, class T>
symbolic_value<T> chain_rule(symbolic_value<T> const& g, symbolic_value<T> const& partial)
{
    if constexpr (Finite) {
        return g * partial;
    } else {
        return g.is(1) ? partial
                       : symbolic_value<T>::template apply<rules::finite_chain_rule>(g, partial);
    }
}

namespace detail {
template <class T, int Value>
adjoint_term constant_carried(adjoint_term const& g, constant_partial<Value>)
{
    auto const value = symbolic_value<T>::at(g.value);
    if constexpr (Value == 0) {
        return {};
    } else if constexpr (Value == -1) {
        return {(-value).place(), g.chosen};
    } else {
        return {(value * symbolic_value<T>(Value)).place(), g.chosen};
    }
}

template <class T>
adjoint_term constant_carried(adjoint_term const&, no_partial)
{
    return {};
}
} // namespace detail

/// How an adjoint meets a partial; see `chain_rule`.
template <bool Finite, class T, class Partial>
adjoint_term carried(adjoint_term const& g, Partial const& partial)
{
    using V = symbolic_value<T>;
    auto const incoming = V::at(g.value);
    auto const chosen = V::at(g.chosen);
    if constexpr (requires { V(partial.condition); }) {
        if constexpr (requires { partial.weight; }) {
            V const shared = incoming * partial.weight;
            return {select(partial.condition, shared, V(0)).place(), g.chosen};
        } else {
            V const value = select(partial.condition, incoming, V(0));
            if constexpr (std::same_as<Partial, gate<V>>) {
                return {value.place(), g.chosen};
            } else {
                V const both = chosen.exists() ? chosen && partial.condition : partial.condition;
                return {value.place(), both.place()};
            }
        }
    } else if constexpr (std::same_as<Partial, V>) {
        V const value = chain_rule<Finite>(incoming, partial);
        V const masked = chosen.exists() ? select(chosen, value, V(0)) : value;
        return {masked.place(), g.chosen};
    } else {
        return detail::constant_carried<T>(g, partial);
    }
}
} // namespace xgrad
