#pragma once

#include <xgrad/symbolic/interpreted.hpp>

#include <cstdint>
#include <list>
#include <map>
#include <memory>

// The derivative of a recorded expression as an expression of its own: what a tape records when it
// watches another tape's sweep.

namespace xgrad {
/// A derivative as a formula over what its statement has: leaf i of the kernels stands for tensor
/// `reads[i]` of the statement, its operands first, then its result, then the adjoints or tangents
/// that come in. No kernels: it is zero, or (`same_as_incoming`) what comes in.
struct derived_formula
{
    std::unique_ptr<interpreted_graph> code;
    std::vector<std::uint32_t> reads;
    bool same_as_incoming = false;
};

/// How a reduction's result and its adjoint (or the elements' tangent) make an element's adjoint
/// (tangent), as terms: element, result, incoming.
using element_rule = term_place (*)(term_place, term_place, term_place);

/// What is asked of an expression: the adjoint of one of its tensors, or its tangent.
struct derivative_request
{
    block_kernels const* kernels;
    element_rule element;            // of a reduction; null: the incoming one as it is
    bool reduced;                    // the statement's result is not the expression's value
    std::uint32_t target;            // the tensor whose adjoint is wanted; `tangent`
    std::vector<std::uint32_t> same; // of each leaf: the first that is the same tensor
    std::vector<bool> moving;        // of each leaf: it has a tangent

    static constexpr auto tangent = ~std::uint32_t{0};

    bool operator==(derivative_request const&) const = default;
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The expression of a statement as terms of g. Leaf i is tensor `same[i]`.
inline term_place
expression_in(term_graph& g, block_kernels const& kernels, std::span<std::uint32_t const> same)
{
    using kind = graph_term::kind;
    if (kernels.program != nullptr) {
        auto const& known = *static_cast<interpreted_graph const*>(kernels.program);
        auto const& formula = known.formula();
        std::vector<term_place> moved(formula.size());
        for (term_place p = 0; p < formula.size(); ++p) {
            auto const& term = formula[p];
            if (term.what == kind::operation) {
                std::vector<term_place> x;
                for (auto const operand : formula.operands(p)) {
                    x.push_back(moved[operand]);
                }
                moved[p] = g.apply(*term.rule, x);
            } else {
                moved[p] = term.what == kind::leaf ? g.leaf(same[term.index])
                    : term.what == kind::number    ? g.number(term.index)
                                                   : g.constant(term.value);
            }
        }
        return moved[known.root()];
    }
    std::vector<term_place> stack;
    std::uint32_t leaf = 0;
    std::uint32_t number = 0;
    for (auto const& term : kernels.terms) {
        if (term.what == expression_term::kind::tensor) {
            stack.push_back(g.leaf(same[leaf++]));
        } else if (term.what == expression_term::kind::scalar) {
            stack.push_back(g.number(number++));
        } else {
            auto const first = stack.size() - term.arity;
            auto const value =
                g.apply(*term.rule, std::span<term_place const>(stack).subspan(first));
            stack.resize(first);
            stack.push_back(value);
        }
    }
    return stack.back();
}

inline derived_formula derive(derivative_request const& what, graph_arithmetic const& rules)
{
    auto const& kernels = *what.kernels;
    auto const leaves = static_cast<std::uint32_t>(kernels.leaves.size());
    term_graph g(rules);
    term_graph::scope const current(g);
    auto const root = expression_in(g, kernels, what.same);
    auto const result = g.leaf(leaves);
    auto const value = kernels.result_needed && !what.reduced ? result : root;
    bool const backwards = what.target != derivative_request::tangent;
    auto derivative = no_term;
    if (backwards) {
        auto seed = g.leaf(leaves + 1);
        if (what.element != nullptr) {
            seed = what.element(root, result, seed);
        }
        derivative = leaf_adjoints_of(g, root, value, seed, leaves + 2)[what.target];
    } else {
        std::vector<term_place> tangents(leaves + 1, no_term);
        for (std::uint32_t i = 0; i < leaves; ++i) {
            if (what.moving[i]) {
                tangents[what.same[i]] = g.leaf(leaves + 1 + what.same[i]);
            }
        }
        derivative = tangent_of(g, root, value, tangents);
        if (what.element != nullptr && derivative != no_term) {
            derivative = what.element(root, result, derivative);
        }
    }
    derived_formula formula;
    if (derivative == no_term) {
        return formula;
    }
    auto pruned = g.pruned({&derivative, 1}, formula.reads);
    if (pruned.size() == 1 && formula.reads.size() == 1 && formula.reads[0] > leaves) {
        formula.same_as_incoming = true;
        return formula;
    }
    std::vector<bool> carries;
    for (auto const source : formula.reads) {
        bool some = source >= leaves;
        for (std::uint32_t k = 0; k < leaves; ++k) {
            some = some || (what.same[k] == source && kernels.leaves[k].carries_gradient);
        }
        carries.push_back(some);
    }
    formula.code = std::make_unique<interpreted_graph>(
        std::move(pruned), derivative, carries, kernels.scalars, backwards ? "adjoint" : "tangent");
    return formula;
}

struct known_derivative
{
    derivative_request what;
    derived_formula formula;
};

/// A derivative that has been asked for before is known.
inline derived_formula const&
derivative_of(derivative_request const& what, graph_arithmetic const& rules)
{
    static constinit std::atomic_flag asked;
    static std::map<block_kernels const*, std::list<known_derivative>> known;
    flag_lock const only(asked);
    auto& of_these_kernels = known[what.kernels];
    for (auto const& k : of_these_kernels) {
        if (k.what == what) {
            return k.formula;
        }
    }
    of_these_kernels.push_back({what, derive(what, rules)});
    return of_these_kernels.back().formula;
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
