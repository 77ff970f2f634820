#pragma once

#include <xgrad/symbolic/interpreted.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

// The derivative of a recorded expression as an expression of its own: what a tape records when it
// watches another tape's sweep.

namespace xgrad {
/// A derivative as a formula over what its statement has: leaf i of the kernels stands for tensor
/// `reads[i]` of the statement, its operands first, then its result, then the adjoints or tangents
/// that come in. No kernels: it is zero, or (`same_as_incoming`) what comes in.
struct derived_formula
{
    std::unique_ptr<interpreted> code;
    std::vector<std::uint32_t> reads;
    bool same_as_incoming = false;
};

/// How a reduction's result and its adjoint (or the elements' tangent) make an element's adjoint
/// (tangent): element, result, incoming. Null: the incoming one as it is.
template <class T>
using element_rule = symbol<T> (*)(symbol<T> const&, symbol<T> const&, symbol<T> const&);

/// What is asked of an expression: the adjoint of one of its tensors, or its tangent.
struct derivative_request
{
    block_kernels const* kernels;
    void const* element;             // an element_rule, of a reduction
    bool reduced;                    // the statement's result is not the expression's value
    std::uint32_t target;            // the tensor whose adjoint is wanted; `tangent`
    std::vector<std::uint32_t> same; // of each leaf: the first that is the same tensor
    std::vector<bool> moving;        // of each leaf: it has a tangent

    static constexpr auto tangent = ~std::uint32_t{0};

    bool operator<(derivative_request const& o) const
    {
        return std::tie(kernels, element, reduced, target, same, moving) <
            std::tie(o.kernels, o.element, o.reduced, o.target, o.same, o.moving);
    }
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The expression of a statement as terms of g. Leaf i is tensor `same[i]`.
template <class T>
typename graph<T>::place
expression_in(graph<T>& g, block_kernels const& kernels, std::span<std::uint32_t const> same)
{
    using place = typename graph<T>::place;
    if (kernels.program != nullptr) {
        auto const& known = static_cast<interpreted_graph<T> const&>(
            *static_cast<interpreted const*>(kernels.program));
        auto const& formula = known.formula();
        std::vector<place> moved(formula.size());
        for (place p = 0; p < formula.size(); ++p) {
            using kind = typename graph_term<T>::kind;
            auto const& term = formula[p];
            if (term.what == kind::operation) {
                std::vector<place> x;
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
    std::vector<place> stack;
    std::uint32_t leaf = 0;
    std::uint32_t number = 0;
    for (auto const& term : kernels.terms) {
        if (term.what == expression_term::kind::tensor) {
            stack.push_back(g.leaf(same[leaf++]));
        } else if (term.what == expression_term::kind::scalar) {
            stack.push_back(g.number(number++));
        } else {
            auto const first = stack.size() - term.arity;
            auto const value = g.apply(
                *static_cast<primitive<T> const*>(term.rule),
                std::span<place const>(stack).subspan(first));
            stack.resize(first);
            stack.push_back(value);
        }
    }
    return stack.back();
}

template <class T>
derived_formula derive(derivative_request const& what)
{
    using V = symbol<T>;
    auto const& kernels = *what.kernels;
    auto const leaves = static_cast<std::uint32_t>(kernels.leaves.size());
    auto const element = reinterpret_cast<element_rule<T>>(const_cast<void*>(what.element));
    graph<T> g;
    typename graph<T>::scope const current(g);
    auto const root = expression_in<T>(g, kernels, what.same);
    auto const result = V::at(g.leaf(leaves));
    auto const value = kernels.result_needed && !what.reduced ? result : V::at(root);
    V derivative;
    if (what.target == derivative_request::tangent) {
        std::vector<V> tangents(leaves + 1);
        for (std::uint32_t i = 0; i < leaves; ++i) {
            if (what.moving[i]) {
                tangents[what.same[i]] = V::at(g.leaf(leaves + 1 + what.same[i]));
            }
        }
        derivative = tangent_of<T>(g, root, value, tangents);
        if (element != nullptr && derivative.exists()) {
            derivative = element(V::at(root), result, derivative);
        }
    } else {
        auto seed = V::at(g.leaf(leaves + 1));
        if (element != nullptr) {
            seed = element(V::at(root), result, seed);
        }
        derivative = leaf_adjoints_of<T>(g, root, value, seed, leaves + 2)[what.target];
    }
    derived_formula formula;
    if (!derivative.exists()) {
        return formula;
    }
    auto place = derivative.place();
    auto pruned = g.pruned({&place, 1}, formula.reads);
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
    bool const backwards = what.target != derivative_request::tangent;
    formula.code = std::make_unique<interpreted_graph<T>>(
        std::move(pruned), place, carries, kernels.scalars, backwards ? "adjoint" : "tangent");
    return formula;
}

/// A derivative that has been asked for before is known.
template <class T>
derived_formula const& derivative_of(derivative_request const& what)
{
    static constinit std::atomic_flag asked;
    static std::map<derivative_request, derived_formula> known;
    scoped_lock const only(asked);
    auto const place = known.find(what);
    return place != known.end() ? place->second
                                : known.emplace(what, derive<T>(what)).first->second;
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
