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
/// The place of a term in its graph.
using term_place = std::uint32_t;

inline constexpr term_place no_term = ~term_place{0};

/// An adjoint on its way down a graph: zero where `chosen` exists and does not hold, whatever it is
/// multiplied by.
struct adjoint_term
{
    term_place value = no_term;
    term_place chosen = no_term;
};

/// A rule as a graph sees it, for statements that are computed in one type.
struct primitive_rule
{
    static constexpr std::size_t most_operands = 8;

    std::string_view name;
    float cost; // of one element, in nanoseconds, roughly

    /// The rule over `count` elements; truth values are the numbers 0 and 1.
    void (*values)(void const* const* operands, void* value, std::size_t count);

    /// What the adjoint g of the value contributes to each operand, as further terms of the current
    /// graph. Null where the rule has no derivative.
    void (*reverse)(
        term_place const* operands,
        term_place value,
        adjoint_term const& g,
        adjoint_term* adjoints);
};

/// One term: a tensor, a number of the statement, a constant, or a rule over earlier terms.
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
    double value = 0;        // of a constant
    primitive_rule const* rule = nullptr;
};

/// What the chain rule itself does with terms of one type: a + b, a || b.
struct graph_arithmetic
{
    element_type type;
    primitive_rule const* add;
    primitive_rule const* either;
};

/// A formula: terms in an order in which each comes after its operands, equal terms once.
class term_graph
{
public:
    using place = term_place;
    using kind = graph_term::kind;

    explicit term_graph(graph_arithmetic const& rules) noexcept : rules_(&rules) {}

    /// In which it is computed: double or float.
    element_type type() const noexcept { return rules_->type; }

    place add(place a, place b) { return apply(*rules_->add, std::array{a, b}); }

    place either(place a, place b) { return apply(*rules_->either, std::array{a, b}); }

    std::size_t size() const noexcept { return terms_.size(); }

    graph_term const& operator[](place p) const noexcept { return terms_[p]; }

    std::span<place const> operands(place p) const noexcept
    {
        return {operands_.data() + terms_[p].index, terms_[p].arity};
    }

    place leaf(std::uint32_t index) { return find_or_add({.what = kind::leaf, .index = index}); }

    place number(std::uint32_t index)
    {
        return find_or_add({.what = kind::number, .index = index});
    }

    place constant(double value)
    {
        auto const rounded = type() == element_type::float32
            ? static_cast<double>(static_cast<float>(value))
            : value;
        return find_or_add({.what = kind::constant, .value = rounded});
    }

    bool is_constant(place p) const noexcept { return terms_[p].what == kind::constant; }

    bool is_constant(place p, double value) const noexcept
    {
        return is_constant(p) && terms_[p].value == value;
    }

    /// The rule over the operands; its value, where all of them are constants.
    place apply(primitive_rule const& rule, std::span<place const> x)
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
        graph_term term{
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
    term_graph pruned(std::span<place> roots, std::vector<std::uint32_t>& leaves) const
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
        term_graph result(*rules_);
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
    static term_graph& current() noexcept { return *current_place(); }

    /// Makes a graph the current one for the time of a scope.
    class scope
    {
    public:
        explicit scope(term_graph& g) noexcept : before_(std::exchange(current_place(), &g)) {}

        scope(scope const&) = delete;
        scope& operator=(scope const&) = delete;

        ~scope() { current_place() = before_; }

    private:
        term_graph* before_;
    };

private:
    static term_graph*& current_place() noexcept
    {
        thread_local term_graph* current = nullptr;
        return current;
    }

    place find_or_add(graph_term const& term)
    {
        for (place p = 0; p < terms_.size(); ++p) {
            auto const& known = terms_[p];
            if (known.what == term.what && known.index == term.index &&
                std::bit_cast<std::uint64_t>(known.value) ==
                    std::bit_cast<std::uint64_t>(term.value)) {
                return p;
            }
        }
        terms_.push_back(term);
        return static_cast<place>(terms_.size() - 1);
    }

    double value_of_constants(primitive_rule const& rule, std::span<place const> x) const
    {
        return type() == element_type::float64 ? value_of_constants_in<double>(rule, x)
                                               : value_of_constants_in<float>(rule, x);
    }

    template <class T>
    T value_of_constants_in(primitive_rule const& rule, std::span<place const> x) const
    {
        constexpr std::size_t lanes = 64 / sizeof(T); // a whole register of any kind
        alignas(64) T blocks[primitive_rule::most_operands + 1][lanes];
        std::array<void const*, primitive_rule::most_operands> operands{};
        for (std::size_t i = 0; i < x.size(); ++i) {
            std::fill_n(blocks[i], lanes, static_cast<T>(terms_[x[i]].value));
            operands[i] = blocks[i];
        }
        auto* const value = blocks[primitive_rule::most_operands];
        rule.values(operands.data(), value, 1);
        return value[0];
    }

    graph_arithmetic const* rules_;
    std::vector<graph_term> terms_;
    std::vector<place> operands_;
};
} // namespace xgrad
