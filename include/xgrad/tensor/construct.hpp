#pragma once

#include <xgrad/tensor/tensor.hpp>

#include <cmath>
#include <initializer_list>
#include <vector>

namespace xgrad {
namespace detail {
template <class X>
inline constexpr std::size_t nesting = 0;

template <class X>
inline constexpr std::size_t nesting<std::initializer_list<X>> = 1 + nesting<X>;

template <class T, class X>
void gather_nested(
    std::initializer_list<X> list, std::size_t depth, shape_type& shape, std::vector<T>& elements)
{
    // The first list at a depth sets the length of that axis.
    if (shape.size() == depth) {
        shape.push_back(list.size());
    } else if (shape[depth] != list.size()) {
        throw shape_error(
            "constant: ragged nested list: axis " + std::to_string(depth) + " has " +
            std::to_string(shape[depth]) + " elements in one place and " +
            std::to_string(list.size()) + " in another");
    }
    for (auto const& item : list) {
        if constexpr (nesting<X> == 0) {
            elements.push_back(convert_element<T>(item));
        } else {
            gather_nested(item, depth + 1, shape, elements);
        }
    }
}

template <class T, class X>
tensor<T> nested(std::initializer_list<X> list)
{
    shape_type shape;
    // std::vector<bool> has no elements to point at; bytes do.
    std::vector<std::conditional_t<std::same_as<T, bool>, unsigned char, T>> elements;
    gather_nested(list, 0, shape, elements);
    auto body = make_body(type_of<T>, shape);
    std::copy(elements.begin(), elements.end(), body->template elements<T>());
    return tensor<T>(std::move(body));
}

template <tensor_element T, class F>
tensor<T> generated(shape_type const& shape, F&& f)
{
    auto body = make_body(type_of<T>, shape);
    std::generate_n(body->template elements<T>(), body->size, f);
    return tensor<T>(std::move(body));
}
} // namespace detail

/// A scalar, of rank 0.
template <arithmetic A>
tensor<element_for<A>> constant(A value)
{
    return value;
}

/// A vector.
template <arithmetic A>
tensor<element_for<A>> constant(std::initializer_list<A> list)
{
    return detail::nested<element_for<A>>(list);
}

/// A matrix. Throws shape_error where the rows differ in length; so do the deeper ones.
template <arithmetic A>
tensor<element_for<A>> constant(std::initializer_list<std::initializer_list<A>> list)
{
    return detail::nested<element_for<A>>(list);
}

template <arithmetic A>
tensor<element_for<A>>
constant(std::initializer_list<std::initializer_list<std::initializer_list<A>>> list)
{
    return detail::nested<element_for<A>>(list);
}

template <arithmetic A>
tensor<element_for<A>> constant(
    std::initializer_list<std::initializer_list<std::initializer_list<std::initializer_list<A>>>>
        list)
{
    return detail::nested<element_for<A>>(list);
}

/// A vector, copied.
template <arithmetic A>
tensor<element_for<A>> constant(std::vector<A> const& elements)
{
    auto next = elements.begin();
    return detail::generated<element_for<A>>(
        {elements.size()}, [&] { return convert_element<element_for<A>>(A(*next++)); });
}

/// Row-major elements with a shape. Throws shape_error where their number is not the shape's.
template <arithmetic A>
tensor<element_for<A>> constant(std::vector<A> const& elements, shape_argument const& shape)
{
    if (element_count(shape) != elements.size()) {
        throw shape_error(
            "constant: " + std::to_string(elements.size()) + " elements do not fill shape " +
            to_string(shape.get()) + ", which has " + std::to_string(element_count(shape)));
    }
    auto next = elements.begin();
    return detail::generated<element_for<A>>(
        shape, [&] { return convert_element<element_for<A>>(A(*next++)); });
}

template <arithmetic A>
tensor<element_for<A>> constant(std::initializer_list<A> elements, shape_argument const& shape)
{
    return constant(std::vector<A>(elements), shape);
}

/// The values of an xtensor expression, or of one of ours, cut from every tape.
template <foreign_expression X>
auto constant(X&& x)
{
    return tensor<value_type_of<X>>(std::forward<X>(x));
}

template <expression X>
auto constant(X const& x)
{
    return as_tensor(x).detach();
}

/// All elements `value`: of the type T, by default that of the value.
template <class T = void, arithmetic A>
auto full(shape_argument const& shape, A value)
{
    using type = std::conditional_t<std::is_void_v<T>, element_for<A>, T>;
    static_assert(
        tensor_element<type>, "xgrad: a tensor holds double, float, bool, int32 or int64");
    return detail::generated<type>(shape, [v = convert_element<type>(value)] { return v; });
}

template <tensor_element T = double>
tensor<T> zeros(shape_argument const& shape)
{
    return full<T>(shape, T(0));
}

template <tensor_element T = double>
tensor<T> ones(shape_argument const& shape)
{
    return full<T>(shape, T(1));
}

template <array_operand X>
auto zeros_like(X const& x)
{
    return xgrad::zeros<value_type_of<X>>(as_tensor(x).shape());
}

template <array_operand X>
auto ones_like(X const& x)
{
    return xgrad::ones<value_type_of<X>>(as_tensor(x).shape());
}

template <array_operand X>
auto full_like(X const& x, value_type_of<X> value)
{
    return full<value_type_of<X>>(as_tensor(x).shape(), value);
}

/// start, start + step, ... below stop (above it for a negative step). Throws value_error for a
/// step of 0.
template <tensor_element T = double>
tensor<T> arange(
    std::type_identity_t<T> start,
    std::type_identity_t<T> stop,
    std::type_identity_t<T> step = T(1))
{
    if (step == T(0)) {
        throw value_error("arange: a step of 0 never reaches " + std::to_string(stop));
    }
    auto const steps = std::ceil(
        (static_cast<long double>(stop) - static_cast<long double>(start)) /
        static_cast<long double>(step));
    if (!(steps < 0x1p60L)) {
        throw value_error(
            "arange: from " + std::to_string(start) + " to " + std::to_string(stop) +
            " in steps of " + std::to_string(step) + " are more than 2^60, or no number of them");
    }
    auto const count = static_cast<std::size_t>(std::max(0.0L, steps));
    std::size_t i = 0;
    return detail::generated<T>(
        {count}, [&] { return static_cast<T>(start + static_cast<T>(i++) * step); });
}

template <tensor_element T = double>
tensor<T> arange(std::type_identity_t<T> stop)
{
    return arange<T>(T(0), stop);
}

/// `count` numbers from start to stop, both included.
template <tensor_element T = double>
tensor<T>
linspace(std::type_identity_t<T> start, std::type_identity_t<T> stop, std::size_t count = 50)
{
    check_lengths({count}, "linspace", {});
    std::size_t i = 0;
    return detail::generated<T>({count}, [&] {
        auto const k = i++;
        return k + 1 == count && count > 1
            ? stop
            : static_cast<T>(
                  start +
                  (stop - start) * static_cast<T>(k) /
                      static_cast<T>(std::max<std::size_t>(1, count - 1)));
    });
}

/// The identity matrix of n rows.
template <tensor_element T = double>
tensor<T> eye(std::size_t n)
{
    check_lengths({n, n}, "eye", {});
    std::size_t i = 0;
    return detail::generated<T>({n, n}, [&] {
        auto const k = i++;
        return T(k / n == k % n);
    });
}

/// A tensor over foreign memory, which must stay alive and unchanged as long as anything uses it.
/// Read only; nothing is copied.
template <tensor_element T>
tensor<T> adapt(T const* data, shape_argument const& shape)
{
    auto strides = row_major_strides(shape);
    return tensor<T>(make_foreign_body(type_of<T>, data, shape, std::move(strides), {}));
}
} // namespace xgrad
