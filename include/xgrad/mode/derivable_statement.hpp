#pragma once

#include <xgrad/mode/body_operations.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/symbolic/derived.hpp>
#include <xgrad/tape/reduced_shape.hpp>
#include <xgrad/tensor/evaluate.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

// A recorded expression whose derivatives are statements themselves.

namespace xgrad {
namespace detail {
template <class Program>
graph_arithmetic const& arithmetic_in(element_type type)
{
    static constinit graph_arithmetic const rules[] = {
        {element_type::float64,
         &primitive_of<rules::add_rule, double, 2>::value,
         &primitive_of<rules::logical_or_rule, double, 2>::value},
        {element_type::float32,
         &primitive_of<rules::add_rule, float, 2>::value,
         &primitive_of<rules::logical_or_rule, float, 2>::value}};
    return rules[type == element_type::float64 ? 0 : 1];
}

/// Runs interpreted (or compiled) kernels as a statement.
template <class Program>
body_pointer run_statement(
    block_kernels const& kernels,
    std::vector<body_pointer> const& operands,
    void const* scalars,
    std::source_location const& where)
{
    std::vector<tensor_body*> bodies;
    for (auto const& operand : operands) {
        bodies.push_back(operand.get());
    }
    if (kernels.compute == element_type::float64) {
        return vectorized::evaluate<double>(
            kernels, bodies, static_cast<double const*>(scalars), kernels.compute, where);
    }
    return vectorized::evaluate<float>(
        kernels, bodies, static_cast<float const*>(scalars), kernels.compute, where);
}

/// R(x, y) elementwise.
template <class Program, class R>
body_pointer apply_rule(body_pointer const& x, body_pointer const& y)
{
    auto const make = [](primitive_rule const& rule, element_type type) {
        term_graph g(arithmetic_in<Program>(type));
        auto const root = g.apply(rule, std::array{g.leaf(0), g.leaf(1)});
        return std::make_unique<interpreted_graph>(
            std::move(g), root, std::vector<bool>{true, true}, 0, R::name);
    };
    static auto const in_double = make(primitive_of<R, double, 2>::value, element_type::float64);
    static auto const in_float = make(primitive_of<R, float, 2>::value, element_type::float32);
    auto const& code = x->type == element_type::float64 ? in_double : in_float;
    return run_statement<Program>(code->kernels, {x, y}, nullptr, {});
}

template <class Program>
body_pointer add_bodies(body_pointer const& a, body_pointer const& b)
{
    return apply_rule<Program, rules::add_rule>(a, b);
}

template <class Program>
body_pointer divide_by_count(body_pointer const& body, std::size_t count)
{
    return apply_rule<Program, rules::divide_rule>(
        body, filled_body(body->type, {}, static_cast<double>(count)));
}

/// A fused statement, as its derivatives see it: what a derived formula reads.
template <class Program>
class derivable_statement
{
    using operations = body_operations<Program>;

public:
    derivable_statement(tape_record const& r, recorded_statement const& s)
        : statement_(s), operands_(s.operands())
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
            places_ = places_of(s, shape_);
        }
    }

    /// What the statement runs over, before a reduction.
    shape_type const& shape() const noexcept { return shape_; }

    /// Of each operand, the first that is the same tensor.
    std::vector<std::uint32_t> const& same() const noexcept { return same_; }

    derived_formula const& derivative(std::uint32_t target, std::vector<bool> moving = {}) const
    {
        auto const* const reduced = statement_.reduced;
        return vectorized::derivative_of(
            {.kernels = statement_.kernels,
             .element = reduced != nullptr ? reduced->symbols : nullptr,
             .reduced = reduced != nullptr,
             .target = target,
             .same = same_,
             .moving = std::move(moving)},
            arithmetic_in<Program>(statement_.kernels->compute));
    }

    /// The value of a derived formula; `incoming(i)` is the i-th adjoint or tangent that comes in.
    template <class Incoming>
    body_pointer evaluate(derived_formula const& formula, Incoming&& incoming) const
    {
        auto const count = static_cast<std::uint32_t>(operands_.size());
        std::vector<body_pointer> bodies;
        for (auto const source : formula.reads) {
            bodies.push_back(
                source < count        ? value_of(source)
                    : source == count ? result()
                                      : incoming(source - count - 1));
        }
        return run_statement<Program>(
            formula.code->kernels, bodies, statement_.scalars(), statement_.where);
    }

    /// The adjoints from which those of a reduction's elements start.
    body_pointer adjoint_of_elements(body_pointer const& incoming) const
    {
        auto const* const joint = statement_.reduced->joint;
        return joint == nullptr
            ? spread(incoming)
            : jointly(joint->recorded_back, operations::reshape(incoming, places_));
    }

    /// The tangent of a reduction's result, from those of its elements.
    body_pointer tangent_of_result(body_pointer tangent) const
    {
        auto const* const joint = statement_.reduced->joint;
        tangent = operations::broadcast(tangent, shape_);
        return joint == nullptr ? spread(operations::sum_to(tangent, places_))
                                : jointly(joint->forth, tangent);
    }

private:
    /// The adjoint of a reduction's result as one that broadcasts over the elements (and the other
    /// way round, a tangent of the elements after they were added up).
    body_pointer spread(body_pointer const& incoming) const
    {
        auto const& reduced = *statement_.reduced;
        auto g = operations::reshape(incoming, places_);
        if (reduced.divides_by_count) {
            auto const groups = std::max(g->size, std::size_t{1});
            g = divide_by_count<Program>(g, element_count(shape_) / groups);
        }
        if (reduced.shares_among_ties) {
            g = apply_rule<Program, rules::divide_rule>(g, ties());
        }
        return g;
    }

    /// And where adjoints or tangents of the elements depend on one another.
    body_pointer jointly(joint_derivative::in_statements way, body_pointer const& incoming) const
    {
        auto const elements =
            statement_.reduced->joint->elements_needed ? elements_of_reduction() : body_pointer();
        auto const& kept = statement_.kept_result;
        auto const results = kept ? operations::reshape(kept, places_) : kept;
        return way(elements, results, incoming, statement_.axes, statement_.where);
    }

    /// The value of an operand, kept in any of the places that are the same tensor.
    body_pointer value_of(std::uint32_t first) const
    {
        for (auto k = first; k < operands_.size(); ++k) {
            if (same_[k] == first && operands_[k].kept) {
                return operands_[k].kept;
            }
        }
        return {};
    }

    body_pointer result() const
    {
        auto const& kept = statement_.kept_result;
        if (statement_.reduced == nullptr) {
            return kept;
        }
        return statement_.reduced->companion != nullptr ? companion()
                                                        : operations::reshape(kept, places_);
    }

    /// What the way back of a reduction reads, as a function of the operands.
    body_pointer companion() const
    {
        if (!companion_) {
            std::vector<tensor_body*> bodies;
            for (auto const& operand : operands_) {
                bodies.push_back(operand.kept.get());
            }
            auto const* const kind = statement_.reduced->companion;
            companion_ = kind->again(
                {kind,
                 statement_.kernels,
                 bodies,
                 statement_.scalars(),
                 statement_.axes,
                 true,
                 &statement_.where});
        }
        return companion_;
    }

    /// How many elements of each group equal the result: a constant.
    body_pointer ties() const
    {
        no_grad const guard;
        return operations::sum_to(
            apply_rule<Program, rules::equal_rule>(elements_of_reduction(), result()), places_);
    }

    body_pointer elements_of_reduction() const
    {
        std::vector<body_pointer> bodies;
        for (auto const& operand : operands_) {
            bodies.push_back(operand.kept);
        }
        return run_statement<Program>(
            *statement_.kernels, bodies, statement_.scalars(), statement_.where);
    }

    recorded_statement const& statement_;
    std::span<recorded_operand const> operands_;
    shape_type shape_;
    shape_type places_; // that of a reduction's result, with the reduced axes kept
    std::vector<std::uint32_t> same_;
    mutable body_pointer companion_;
};
} // namespace detail
} // namespace xgrad
