#pragma once

#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/symbolic/graph.hpp>

// The chain rule over a graph, in both directions. The graph must be the current one: derivatives
// are further terms of it.

namespace xgrad {
/// The adjoints of an operation's operands: `reverse` of its rule over its own terms.
struct operand_adjoints
{
    std::array<term_place, primitive_rule::most_operands> place{};
    std::array<adjoint_term, primitive_rule::most_operands> adjoint{};

    operand_adjoints(
        term_graph const& g, term_place p, term_place value, adjoint_term const& incoming)
    {
        std::ranges::copy(g.operands(p), place.begin());
        g[p].rule->reverse(place.data(), value, incoming, adjoint.data());
    }
};

/// The reverse sweep over a graph: the adjoint of `root` goes down to the leaves. `value` stands
/// for the value of the root (the root itself, or a tensor that holds it).
inline std::vector<term_place> leaf_adjoints_of(
    term_graph& g, term_place root, term_place value, term_place seed, std::size_t leaves)
{
    using kind = graph_term::kind;
    std::vector<adjoint_term> adjoint(root + 1);
    adjoint[root].value = seed;
    std::vector<term_place> result(leaves, no_term);
    for (auto p = root + 1; p-- > 0;) {
        if (adjoint[p].value == no_term) {
            continue;
        }
        if (g[p].what == kind::leaf) {
            result[g[p].index] = adjoint[p].value;
        }
        if (g[p].what != kind::operation || g[p].rule->reverse == nullptr) {
            continue;
        }
        auto const arity = g[p].arity;
        operand_adjoints const operands(g, p, p == root ? value : p, adjoint[p]);
        for (std::size_t i = 0; i < arity; ++i) {
            auto const& more = operands.adjoint[i];
            auto& sum = adjoint[operands.place[i]];
            if (more.value == no_term) {
                continue;
            }
            if (sum.value == no_term) {
                sum = more;
                continue;
            }
            bool const masked = sum.chosen != no_term && more.chosen != no_term;
            sum = {
                g.add(sum.value, more.value), masked ? g.either(sum.chosen, more.chosen) : no_term};
        }
    }
    return result;
}

/// The forward sweep: the tangent of `root` where the leaves have these tangents (or none).
inline term_place tangent_of(
    term_graph& g, term_place root, term_place value, std::span<term_place const> leaf_tangents)
{
    using kind = graph_term::kind;
    std::vector<term_place> tangent(root + 1, no_term);
    for (term_place p = 0; p <= root; ++p) {
        if (g[p].what == kind::leaf) {
            tangent[p] = leaf_tangents[g[p].index];
        }
        if (g[p].what != kind::operation || g[p].rule->reverse == nullptr) {
            continue;
        }
        auto const arity = g[p].arity;
        for (std::size_t i = 0; i < arity; ++i) {
            auto const moving = tangent[g.operands(p)[i]];
            if (moving == no_term) {
                continue;
            }
            // A partial meets a tangent as it meets an adjoint.
            operand_adjoints const operands(g, p, p == root ? value : p, {moving});
            auto const more = operands.adjoint[i].value;
            if (more != no_term) {
                tangent[p] = tangent[p] == no_term ? more : g.add(tangent[p], more);
            }
        }
    }
    return tangent[root];
}
} // namespace xgrad
