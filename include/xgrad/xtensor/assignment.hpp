#pragma once

#include <xgrad/tensor/construct.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <type_traits>

// Our operands to the right of xtensor's compound assignments: their values go into the array or
// view, of which no tape knows. (A plain one, `array = x`, is a conversion.)

namespace xgrad {
/// An array or view of xtensor's.
template <class X>
concept assignable_to =
    requires(std::remove_cvref_t<X>& x) { []<class D>(xt::xsemantic_base<D> const&) {}(x); };

template <assignable_to X, own_expression E>
decltype(auto) operator+=(X&& to, E const& e)
{
    return to += as_tensor(e).value();
}

template <assignable_to X, own_expression E>
decltype(auto) operator-=(X&& to, E const& e)
{
    return to -= as_tensor(e).value();
}

template <assignable_to X, own_expression E>
decltype(auto) operator*=(X&& to, E const& e)
{
    return to *= as_tensor(e).value();
}

template <assignable_to X, own_expression E>
decltype(auto) operator/=(X&& to, E const& e)
{
    return to /= as_tensor(e).value();
}
} // namespace xgrad

namespace xt {
/// Instead of an array of xtensor's, which would have lost the gradient.
template <class E>
    requires xgrad::own_expression<E>
auto eval(E&& e)
{
    return xgrad::as_tensor(e);
}

// What the other overloads name, before they are passed over.
template <class E>
struct temporary_type_from_tag<xgrad::expression_tag, E>
{
    using type = xgrad::tensor<xgrad::value_type_of<std::remove_cvref_t<E>>>;
};
} // namespace xt
