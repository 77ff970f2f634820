#pragma once

#include <xgrad/base/make_body.hpp>
#include <xgrad/engine/aligned.hpp>
#include <xgrad/tape/tape_record.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace xgrad::detail {
/// A record of one elementwise statement over arrays of one shape. It runs by the same kernel as
/// the statement, about which nothing is left to find out.
class elementwise_run
{
public:
    /// Of this statement, as a function of these variables; nothing where it is something else.
    template <class T>
    static std::optional<elementwise_run>
    of(tape_record const& r, recorded_statement const& s, std::span<std::uint32_t const> arguments)
    {
        auto const layout = layout_of(type_of<T>, r.shape_of(s.result));
        auto const size = r.variables().size_of(s.result);
        if (s.kernels == nullptr || s.reduced != nullptr || s.kernels->compute != type_of<T> ||
            r.variables()[s.result].type != type_of<T> || layout == no_layout || size == 0) {
            return std::nullopt;
        }
        elementwise_run run(s, layout);
        if (size > few_blocks<T>) {
            run.compute_ = [](auto const& kernels, auto operands, void const* scalars, auto& out) {
                compute_aligned(kernels, operands, static_cast<T const*>(scalars), out);
            };
        }
        for (auto const& operand : s.operands()) {
            auto const found = std::find(arguments.begin(), arguments.end(), operand.variable);
            bool const is_argument = found != arguments.end();
            auto* const body = operand.kept.get(); // of an argument: another one each time
            if (is_argument ? layout_of(type_of<T>, r.shape_of(operand.variable)) != layout
                            : body->layout != layout) {
                return std::nullopt;
            }
            if (is_argument) {
                auto const argument = static_cast<std::size_t>(found - arguments.begin());
                run.read_.push_back({run.operands_.size(), argument});
            }
            run.operands_.push_back(body);
            run.elements_.push_back(is_argument ? nullptr : body->data);
        }
        return run.read_.empty() ? std::nullopt : std::optional(std::move(run));
    }

    /// Its result as a new body; null where the arguments are not dense, or of other shapes.
    XGRAD_ALWAYS_INLINE body_pointer run(std::span<tensor_body* const> arguments)
    {
        auto* const elements = elements_.data();
        bool alike = true;
        for (auto const& [operand, argument] : read_) {
            auto const* const body = arguments[argument];
            alike = alike && body->layout == layout_;
            elements[operand] = body->data;
        }
        if (!alike) {
            return {};
        }
        auto out = make_body_like(*arguments[read_.front().argument]);
        if (compute_ != nullptr) {
            compute_many(arguments, *out);
        } else {
            kernels_->values(
                {.operands = elements,
                 .scalars = scalars_,
                 .values = out->data,
                 .count = out->size,
                 .program = kernels_->program});
        }
        return out;
    }

private:
    struct reading
    {
        std::size_t operand;
        std::size_t argument;
    };

    elementwise_run(recorded_statement const& s, layout_key layout)
        : kernels_(s.kernels), scalars_(s.scalars()), layout_(layout)
    {}

    XGRAD_NOINLINE void compute_many(std::span<tensor_body* const> arguments, tensor_body& out)
    {
        for (auto const& [operand, argument] : read_) {
            operands_[operand] = arguments[argument];
        }
        compute_(*kernels_, operands_, scalars_, out);
    }

    block_kernels const* kernels_;
    void const* scalars_;
    layout_key layout_; // of all operands, and of the result
    std::vector<reading> read_;
    std::vector<tensor_body*> operands_;
    std::vector<void const*> elements_; // of the operands

    // More elements than one call of the kernel computes; else null.
    void (*compute_)(
        block_kernels const&, std::span<tensor_body* const>, void const*, tensor_body&) = nullptr;
};
} // namespace xgrad::detail
