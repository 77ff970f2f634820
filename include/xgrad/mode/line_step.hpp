#pragma once

#include <xgrad/mode/line_statement.hpp>

namespace xgrad::detail {
/// A statement of a straight line, and where what it computes lies.
template <class T>
struct line_step
{
    line_statement<T> s;
    void const** operands = nullptr; // where they lie, spread where one element is for many
    T* values = nullptr;             // of the expression, also where it is summed
    void** unit = nullptr;           // of a sum in one pass: the adjoints of its elements
    void** result = nullptr;         // of a reduction
};
} // namespace xgrad::detail
