#pragma once

#include <xgrad/tape/tape_record.hpp>

#include <cstddef>
#include <source_location>
#include <string>
#include <string_view>

// What is asked of a sweep, and in which words it is refused.

namespace xgrad {
/// What becomes of a source on which no target depends.
enum class unconnected
{
    error,
    zero
};

struct grad_options
{
    xgrad::unconnected unconnected = xgrad::unconnected::error;
};

/// What a tape is asked for after a sweep: where nothing, the sweep may overwrite its values.
enum class what_follows
{
    anything,
    nothing
};

/// A tensor from which a sweep starts, and its adjoint (ones where null), which the sweep may take.
struct sweep_target
{
    tensor_body* body;
    body_pointer seed;
};

namespace detail {
inline std::string describe(tensor_body const& body)
{
    return "tensor<" + std::string(name_of(body.type)) + "> of shape " + to_string(body.shape);
}

[[noreturn]] XGRAD_COLD inline void throw_unknown_target(
    tape_record const& r, tensor_body const& target, std::source_location const& where)
{
    std::string why;
    if (r.times_consumed() > 0 && r.statements().empty()) {
        why = "the tape is empty: an earlier grad has used it up; create it with "
              "{.persistent = true} to ask it again";
    } else if (r.statements().empty() && r.options().watch_only) {
        why = "the tape is empty: nothing was computed from a watched tensor (a tape with "
              "{.watch_only = true} records nothing else)";
    } else if (r.statements().empty()) {
        why =
            "the tape is empty: nothing differentiable was computed while it was active (x(i) and "
            "item() give plain numbers; view(x, i) is a tensor)";
    } else {
        why = "this tape does not hold it: it was computed before the tape was active, on another "
              "tape or thread, or before the tape was cleared";
    }
    throw tape_error(
        "grad: the target, a " + describe(target) + ", is unknown; " + why + at(where));
}

[[noreturn]] XGRAD_COLD inline void throw_unconnected(
    tape_record const& r,
    tensor_body const& target,
    std::size_t source,
    tensor_body const& body,
    std::source_location const& where)
{
    std::string_view const why = r.times_consumed() > 0
        ? " (what was computed before an earlier grad emptied the tape is constant to it; create "
          "it "
          "with {.persistent = true} to keep that)"
        : "";
    throw unconnected_error(
        "grad: the target, a " + describe(target) + ", does not depend on source " +
        std::to_string(source) + ", a " + describe(body) + std::string(why) +
        "; pass {.unconnected = unconnected::zero} to get zeros" + at(where));
}

[[noreturn]] XGRAD_COLD inline void throw_unknown_derivative(std::source_location const& where)
{
    throw tape_error(
        "grad: the target depends on a gradient of whose own derivatives nothing is known: it is "
        "of statements that were recorded while no other tape was there (create this tape before "
        "them), or of a custom_gradient whose backward is foreign code (let it compute with "
        "tensors); or make the gradient a constant with detach()" +
        at(where));
}
} // namespace detail
} // namespace xgrad
