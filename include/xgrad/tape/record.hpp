#pragma once

#include <xgrad/tape/active.hpp>

namespace xgrad {
/// Records a fused expression on every active tape.
inline void record_expression(expression_record const& e, tensor_body& result)
{
    if (e.kernels->adjoints == nullptr) {
        return;
    }
    bool first = true;
    for_each_active([&](recording& r) {
        r.record_expression(e, result, first);
        first = false;
    });
}

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
    for_each_active([&](recording& r) {
        r.record_operation(make(), operands, keep, keep_result, result, first, where);
        first = false;
    });
}
} // namespace xgrad
