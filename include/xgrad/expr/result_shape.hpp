#pragma once

#include <xgrad/base/broadcast.hpp>
#include <xgrad/base/config.hpp>
#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/block_kernels.hpp>

#include <source_location>
#include <span>
#include <string>
#include <vector>

namespace xgrad {
namespace detail {
// Walks the expression again, to name the operation at which the shapes stop fitting.
[[noreturn]] XGRAD_COLD inline void throw_mismatch(
    std::span<expression_term const> terms,
    std::span<shape_type const* const> operands,
    std::source_location const& where)
{
    std::vector<shape_type> stack;
    std::size_t next = 0;
    for (auto const& term : terms) {
        if (term.what == expression_term::kind::tensor) {
            stack.push_back(*operands[next++]);
        } else if (term.what == expression_term::kind::scalar) {
            stack.push_back({});
        } else {
            auto const first = stack.size() - term.arity;
            for (auto i = first + 1; i < stack.size(); ++i) {
                auto const before = stack[first];
                if (!broadcast_into(stack[first], stack[i])) {
                    throw shape_error(
                        std::string(term.name) + ": shapes " +
                        broadcast_mismatch(before, stack[i]) +
                        "; lengths must be equal, or one of them 1" + at(where));
                }
            }
            for (; stack.size() > first + 1; stack.pop_back()) {
            }
        }
    }
    throw shape_error("shapes do not broadcast" + at(where)); // not reached: some two do not fit
}
} // namespace detail

/// The shape of an expression over operands of these shapes. Throws shape_error naming the
/// operation and the shapes that do not broadcast.
inline shape_type result_shape(
    std::span<expression_term const> terms,
    std::span<shape_type const* const> operands,
    std::source_location const& where)
{
    shape_type shape;
    for (auto const* operand : operands) {
        if (!broadcast_into(shape, *operand)) {
            detail::throw_mismatch(terms, operands, where);
        }
    }
    check_element_count(shape, terms[terms.size() - 1].name, where);
    return shape;
}
} // namespace xgrad
