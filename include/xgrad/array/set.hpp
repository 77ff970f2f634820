#pragma once

#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/view.hpp>

#include <tuple>
#include <utility>

namespace xgrad {
namespace detail {
/// x with v, broadcast to the shape of the place, stored there.
template <tensor_element T>
tensor<T> replaced(
    tensor<T> const& x,
    tensor<T> const& v,
    selection const& place,
    std::source_location const& where)
{
    check_broadcast("set", v.shape(), place.shape, where);
    auto body = dense_copy(x.body());
    auto strides = broadcast_strides(v.shape(), v.body().strides(), place.shape);
    scatter_store(
        *make_view(v.handle(), place.shape, std::move(strides), 0),
        *body,
        place.strides,
        place.offset);
    auto reverse = [place, shape = v.shape(), where](statement_pullback& sweep) {
        tensor<T> const g(sweep.incoming());
        if (sweep.wants(0)) {
            sweep.add(0, replaced(g, tensor<T>(T(0)), place, where).handle());
        }
        if (sweep.wants(1)) {
            sweep.add(1, sum_to(part_of("set", g, place, where), shape, where).handle());
        }
    };
    auto const again = [place, where](tensor<T> const& values, tensor<T> const& part) {
        return replaced(values, part, place, where);
    };
    return recorded(
        "set",
        tensor<T>(std::move(body)),
        std::array{&x.body(), &v.body()},
        {},
        reverse,
        where,
        runs_again_by<T, T>(again));
}

template <tensor_element T, class Arguments, std::size_t... I>
tensor<T> set(tensor<T> const& x, Arguments const& arguments, std::index_sequence<I...>)
{
    static_assert(
        (!list_slice<std::remove_cvref_t<std::tuple_element_t<I, Arguments>>> && ...),
        "xgrad: set takes no keep or drop; add to the elements of a list with scatter_add, or name "
        "their places by ranges");
    std::array<slice, sizeof...(I)> const list{slice(std::get<I>(arguments))...};
    auto const place = select(x.shape(), row_major_strides(x.shape()), list, "set");
    tensor<T> const v(std::get<sizeof...(I)>(arguments));
    return replaced(x, v, place, std::source_location());
}
} // namespace detail

/// `set(x, slices..., v)`: a copy of x whose part `view(x, slices...)` is v, broadcast to it.
/// Throws as view does, and shape_error where v does not broadcast to that part. ∂x = g outside of
/// the part and 0 in it, ∂v = g in it.
template <array_operand X, class... A>
    requires(sizeof...(A) > 0)
tensor<value_type_of<X>> set(X const& x, A const&... slices_and_value)
{
    return detail::set(
        as_tensor(x),
        std::tuple<A const&...>(slices_and_value...),
        std::make_index_sequence<sizeof...(A) - 1>());
}
} // namespace xgrad
