#pragma once

#include <xgrad/tape/adjoints.hpp>
#include <xgrad/tensor/tensor.hpp>

#include <array>
#include <memory>
#include <utility>

// What every array operation does: compute a result, then let the active tapes remember how the
// result's adjoint goes back.

namespace xgrad {
/// An operation whose way back is a function of the sweep; its attributes are what f captures.
template <class F>
class recorded_operation : public operation
{
public:
    recorded_operation(std::string_view name, F f) : name_(name), reverse_(std::move(f)) {}

    std::string_view name() const noexcept override { return name_; }

    void reverse(pullback& sweep) const override { reverse_(sweep); }

private:
    std::string_view name_;
    F reverse_;
};

/// The values that an operation's way back reads.
struct kept_values
{
    bool operands = false;
    bool result = false;
};

/// Records `result = name(operands...)`; `reverse(pullback&)` is its way back.
template <element T, std::size_t N, class F>
tensor<T> recorded(
    std::string_view name,
    tensor<T> result,
    std::array<tensor_body*, N> operands,
    kept_values kept,
    F const& reverse,
    std::source_location const& where)
{
    detail::check_result(result.body(), name, where);
    if constexpr (differentiable_element<T>) {
        std::array<bool, N> keep;
        keep.fill(kept.operands);
        record_operation(
            [&] { return std::make_unique<recorded_operation<F> const>(name, reverse); },
            operands,
            keep,
            kept.result,
            result.body(),
            where);
    }
    return result;
}
} // namespace xgrad
