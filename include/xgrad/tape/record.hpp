#pragma once

#include <xgrad/tape/active.hpp>

#include <algorithm>

// What a tape writes down of a statement, and which values the way back will need.

namespace xgrad {
/// Appends a fused expression (`reduced` non-null: with its reduction). `first_recorder`: no other
/// tape has seen the result.
inline void record_expression(
    tape_record& r, expression_record const& e, tensor_body& result, bool first_recorder)
{
    if (!r.concerns(e.operands)) {
        return;
    }
    auto const& kernels = *e.kernels;
    auto const scalar_bytes = kernels.scalars * bytes_of(kernels.compute);
    bool const linear = !e.unit_adjoints.empty() && !r.keeps_operands();
    // A reduction whose sweep starts from the elements' values computes them again.
    bool const recomputes = e.reduced != nullptr &&
        (e.reduced->element != nullptr || kernels.result_needed ||
         (e.reduced->joint != nullptr && e.reduced->joint->elements_needed));
    bool const keeps_result =
        !linear && (e.reduced != nullptr ? e.reduced->result_needed : kernels.result_needed);
    auto const kept = [&](std::size_t i) {
        return linear                                      ? e.unit_adjoints[i]
            : kernels.leaves[i].value_needed || recomputes ? e.operands[i]
                                                           : nullptr;
    };
    auto* const s = r.add(
        &kernels, e.operands, scalar_bytes, kept, result, keeps_result, first_recorder, e.where);
    if (s == nullptr) {
        return;
    }
    s->reduced = e.reduced;
    s->axes = e.axes;
    s->aligned = linear ? operand_alignment::linear : e.aligned;
    bool const few =
        e.aligned == operand_alignment::same && e.reduced == nullptr && result.size <= few_elements;
    s->few = few ? static_cast<std::uint8_t>(result.size) : std::uint8_t{0};
    if (e.reduced != nullptr && r.keeps_operands()) {
        s->tapes = tapes_above(r) ? tapes_then::several : as_under::current();
        if (r.takes_sweeps_whole() && !e.unit_adjoints.empty()) {
            s->tapes = tapes_then::one;
        }
    }
    if (e.companion) {
        s->kept_result = e.companion;
    }
    auto const* const scalars = static_cast<std::byte const*>(e.scalars);
    std::copy_n(scalars, scalar_bytes, static_cast<std::byte*>(s->scalars()));
}

/// Appends an array operation, which keeps the operands and the result it asks for.
void record_operation(
    tape_record& r,
    std::unique_ptr<array_operation const> op,
    std::span<tensor_body* const> operands,
    std::span<bool const> keep,
    bool keep_result,
    tensor_body& result,
    bool first_recorder,
    std::source_location const& where);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_FUNCTION void record_operation(
    tape_record& r,
    std::unique_ptr<array_operation const> op,
    std::span<tensor_body* const> operands,
    std::span<bool const> keep,
    bool keep_result,
    tensor_body& result,
    bool first_recorder,
    std::source_location const& where)
{
    if (!r.concerns(operands)) {
        return;
    }
    auto const kept = [&](std::size_t i) { return keep[i] ? operands[i] : nullptr; };
    if (auto* const s =
            r.add(nullptr, operands, 0, kept, result, keep_result, first_recorder, where)) {
        r.mark_part(s->result, op->part() != nullptr);
        s->operation = std::move(op);
    }
}
#endif

/// Records a fused expression on every active tape.
void record_expression(expression_record const& e, tensor_body& result);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_FUNCTION void record_expression(expression_record const& e, tensor_body& result)
{
    if (e.kernels->adjoints == nullptr) {
        // A constant that a gradient may be asked of all the same.
        if (is_floating(result.type)) {
            for_each_active([&](tape_record& r) { r.know(result); });
        }
        return;
    }
    bool first = true;
    for_each_active([&](tape_record& r) {
        record_expression(r, e, result, first);
        first = false;
    });
}
#endif

/// Records an array operation on every active tape; `make()` makes its description.
template <class Make>
void record_operation(
    Make&& make,
    std::span<tensor_body* const> operands,
    std::span<bool const> keep,
    bool keep_result,
    tensor_body& result,
    std::source_location const& where)
{
    bool first = true;
    for_each_active([&](tape_record& r) {
        record_operation(r, make(), operands, keep, keep_result, result, first, where);
        first = false;
    });
}
} // namespace xgrad
