#pragma once

#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/movement.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/tape/sweep.hpp>

#include <vector>

// A sweep that other tapes record, so that gradients have gradients: every adjoint is a tensor, and
// each step a statement. The derivative of a fused expression is a formula derived from its terms
// (`symbolic/derived.hpp`); array operations reverse by public functions, which record themselves.

namespace xgrad {
namespace detail {
/// R(x, y) elementwise, as an interpreted statement: a compiled one would cost every program that
/// asks for a gradient.
template <class R, class T>
tensor<T> interpreted_call(tensor<T> const& x, tensor<T> const& y)
{
    static auto const code = [] {
        graph<T> g;
        typename graph<T>::scope const current(g);
        auto const left = symbol<T>::at(g.leaf(0));
        auto const right = symbol<T>::at(g.leaf(1));
        auto const root = symbol<T>::template apply<R>(left, right).place();
        return interpreted_graph<T>(std::move(g), root, {true, true}, 0, R::name);
    }();
    std::array<tensor_body*, 2> const operands{&x.body(), &y.body()};
    return tensor<T>(vectorized::evaluate<T>(
        code.kernels, operands, static_cast<T const*>(nullptr), type_of<T>, {}));
}

/// A fused statement, as its derivatives see it: tensors that a derived formula reads.
template <class T>
class derivable_statement
{
public:
    derivable_statement(recording const& r, statement const& s)
        : recording_(r), statement_(s), operands_(s.operands())
    {
        for (auto const& operand : operands_) {
            broadcast_into(shape_, r.shape_of(operand.variable));
            std::uint32_t first = 0;
            while (operands_[first].variable != operand.variable) {
                ++first;
            }
            same_.push_back(first);
        }
        if (s.reduced != nullptr) {
            places_ = kept_axes(shape_, s.axes);
        }
    }

    /// What the statement runs over, before a reduction.
    shape_type const& shape() const noexcept { return shape_; }

    /// Of each operand, the first that is the same tensor.
    std::vector<std::uint32_t> const& same() const noexcept { return same_; }

    derivative_request request(std::uint32_t target, std::vector<bool> moving = {}) const
    {
        auto const* const reduced = statement_.reduced;
        void const* element = nullptr;
        if (reduced != nullptr) {
            element = std::same_as<T, double>
                ? reinterpret_cast<void const*>(reduced->symbol_double)
                : reinterpret_cast<void const*>(reduced->symbol_float);
        }
        return {
            .kernels = statement_.kernels,
            .element = element,
            .reduced = reduced != nullptr,
            .target = target,
            .same = same_,
            .moving = std::move(moving)};
    }

    /// The value of a derived formula; `incoming(i)` is the i-th adjoint or tangent that comes in.
    template <class Incoming>
    tensor<T> evaluate(derived_formula const& formula, Incoming&& incoming) const
    {
        auto const count = static_cast<std::uint32_t>(operands_.size());
        std::vector<body_pointer> bodies;
        for (auto const source : formula.reads) {
            bodies.push_back(
                source < count        ? operands_[source].kept
                    : source == count ? result()
                                      : incoming(source - count - 1));
        }
        std::vector<tensor_body*> pointers;
        for (auto const& body : bodies) {
            pointers.push_back(body.get());
        }
        return tensor<T>(vectorized::evaluate<T>(
            formula.code->kernels,
            pointers,
            static_cast<T const*>(statement_.scalars()),
            type_of<T>,
            statement_.where));
    }

    /// The adjoint of a reduction's result as one that broadcasts over the elements (and the other
    /// way round, a tangent of the elements before they are added up).
    tensor<T> spread(tensor<T> const& incoming) const
    {
        auto const& reduced = *statement_.reduced;
        tensor<T> g = reshape(incoming, places_);
        if (reduced.divides_by_count) {
            auto const size = element_count(shape_);
            tensor<T> const count(size / std::max(incoming.size(), std::size_t{1}));
            g = interpreted_call<divide_rule>(g, count);
        }
        if (reduced.shares_among_ties) {
            g = interpreted_call<divide_rule>(g, ties());
        }
        return g;
    }

    shape_type const& places() const noexcept { return places_; }

    std::source_location const& where() const noexcept { return statement_.where; }

private:
    body_pointer result() const
    {
        auto const& kept = statement_.kept_result;
        return statement_.reduced != nullptr ? reshape(tensor<T>(kept), places_).handle() : kept;
    }

    /// How many elements of each group equal the result: a constant.
    tensor<T> ties() const
    {
        no_grad const guard;
        std::vector<tensor_body*> pointers;
        for (auto const& operand : operands_) {
            pointers.push_back(operand.kept.get());
        }
        tensor<T> const elements(
            statement_.kernels->terms.size() == 1 ? operands_[0].kept
                                                  : vectorized::evaluate<T>(
                                                        *statement_.kernels,
                                                        pointers,
                                                        static_cast<T const*>(statement_.scalars()),
                                                        type_of<T>,
                                                        statement_.where));
        tensor<T> const extreme(result());
        return sum_to(interpreted_call<equal_rule>(elements, extreme), places_);
    }

    recording const& recording_;
    statement const& statement_;
    std::span<recorded_operand const> operands_;
    shape_type shape_;
    shape_type places_; // that of a reduction's result, with the reduced axes kept
    std::vector<std::uint32_t> same_;
};

/// A tensor of either floating type as one of T.
template <class T>
tensor<T> in_type(body_pointer const& body)
{
    if (body->type == type_of<T>) {
        return tensor<T>(body);
    }
    using other = std::conditional_t<std::same_as<T, double>, float, double>;
    return tensor<T>(tensor<other>(body), std::source_location());
}

/// A contribution of any shape and type as one to a variable: broadcast over the statement, summed
/// to the variable's shape, converted to its type.
template <class T>
body_pointer fitted(
    tensor<T> contribution,
    shape_type const& whole,
    shape_type const& shape,
    element_type type,
    std::source_location const& where)
{
    if (!same_shape(contribution.shape(), shape)) {
        if (!same_shape(contribution.shape(), whole)) {
            contribution = broadcast(contribution, whole, where);
        }
        contribution = sum_to(contribution, shape, where);
    }
    return type == element_type::float64 ? in_type<double>(contribution.handle()).handle()
                                         : in_type<float>(contribution.handle()).handle();
}

template <class T>
void reverse_expression(recording const& r, statement const& s, adjoints& all)
{
    derivable_statement<T> const derivable(r, s);
    tensor<T> incoming = in_type<T>(all.body_of(s.result));
    if (s.reduced != nullptr) {
        incoming = derivable.spread(incoming);
    }
    auto const operands = s.operands();
    for (std::uint32_t i = 0; i < operands.size(); ++i) {
        auto const variable = operands[i].variable;
        if (derivable.same()[i] != i || !all.wants(variable)) {
            continue;
        }
        auto const& formula = vectorized::derivative_of<T>(derivable.request(i));
        auto const type = r.variables()[variable].type;
        auto const& shape = r.shape_of(variable);
        if (formula.same_as_incoming) {
            all.add(variable, fitted(incoming, derivable.shape(), shape, type, s.where));
        } else if (formula.code) {
            auto const contribution =
                derivable.evaluate(formula, [&](std::size_t) { return incoming.handle(); });
            all.add(variable, fitted(contribution, derivable.shape(), shape, type, s.where));
        } else if (s.kernels->leaves[i].carries_gradient) {
            all.add(variable, filled_body(type, shape, 0));
        }
    }
}

/// A sum or mean of which only the adjoints for a result's adjoint of one are kept: on other tapes
/// they are gradients of which nothing is known.
template <class T>
void reverse_linear(recording const& r, statement const& s, adjoints& all)
{
    tensor<T> g(all.body_of(s.result));
    auto const& whole = r.shape_of(s.operands()[0].variable);
    if (s.reduced->divides_by_count) {
        tensor<T> const count(element_count(whole));
        g = interpreted_call<divide_rule>(g, count);
    }
    for (auto const& operand : s.operands()) {
        if (!operand.kept || !all.wants(operand.variable)) {
            continue;
        }
        for_each_active([&](recording& other) { other.mark_gradient(*operand.kept); });
        tensor<T> const unit(operand.kept);
        tensor<T> const scalar = reshape(g, shape_type());
        all.add(operand.variable, interpreted_call<multiply_rule>(unit, scalar).handle());
    }
}

template <class T>
body_pointer joined(body_pointer const& a, body_pointer const& b)
{
    return interpreted_call<add_rule>(tensor<T>(a), tensor<T>(b)).handle();
}

/// Reverses one statement, in the open. (A template, so that only programs that ask for gradients
/// compile it.)
template <class...>
void reverse_recorded(recording const& r, statement const& s, adjoints& all)
{
    if (s.kernels == nullptr) {
        pullback sweep(r, s, all);
        s.operation_->reverse(sweep);
        return;
    }
    auto const reverse = [&]<class T>() {
        if (s.aligned == alignment::linear) {
            reverse_linear<T>(r, s, all);
        } else {
            reverse_expression<T>(r, s, all);
        }
    };
    if (s.kernels->compute == element_type::float64) {
        reverse.template operator()<double>();
    } else {
        reverse.template operator()<float>();
    }
}

template <class...>
body_pointer join_recorded(body_pointer const& a, body_pointer const& b)
{
    return a->type == element_type::float64 ? joined<double>(a, b) : joined<float>(a, b);
}

template <class... Program>
inline constexpr recorded_way in_the_open{
    &reverse_recorded<Program...>, &join_recorded<Program...>};
} // namespace detail
} // namespace xgrad
