#pragma once

#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/symbolic/symbol.hpp>

// The chain rule over a graph, in both directions. The graph must be the current one: derivatives
// are further terms of it.

namespace xgrad {
/// The reverse sweep over a graph: the adjoint of `root` goes down to the leaves. `value` stands
/// for the value of the root (the root itself, or a tensor that holds it).
template <class T>
std::vector<symbol<T>> leaf_adjoints_of(
    graph<T>& g,
    typename graph<T>::place root,
    symbol<T> const& value,
    symbol<T> const& seed,
    std::size_t leaves)
{
    using V = symbol<T>;
    using kind = typename graph_term<T>::kind;
    std::vector<adjoint_symbol<T>> adjoint(root + 1);
    adjoint[root].value = seed;
    std::vector<V> result(leaves);
    for (auto p = root + 1; p-- > 0;) {
        if (!adjoint[p].value.exists()) {
            continue;
        }
        if (g[p].what == kind::leaf) {
            result[g[p].index] = adjoint[p].value;
        }
        if (g[p].what != kind::operation || g[p].rule->reverse == nullptr) {
            continue;
        }
        std::array<V, primitive<T>::most_operands> x;
        std::array<adjoint_symbol<T>, primitive<T>::most_operands> contribution;
        std::array<typename graph<T>::place, primitive<T>::most_operands> place{};
        auto const arity = g[p].arity;
        for (std::size_t i = 0; i < arity; ++i) {
            place[i] = g.operands(p)[i];
            x[i] = V::at(place[i]);
        }
        g[p].rule->reverse(x.data(), p == root ? value : V::at(p), adjoint[p], contribution.data());
        for (std::size_t i = 0; i < arity; ++i) {
            auto const& more = contribution[i];
            auto& sum = adjoint[place[i]];
            if (!more.value.exists() || g.is_constant(place[i])) {
                continue;
            }
            if (!sum.value.exists()) {
                sum = more;
                continue;
            }
            bool const masked = sum.chosen.exists() && more.chosen.exists();
            sum = {sum.value + more.value, masked ? sum.chosen || more.chosen : V()};
        }
    }
    return result;
}

/// The forward sweep: the tangent of `root` where the leaves have these tangents (or none).
template <class T>
symbol<T> tangent_of(
    graph<T>& g,
    typename graph<T>::place root,
    symbol<T> const& value,
    std::span<symbol<T> const> leaf_tangents)
{
    using V = symbol<T>;
    using kind = typename graph_term<T>::kind;
    std::vector<V> tangent(root + 1);
    for (typename graph<T>::place p = 0; p <= root; ++p) {
        if (g[p].what == kind::leaf) {
            tangent[p] = leaf_tangents[g[p].index];
        }
        if (g[p].what != kind::operation || g[p].rule->reverse == nullptr) {
            continue;
        }
        std::array<V, primitive<T>::most_operands> x;
        std::array<typename graph<T>::place, primitive<T>::most_operands> place{};
        auto const arity = g[p].arity;
        for (std::size_t i = 0; i < arity; ++i) {
            place[i] = g.operands(p)[i];
            x[i] = V::at(place[i]);
        }
        for (std::size_t i = 0; i < arity; ++i) {
            if (!tangent[place[i]].exists()) {
                continue;
            }
            // A partial meets a tangent as it meets an adjoint.
            std::array<adjoint_symbol<T>, primitive<T>::most_operands> contribution;
            g[p].rule->reverse(
                x.data(), p == root ? value : V::at(p), {tangent[place[i]]}, contribution.data());
            auto const& more = contribution[i].value;
            if (more.exists()) {
                tangent[p] = tangent[p].exists() ? tangent[p] + more : more;
            }
        }
    }
    return tangent[root];
}
} // namespace xgrad
