#pragma once

#include <xgrad/mode/grad.hpp>

#include <vector>

// The forward sweep: from the tangents of the sources, statement by statement in order, to that of
// a target. Each fused expression takes one pass, by a formula derived from its terms; a linear map
// of an array operation is transposed twice.

namespace xgrad {
namespace detail {
template <class... Program>
class forward_sweep
{
public:
    explicit forward_sweep(recording const& r) : recording_(r), tangents_(r.variables().size()) {}

    void start_from(tensor_body const& source, body_pointer tangent)
    {
        if (auto const place = recording_.find(source)) {
            tangents_[*place] = std::move(tangent);
        }
    }

    void run()
    {
        for (std::size_t k = 0; k < recording_.statements().size(); ++k) {
            auto const& s = recording_.statements()[k];
            bool moves = false;
            for (auto const& operand : s.operands()) {
                moves = moves || tangents_[operand.variable];
            }
            if (moves) {
                forward(s);
            }
        }
    }

    /// The tangent of a variable; null where it does not move.
    body_pointer tangent_of(tensor_body const& body) const
    {
        auto const place = recording_.find(body);
        return place ? tangents_[*place] : body_pointer();
    }

private:
    void forward(statement const& s)
    {
        if (s.kernels == nullptr) {
            forward_operation(s);
        } else if (s.kernels->compute == element_type::float64) {
            forward_expression<double>(s);
        } else {
            forward_expression<float>(s);
        }
    }

    template <class T>
    void forward_expression(statement const& s)
    {
        auto const type = recording_.variables()[s.result].type;
        auto const& shape = recording_.shape_of(s.result);
        derivable_statement<T> const derivable(recording_, s);
        tensor<T> tangent;
        if (s.aligned == alignment::linear) {
            if (!linear_tangent(s, tangent)) {
                return;
            }
        } else {
            auto const operands = s.operands();
            std::vector<bool> moving;
            for (std::size_t i = 0; i < operands.size(); ++i) {
                moving.push_back(
                    s.kernels->leaves[i].carries_gradient &&
                    static_cast<bool>(tangents_[operands[i].variable]));
            }
            auto const incoming = [&](std::size_t i) {
                return in_type<T>(tangents_[operands[i].variable]).handle();
            };
            auto const& formula = vectorized::derivative_of<T>(
                derivable.request(derivative_request::tangent, moving));
            if (formula.same_as_incoming) {
                auto const first = formula.reads[0] - operands.size() - 1;
                tangent = tensor<T>(incoming(first));
            } else if (formula.code) {
                tangent = derivable.evaluate(formula, incoming);
            } else {
                return;
            }
        }
        if (!same_shape(tangent.shape(), derivable.shape())) {
            tangent = broadcast(tangent, derivable.shape(), s.where);
        }
        if (s.reduced != nullptr) {
            tangent =
                reshape(derivable.spread(sum_to(tangent, derivable.places(), s.where)), shape);
        }
        tangents_[s.result] = type == element_type::float64
            ? in_type<double>(tangent.handle()).handle()
            : in_type<float>(tangent.handle()).handle();
    }

    /// Of a sum whose adjoints for a result's adjoint of one are kept.
    template <class T>
    bool linear_tangent(statement const& s, tensor<T>& tangent)
    {
        bool some = false;
        for (auto const& operand : s.operands()) {
            if (operand.kept && tangents_[operand.variable]) {
                auto const more = interpreted_call<multiply_rule>(
                    tensor<T>(operand.kept), in_type<T>(tangents_[operand.variable]));
                tangent = some ? interpreted_call<add_rule>(tangent, more) : more;
                some = true;
            }
        }
        return some;
    }

    /// The way back is linear in the result's adjoint w: its own way back, which starts from the
    /// operands' tangents, gives the tangent of the result.
    void forward_operation(statement const& s)
    {
        auto const weights =
            filled_body(recording_.variables()[s.result].type, recording_.shape_of(s.result), 1);
        auto t = create_tape({.persistent = true});
        adjoints back;
        back.start(recording_, &join_recorded<>);
        for (auto const& operand : s.operands()) {
            if (tangents_[operand.variable]) {
                back.want(operand.variable, interest::source);
            }
        }
        back.add(s.result, weights);
        pullback sweep(recording_, s, back);
        s.operation_->reverse(sweep);
        std::vector<sweep_target> targets;
        for (auto const& operand : s.operands()) {
            auto const variable = operand.variable;
            if (tangents_[variable] && back.has(variable)) {
                t.record().know(*back.body_of(variable));
                targets.push_back({back.body_of(variable).get(), tangents_[variable]});
                kept_.push_back(back.take(variable)); // once, where a tensor is two operands
            }
        }
        grad_options const options{.unconnected = unconnected::zero};
        body_pointer tangent;
        auto* const source = weights.get();
        if (!targets.empty()) {
            gradients(t, targets, {&source, 1}, options, {&tangent, 1}, s.where);
            tangents_[s.result] = std::move(tangent);
        }
        kept_.clear();
    }

    recording const& recording_;
    std::vector<body_pointer> tangents_;
    std::vector<body_pointer> kept_;
};
} // namespace detail
} // namespace xgrad
