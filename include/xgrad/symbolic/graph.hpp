#pragma once

#include <xgrad/base/element_type.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

// A formula as data: what an expression's type says to the compiler, said at run time. Derivatives
// of derivatives are taken here, so that a program contains no code for those it never asks for.

namespace xgrad {
template <class T>
class symbol;

template <class T>
struct adjoint_symbol;

/// A rule as a graph sees it, for statements that are computed in T.
template <class T>
struct primitive
{
    static constexpr std::size_t most_operands = 8;

    std::string_view name;
    float cost; // of one element, in nanoseconds, roughly

    /// The rule over `count` elements; truth values are the numbers 0 and 1.
    void (*values)(T const* const* operands, T* value, std::size_t count);

    /// What the adjoint g of the value contributes to each operand, as further terms of the current
    /// graph. Null where the rule has no derivative.
    void (*reverse)(
        symbol<T> const* operands,
        symbol<T> const& value,
        adjoint_symbol<T> const& g,
        adjoint_symbol<T>* adjoints);
};

/// One term: a tensor, a number of the statement, a constant, or a rule over earlier terms.
template <class T>
struct graph_term
{
    enum class kind : std::uint8_t
    {
        leaf,
        number,
        constant,
        operation
    };

    kind what;
    std::uint8_t arity = 0;
    std::uint32_t index = 0; // of the leaf or number; of an operation's first operand
    T value{};               // of a constant
    primitive<T> const* rule = nullptr;
};

/// A formula: terms in an order in which each comes after its operands, equal terms once.
template <class T>
class graph
{
public:
    using place = std::uint32_t;
    using kind = typename graph_term<T>::kind;

    std::size_t size() const noexcept { return terms_.size(); }

    graph_term<T> const& operator[](place p) const noexcept { return terms_[p]; }

    std::span<place const> operands(place p) const noexcept
    {
        return {operands_.data() + terms_[p].index, terms_[p].arity};
    }

    place leaf(std::uint32_t index) { return find_or_add({.what = kind::leaf, .index = index}); }

    place number(std::uint32_t index)
    {
        return find_or_add({.what = kind::number, .index = index});
    }

    place constant(T value) { return find_or_add({.what = kind::constant, .value = value}); }

    bool is_constant(place p) const noexcept { return terms_[p].what == kind::constant; }

    bool is_constant(place p, T value) const noexcept
    {
        return is_constant(p) && terms_[p].value == value;
    }

    /// The rule over the operands; its value, where all of them are constants.
    place apply(primitive<T> const& rule, std::span<place const> x)
    {
        if (std::all_of(x.begin(), x.end(), [&](place p) { return is_constant(p); })) {
            return constant(value_of_constants(rule, x));
        }
        for (place p = 0; p < terms_.size(); ++p) {
            if (terms_[p].what == kind::operation && terms_[p].rule == &rule &&
                std::ranges::equal(operands(p), x)) {
                return p;
            }
        }
        graph_term<T> term{
            .what = kind::operation,
            .arity = static_cast<std::uint8_t>(x.size()),
            .index = static_cast<std::uint32_t>(operands_.size()),
            .rule = &rule};
        operands_.insert(operands_.end(), x.begin(), x.end());
        terms_.push_back(term);
        return static_cast<place>(terms_.size() - 1);
    }

    /// The terms that `roots` need, and nothing else. Leaves are numbered anew in order of
    /// appearance; `leaves` gives their former numbers. `roots` become places in the result.
    graph pruned(std::span<place> roots, std::vector<std::uint32_t>& leaves) const
    {
        std::vector<bool> needed(terms_.size(), false);
        for (auto const root : roots) {
            needed[root] = true;
        }
        for (auto p = terms_.size(); p-- > 0;) {
            if (needed[p] && terms_[p].what == kind::operation) {
                for (auto const x : operands(static_cast<place>(p))) {
                    needed[x] = true;
                }
            }
        }
        graph result;
        std::vector<place> moved(terms_.size(), 0);
        for (place p = 0; p < terms_.size(); ++p) {
            if (!needed[p]) {
                continue;
            }
            auto term = terms_[p];
            if (term.what == kind::leaf) {
                leaves.push_back(
                    std::exchange(term.index, static_cast<std::uint32_t>(leaves.size())));
            } else if (term.what == kind::operation) {
                auto const x = operands(p);
                term.index = static_cast<std::uint32_t>(result.operands_.size());
                std::transform(
                    x.begin(), x.end(), std::back_inserter(result.operands_), [&](place operand) {
                        return moved[operand];
                    });
            }
            moved[p] = static_cast<place>(result.terms_.size());
            result.terms_.push_back(term);
        }
        for (auto& root : roots) {
            root = moved[root];
        }
        return result;
    }

    /// The graph to which arithmetic with symbols adds its terms, on this thread.
    static graph& current() noexcept { return *current_place(); }

    /// Makes a graph the current one for the time of a scope.
    class scope
    {
    public:
        explicit scope(graph& g) noexcept : before_(std::exchange(current_place(), &g)) {}

        scope(scope const&) = delete;
        scope& operator=(scope const&) = delete;

        ~scope() { current_place() = before_; }

    private:
        graph* before_;
    };

private:
    static graph*& current_place() noexcept
    {
        thread_local graph* current = nullptr;
        return current;
    }

    place find_or_add(graph_term<T> const& term)
    {
        using bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
        for (place p = 0; p < terms_.size(); ++p) {
            auto const& known = terms_[p];
            if (known.what == term.what && known.index == term.index &&
                std::bit_cast<bits>(known.value) == std::bit_cast<bits>(term.value)) {
                return p;
            }
        }
        terms_.push_back(term);
        return static_cast<place>(terms_.size() - 1);
    }

    T value_of_constants(primitive<T> const& rule, std::span<place const> x) const
    {
        constexpr std::size_t lanes = 64 / sizeof(T); // a whole register of any kind
        alignas(64) T blocks[primitive<T>::most_operands + 1][lanes];
        std::array<T const*, primitive<T>::most_operands> operands{};
        for (std::size_t i = 0; i < x.size(); ++i) {
            std::fill_n(blocks[i], lanes, terms_[x[i]].value);
            operands[i] = blocks[i];
        }
        auto* const value = blocks[primitive<T>::most_operands];
        rule.values(operands.data(), value, 1);
        return value[0];
    }

    std::vector<graph_term<T>> terms_;
    std::vector<place> operands_;
};
} // namespace xgrad
