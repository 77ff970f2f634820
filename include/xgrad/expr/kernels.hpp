#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/expr/adjoint_kernel.hpp>
#include <xgrad/expr/primitive.hpp>

namespace xgrad {
namespace detail {
// A rough model: a staged rule costs as much as twenty inlined ones.
template <class E>
inline constexpr float value_cost =
    0.05f * static_cast<float>(parts_of<E>.nodes) + 1.0f * static_cast<float>(parts_of<E>.stages);
} // namespace detail

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
template <class E>
consteval auto adjoint_kernel_of() -> void (*)(adjoint_block const&)
{
    if constexpr (carries_gradient<E>) {
        return &adjoint_kernel<E, compute_type<E>>;
    } else {
        return nullptr;
    }
}
} // namespace vectorized

/// All that the run-time part knows of an expression's type.
template <class E>
inline constexpr block_kernels kernels_of{
    .values = &value_kernel<E, compute_type<E>>,
    .adjoints = vectorized::adjoint_kernel_of<E>(),
    .compute = type_of<compute_type<E>>,
    .result = type_of<typename E::value_type>,
    .result_needed = partials_use_result<E>,
    .cost = xgrad::detail::value_cost<E>,
    .scalars = parts_of<E>.scalars,
    .leaves = leaves_of<E>,
    .terms = terms_of<E>,
};

namespace vectorized {
template <class E>
consteval block_kernels reduced_kernels()
{
    auto kernels = kernels_of<E>;
    if constexpr (carries_gradient<E>) {
        kernels.values_and_adjoints = &value_and_adjoint_kernel<E, compute_type<E>>;
    }
    return kernels;
}
} // namespace vectorized

/// As `kernels_of`, for an expression that is summed: values and adjoints in one pass too.
template <class E>
inline constexpr block_kernels reduced_kernels_of = vectorized::reduced_kernels<E>();
} // namespace XGRAD_ARCHITECTURE

namespace detail {
template <class S, class T>
void collect(tensor<S> const& x, tensor_body**& operands, T*&)
{
    *operands++ = &x.body();
}

template <class S, class T>
void collect(scalar_operand<S> const& x, tensor_body**&, T*& scalars)
{
    *scalars++ = static_cast<T>(x.value);
}

template <class R, class... X, class T>
void collect(call_node<R, X...> const& e, tensor_body**& operands, T*& scalars)
{
    collect(e.operands(), operands, scalars);
}

template <class... X, std::size_t... I, class T>
void collect(
    held_operands<std::index_sequence<I...>, X...> const& e, tensor_body**& operands, T*& scalars)
{
    (collect(get<I>(e), operands, scalars), ...);
}
} // namespace detail

/// An expression taken apart: its tensors and its numbers, in the order of its kernels.
template <class E>
struct expression_parts
{
    using compute = compute_type<E>;

    std::array<tensor_body*, parts_of<E>.leaves> operands;
    std::array<compute, parts_of<E>.scalars> scalars;

    explicit expression_parts(E const& e)
    {
        auto** next_operand = operands.data();
        auto* next_scalar = scalars.data();
        detail::collect(e, next_operand, next_scalar);
    }
};
} // namespace xgrad
