#pragma once

#include <xgrad/expr/operand.hpp>

#include <algorithm>
#include <type_traits>

namespace xgrad {
namespace detail {
template <class R, class... T>
struct result_of_rule
{
    using type = floating_element<T...>;
};

template <class R, class... T>
    requires requires { typename R::template result<T...>; }
struct result_of_rule<R, T...>
{
    using type = typename R::template result<T...>;
};
} // namespace detail

/// The element type of rule R's value, of operands of these.
template <class R, class... T>
using result_element = typename detail::result_of_rule<R, T...>::type;

namespace detail {
template <tensor_element T>
inline constexpr int element_rank = 1;
template <>
inline constexpr int element_rank<std::int32_t> = 2;
template <>
inline constexpr int element_rank<std::int64_t> = 3;
template <>
inline constexpr int element_rank<float> = 4;
template <>
inline constexpr int element_rank<double> = 5;

template <class E>
inline constexpr int highest_rank = element_rank<typename E::value_type>;

template <class R, class... X>
inline constexpr int highest_rank<call_node<R, X...>> =
    std::max({element_rank<result_element<R, typename X::value_type...>>, highest_rank<X>...});

template <class E>
consteval auto compute_type()
{
    constexpr int rank = highest_rank<E>;
    // Truth values alone are computed as masks over floats.
    if constexpr (rank == 5) {
        return double{};
    } else if constexpr (rank == 4 || rank == 1) {
        return float{};
    } else if constexpr (rank == 3) {
        return std::int64_t{};
    } else {
        return std::int32_t{};
    }
}
} // namespace detail

/// The one type in whose registers a whole statement is computed: the widest in it.
template <class E>
using compute_type = decltype(detail::compute_type<E>());

template <class E>
inline constexpr bool computes_in_floating_point = std::is_floating_point_v<compute_type<E>>;
} // namespace xgrad
