#pragma once

#include <xgrad/base/broadcast.hpp>
#include <xgrad/base/make_body.hpp>
#include <xgrad/expr/compute_type.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <type_traits>
#include <utility>

namespace xgrad {
/// The tensors of an expression, each with a reference of its own. Every expression with as many
/// shares this code; indices are constants in it, so that a handle which moves from node to node
/// stays in a register.
template <std::size_t N, class = std::make_index_sequence<N>>
struct held_bodies;

template <std::size_t N, std::size_t... I>
struct held_bodies<N, std::index_sequence<I...>>
{
    std::array<tensor_body*, N> bodies{};

    held_bodies() = default;

    held_bodies(held_bodies const& other) noexcept : bodies{detail::retain(other.bodies[I])...} {}

    held_bodies(held_bodies&& other) noexcept : bodies{std::exchange(other.bodies[I], nullptr)...}
    {}

    held_bodies& operator=(held_bodies other) noexcept
    {
        bodies.swap(other.bodies);
        return *this;
    }

    ~held_bodies() { (detail::release(bodies[I]), ...); }

    /// Copies or moves them to where `next` points, and that behind them.
    void put(tensor_body**& next) const& noexcept { ((*next++ = detail::retain(bodies[I])), ...); }

    void put(tensor_body**& next) && noexcept
    {
        ((*next++ = std::exchange(bodies[I], nullptr)), ...);
    }
};

/// How a node keeps its numbers: exactly, whatever they were written as.
template <class E>
using number_in = std::conditional_t<computes_in_floating_point<E>, double, std::int64_t>;

namespace detail {
/// Puts the tensors and numbers of an operand where `leaf` and `number` point, and those behind
/// them.
template <class Operand, class X, class Number>
void place_operand(X&& x, tensor_body**& leaf, Number*& number)
{
    if constexpr (is_scalar<Operand>) {
        *number++ = static_cast<Number>(static_cast<typename Operand::value_type>(x));
    } else if constexpr (is_tensor<Operand>) {
        *leaf++ = Operand(std::forward<X>(x)).handle().give();
    } else {
        for (auto n : x.numbers()) {
            *number++ = static_cast<Number>(n);
        }
        std::forward<X>(x).leaves().put(leaf);
    }
}
} // namespace detail

namespace detail {
/// Of operands that broadcast, each with a reference: in the place of each the one element of it
/// that the element at `index` of the whole is computed from. False, and nothing done, where there
/// is no such element.
inline bool pick_elements(std::span<tensor_body*> operands, std::span<std::ptrdiff_t const> index)
{
    shape_type shape;
    for (auto const* operand : operands) {
        if (!broadcast_into(shape, operand->shape)) {
            return false;
        }
    }
    auto const lies_within = [](std::ptrdiff_t i, std::size_t length) {
        return i >= 0 && static_cast<std::size_t>(i) < length;
    };
    if (!std::equal(index.begin(), index.end(), shape.begin(), shape.end(), lies_within)) {
        return false;
    }
    for (auto*& operand : operands) {
        auto const strides = broadcast_strides(operand->shape, operand->strides(), shape);
        auto const bytes = bytes_of(operand->type);
        auto const offset =
            std::inner_product(index.begin(), index.end(), strides.begin(), std::ptrdiff_t{0});
        auto element = make_body(operand->type, {}, 1);
        std::memcpy(
            element->data,
            static_cast<std::byte const*>(operand->data) +
                offset * static_cast<std::ptrdiff_t>(bytes),
            bytes);
        release(std::exchange(operand, element.give()));
    }
    return true;
}
} // namespace detail
} // namespace xgrad
