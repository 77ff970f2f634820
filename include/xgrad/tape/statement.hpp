#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/block_kernels.hpp>

#include <cstdint>
#include <memory>
#include <source_location>
#include <string_view>

namespace xgrad {
class pullback;

/// An array operation (a matrix product, a view) as a tape remembers it: its attributes, and the
/// way back.
struct operation
{
    operation() = default;
    operation(operation const&) = delete;
    operation& operator=(operation const&) = delete;
    virtual ~operation() = default;

    virtual std::string_view name() const noexcept = 0;

    /// Adds what the result's adjoint contributes to each wanted operand.
    virtual void reverse(pullback& sweep) const = 0;
};

/// A reduction as a tape remembers it: how the adjoint of a result becomes that of an element.
struct reduction
{
    std::string_view name;

    /// The adjoint that each element of a group of `count` starts from, where that is a factor
    /// times the incoming one (mean: 1/count).
    bool divides_by_count = false;

    /// The tape has to keep the result for the reverse sweep.
    bool result_needed = false;

    /// The incoming adjoint is shared evenly among the elements equal to the result.
    bool shares_among_ties = false;

    /// See seed_source::element; one for double and one for float.
    void (*element_double)(void const*, void const*, void const*, void*, std::size_t) = nullptr;
    void (*element_float)(void const*, void const*, void const*, void*, std::size_t) = nullptr;
};

/// What a statement reads: which variable, and its value where the reverse sweep needs it.
struct recorded_operand
{
    std::uint32_t variable;
    body_pointer kept;
};

/// One line of a tape.
struct statement
{
    block_kernels const* kernels = nullptr;      // an expression, fused
    reduction const* reduced = nullptr;          // and reduced over `axes`
    std::uint64_t axes = 0;                      // bit i: axis i of the expression's shape
    std::unique_ptr<operation const> operation_; // or an array operation
    std::uint32_t first_operand = 0;
    std::uint32_t operand_count = 0;
    std::uint32_t first_scalar = 0; // in bytes
    std::uint32_t result = 0;
    body_pointer kept_result;
    std::source_location where;
};

/// A tensor that a tape knows.
struct variable
{
    std::uint64_t identity;
    element_type type;
    bool followed; // watched, or computed by a statement of the tape
    bool gradient; // computed by another tape's sweep while this one was active
    shape_type shape;
};
} // namespace xgrad
