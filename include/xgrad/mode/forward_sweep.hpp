#pragma once

#include <xgrad/mode/grad.hpp>

#include <vector>

// The forward sweep: from the tangents of the sources, statement by statement in order, to that of
// a target. Each fused expression takes one pass, by a formula derived from its terms; a linear map
// of an array operation is transposed twice.

namespace xgrad {
namespace detail {
template <class Program>
class forward_sweep
{
    using operations = body_operations<Program>;

public:
    explicit forward_sweep(tape_record const& r) : recording_(r), tangents_(r.variables().size()) {}

    void start_from(tensor_body const& source, body_pointer tangent)
    {
        if (auto const place = recording_.find(source)) {
            tangents_[*place] = std::move(tangent);
        }
    }

    void run();

    /// The tangent of a variable; null where it does not move.
    body_pointer tangent_of(tensor_body const& body) const
    {
        auto const place = recording_.find(body);
        return place ? tangents_[*place] : body_pointer();
    }

private:
    body_pointer incoming(recorded_statement const& s, std::size_t i) const
    {
        return operations::in_type(tangents_[s.operands()[i].variable], s.kernels->compute);
    }

    void forward_expression(recorded_statement const& s)
    {
        derivable_statement<Program> const derivable(recording_, s);
        auto tangent =
            s.aligned == operand_alignment::linear ? linear_tangent(s) : tangent_in(s, derivable);
        if (!tangent) {
            return;
        }
        if (s.reduced != nullptr) {
            tangent = operations::reshape(
                derivable.tangent_of_result(tangent), recording_.shape_of(s.result));
        }
        tangent = operations::broadcast(tangent, recording_.shape_of(s.result));
        tangents_[s.result] = operations::in_type(tangent, recording_.variables()[s.result].type);
    }

    body_pointer
    tangent_in(recorded_statement const& s, derivable_statement<Program> const& derivable) const
    {
        auto const operands = s.operands();
        std::vector<bool> moving;
        for (std::size_t i = 0; i < operands.size(); ++i) {
            moving.push_back(
                s.kernels->leaves[i].carries_gradient &&
                static_cast<bool>(tangents_[operands[i].variable]));
        }
        auto const& formula = derivable.derivative(derivative_request::tangent, moving);
        if (formula.same_as_incoming) {
            return incoming(s, formula.reads[0] - operands.size() - 1);
        }
        return formula.code
            ? derivable.evaluate(formula, [&](std::size_t i) { return incoming(s, i); })
            : body_pointer();
    }

    /// Of a sum whose adjoints for a result's adjoint of one are kept.
    body_pointer linear_tangent(recorded_statement const& s) const
    {
        note_kept_adjoints();
        body_pointer tangent;
        for (std::size_t i = 0; i < s.operands().size(); ++i) {
            auto const& operand = s.operands()[i];
            if (operand.kept && tangents_[operand.variable]) {
                auto const more =
                    apply_rule<Program, rules::multiply_rule>(operand.kept, incoming(s, i));
                tangent = tangent ? add_bodies<Program>(tangent, more) : more;
            }
        }
        return tangent;
    }

    void forward_operation(recorded_statement const& s)
    {
        if (s.operation->passes_tangents()) {
            tangents_[s.result] = tangents_[s.operands()[0].variable];
        } else if (s.operation->opens()) {
            forward_opened(s);
        } else {
            transpose_twice(s);
        }
    }

    /// The statements of which it is one have tangents of their own.
    void forward_opened(recorded_statement const& s)
    {
        std::vector<body_pointer> operands;
        for (auto const& operand : s.operands()) {
            operands.push_back(operand.kept);
        }
        auto const names = s.operation->names_of(operands);
        auto t = create_tape({.persistent = true});
        auto const value = s.operation->open(names);
        for (auto const& name : names) {
            t.record().know(*name); // it may be the value
        }
        t.suspend();
        forward_sweep inner(t.record());
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (auto const& tangent = tangents_[s.operands()[i].variable]) {
                inner.start_from(*names[i], tangent);
            }
        }
        inner.run();
        tangents_[s.result] = inner.tangent_of(*value);
    }

    /// The way back is linear in the result's adjoint w: its own way back, which starts from the
    /// operands' tangents, gives the tangent of the result.
    void transpose_twice(recorded_statement const& s)
    {
        auto const weights =
            filled_body(recording_.variables()[s.result].type, recording_.shape_of(s.result), 1);
        auto t = create_tape({.persistent = true});
        sweep_adjoints back;
        back.start(recording_, &add_bodies<Program>);
        for (auto const& operand : s.operands()) {
            if (tangents_[operand.variable]) {
                back.want(operand.variable, adjoint_interest::source);
            }
        }
        back.add(s.result, weights);
        statement_pullback sweep(recording_, s, back);
        s.operation->reverse(sweep);
        std::vector<body_pointer> contributions;
        std::vector<sweep_target> targets;
        for (auto const& operand : s.operands()) {
            auto const variable = operand.variable;
            if (tangents_[variable] && back.has(variable)) {
                contributions.push_back(back.body_of(variable));
                t.record().know(*contributions.back());
                targets.push_back({contributions.back().get(), tangents_[variable]});
                back.take(variable); // once, where a tensor is two operands
            }
        }
        if (!targets.empty()) {
            grad_options const options{.unconnected = unconnected::zero};
            auto* const source = weights.get();
            gradients(t, targets, {&source, 1}, options, {&tangents_[s.result], 1}, s.where);
        }
    }

    tape_record const& recording_;
    std::vector<body_pointer> tangents_;
};

template <class Program>
void forward_sweep<Program>::run()
{
    for (std::size_t k = 0; k < recording_.statements().size(); ++k) {
        auto const& s = recording_.statements()[k];
        auto const operands = s.operands();
        bool const moves = std::any_of(operands.begin(), operands.end(), [&](auto const& o) {
            return static_cast<bool>(tangents_[o.variable]);
        });
        if (moves && s.kernels == nullptr) {
            forward_operation(s);
        } else if (moves) {
            forward_expression(s);
        }
    }
}

#if defined(XGRAD_COMPILED)
XGRAD_EXTERN template class forward_sweep<tape>;
#endif
} // namespace detail
} // namespace xgrad
