#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/expr/compute_type.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
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
} // namespace xgrad
