#pragma once

#include <xgrad/mode/body_operations.hpp>
#include <xgrad/mode/derivable_statement.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/tape/sweep.hpp>

// A sweep that other tapes record, so that gradients have gradients: every adjoint is a tensor, and
// each step a statement. The derivative of a fused expression is a formula derived from its terms
// (`symbolic/derived.hpp`); array operations reverse by public functions, which record themselves.
//
// Every program that asks for a gradient compiles this, whether it nests tapes or not: hence bodies
// instead of tensors, and interpreted statements instead of compiled ones. And everything is a
// template, to be compiled by no other program.

namespace xgrad {
namespace detail {
/// A contribution of any shape and type as one to a variable: broadcast over the statement, summed
/// to the variable's shape, converted to its type.
template <class Program>
body_pointer fitted(
    body_pointer contribution, shape_type const& whole, shape_type const& shape, element_type type)
{
    using operations = body_operations<Program>;
    if (!same_shape(contribution->shape, shape)) {
        contribution = operations::sum_to(operations::broadcast(contribution, whole), shape);
    }
    return operations::in_type(contribution, type);
}

template <class Program>
void reverse_expression(tape_record const& r, recorded_statement const& s, sweep_adjoints& all)
{
    derivable_statement<Program> const derivable(r, s);
    auto incoming = body_operations<Program>::in_type(all.body_of(s.result), s.kernels->compute);
    if (s.reduced != nullptr) {
        incoming = derivable.adjoint_of_elements(incoming);
    }
    auto const operands = s.operands();
    for (std::uint32_t i = 0; i < operands.size(); ++i) {
        auto const variable = operands[i].variable;
        if (derivable.same()[i] != i || !all.wants(variable)) {
            continue;
        }
        auto const& formula = derivable.derivative(i);
        auto const type = r.variables()[variable].type;
        auto const& shape = r.shape_of(variable);
        auto const give = [&](body_pointer const& contribution) {
            all.add(variable, fitted<Program>(contribution, derivable.shape(), shape, type));
        };
        if (formula.same_as_incoming) {
            give(incoming);
        } else if (formula.code) {
            give(derivable.evaluate(formula, [&](std::size_t) { return incoming; }));
        } else if (s.kernels->leaves[i].carries_gradient) {
            all.add(variable, filled_body(type, shape, 0));
        }
    }
}

/// A sum or mean of which only the adjoints for a result's adjoint of one are kept: on other tapes
/// they are gradients of which nothing is known.
template <class Program>
void reverse_linear(tape_record const& r, recorded_statement const& s, sweep_adjoints& all)
{
    auto g = body_operations<Program>::reshape(all.body_of(s.result), {});
    if (s.reduced->divides_by_count) {
        g = divide_by_count<Program>(g, element_count(r.shape_of(s.operands()[0].variable)));
    }
    for (auto const& operand : s.operands()) {
        if (!operand.kept || !all.wants(operand.variable)) {
            continue;
        }
        for_each_active([&](tape_record& other) { other.mark_gradient(*operand.kept); });
        all.add(operand.variable, apply_rule<Program, rules::multiply_rule>(operand.kept, g));
    }
}

/// Reverses one statement, in the open.
template <class Program>
void reverse_recorded(tape_record const& r, recorded_statement const& s, sweep_adjoints& all)
{
    if (s.kernels == nullptr) {
        statement_pullback sweep(r, s, all);
        s.operation->reverse(sweep);
    } else if (s.aligned == operand_alignment::linear) {
        reverse_linear<Program>(r, s, all);
    } else {
        reverse_expression<Program>(r, s, all);
    }
}

template <class Program>
inline constexpr recorded_way in_the_open{&reverse_recorded<Program>, &add_bodies<Program>};
} // namespace detail
} // namespace xgrad
