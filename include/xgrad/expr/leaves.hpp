#pragma once

#include <xgrad/base/make_body.hpp>
#include <xgrad/expr/compute_type.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
    std::size_t rank = 0;
    for (auto const* operand : operands) {
        rank = std::max(rank, operand->shape.size());
    }
    bool exists = rank == index.size();
    shape_type lengths(rank, 1);
    for (auto const* operand : operands) {
        auto const& shape = operand->shape;
        for (std::size_t k = 0; k < shape.size() && exists; ++k) {
            auto& length = lengths[rank - shape.size() + k];
            exists = length == 1 || shape[k] == 1 || shape[k] == length;
            length = shape[k] == 1 ? length : shape[k];
        }
    }
    for (std::size_t axis = 0; axis < rank && exists; ++axis) {
        exists = index[axis] >= 0 && static_cast<std::size_t>(index[axis]) < lengths[axis];
    }
    for (auto*& operand : operands) {
        if (!exists || operand->size == 1) {
            continue;
        }
        auto const strides = operand->strides();
        auto const* at = static_cast<std::byte const*>(operand->data);
        auto const bytes = bytes_of(operand->type);
        for (std::size_t k = 0; k < strides.size(); ++k) {
            auto const place = operand->shape[k] == 1 ? 0 : index[rank - strides.size() + k];
            at += place * strides[k] * static_cast<std::ptrdiff_t>(bytes);
        }
        auto element = make_body(operand->type, {}, 1);
        std::memcpy(element->data, at, bytes);
        release(std::exchange(operand, element.give()));
    }
    return exists;
}
} // namespace detail
} // namespace xgrad
