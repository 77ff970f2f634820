#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/expr/adjoint_kernel.hpp>
#include <xgrad/expr/primitive.hpp>
#include <xgrad/expr/sum_kernel.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <type_traits>

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
    if constexpr (is_short<E>) {
        kernels.sum = &sum_kernel<E, compute_type<E>>;
    }
    return kernels;
}
} // namespace vectorized

/// As `kernels_of`, for an expression that is reduced: values and adjoints, or values and their
/// sum, in one pass too.
template <class E>
inline constexpr block_kernels reduced_kernels_of = vectorized::reduced_kernels<E>();
} // namespace XGRAD_ARCHITECTURE

/// The tensors and numbers of an expression, in the order of its kernels: in the expression itself,
/// which outlives this, but for numbers that a kernel of another type has to have converted.
template <class E>
class expression_parts
{
    using numbers = std::array<number_in<E>, parts_of<E>.scalars>;
    using converted = std::array<compute_type<E>, parts_of<E>.scalars>;

public:
    explicit expression_parts(E const& e)
        : operands(e.leaves().bodies), scalars(convert(e.numbers()))
    {}

    std::array<tensor_body*, parts_of<E>.leaves> const& operands;
    std::conditional_t<std::same_as<numbers, converted>, numbers const&, converted> scalars;

private:
    static decltype(scalars) convert(numbers const& list)
    {
        if constexpr (std::same_as<numbers, converted>) {
            return list;
        } else {
            converted result;
            std::transform(list.begin(), list.end(), result.begin(), [](auto number) {
                return static_cast<compute_type<E>>(number);
            });
            return result;
        }
    }
};

template <class T>
class expression_parts<tensor<T>>
{
public:
    explicit expression_parts(tensor<T> const& x) : operands{&x.body()} {}

    std::array<tensor_body*, 1> operands;
    std::array<compute_type<tensor<T>>, 0> scalars;
};
} // namespace xgrad
