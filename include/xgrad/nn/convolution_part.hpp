#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/engine/dense.hpp>
#include <xgrad/nn/direct_convolution.hpp>

// Images, weights and results of a convolution as tensors. Each is linear in the two others: the
// adjoint of one of these is the third of the same kind, and so is every further derivative.

namespace xgrad {
namespace detail {
/// A part of a convolution from the two others, in their order.
template <class T>
tensor<T> part_of_convolution(
    convolution_part wanted,
    tensor<T> const& a,
    tensor<T> const& b,
    convolution_form const& form,
    std::source_location const& where)
{
    using enum convolution_part;
    auto const first = dense(a.handle());
    auto const second = dense(b.handle());
    auto result = make_body(type_of<T>, form.shape(wanted));
    vectorized::direct_convolution<T> const convolution(form);
    auto const* const x = first->template elements<T const>();
    auto const* const y = second->template elements<T const>();
    auto* const to = result->template elements<T>();
    switch (wanted) {
    case images:
        convolution.images(x, y, to);
        break;
    case weights:
        convolution.weights(x, y, to);
        break;
    default:
        convolution.results(x, y, to);
    }
    auto const reverse = [=](auto& sweep) {
        std::array const others{
            wanted == images ? weights : images, wanted == results ? weights : results};
        for (std::size_t i = 0; i < 2; ++i) {
            if (!sweep.wants(i)) {
                continue;
            }
            tensor<T> const g(sweep.incoming());
            tensor<T> const other(sweep.operand(1 - i));
            bool const in_order = wanted < others[1 - i];
            auto const adjoint = part_of_convolution(
                others[i], in_order ? g : other, in_order ? other : g, form, where);
            sweep.add(i, adjoint.handle());
        }
    };
    auto const again = [=](tensor<T> const& one, tensor<T> const& two) {
        return part_of_convolution(wanted, one, two, form, where);
    };
    return recorded(
        "convolution",
        tensor<T>(std::move(result)),
        std::array{&a.body(), &b.body()},
        {.operands = true},
        reverse,
        where,
        runs_again_by<T, T>(again));
}
} // namespace detail
} // namespace xgrad
