#pragma once

#include <xgrad/engine/block_reader.hpp>
#include <xgrad/symbolic/graph.hpp>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
/// A graph as a list of instructions over registers of one sub-block each: how a formula runs that
/// no compiler has seen. Each instruction is a loop of a rule's own over 128 elements, which stay
/// in L1 from one to the next.
class term_program
{
public:
    static constexpr std::size_t length = 128;

    term_program() = default;

    /// The instructions for the values of `roots`.
    term_program(term_graph const& g, std::span<term_place const> roots) : type_(g.type())
    {
        using kind = graph_term::kind;
        auto const last = last_uses(g, roots);
        std::vector<std::uint32_t> slot(g.size(), 0);
        std::vector<std::uint32_t> idle;
        for (std::uint32_t p = 0; p < g.size(); ++p) {
            auto const& term = g[p];
            if (term.what != kind::operation) {
                slot[p] = static_cast<std::uint32_t>(inputs_.size());
                inputs_.push_back(term);
            }
        }
        auto const first = static_cast<std::uint32_t>(inputs_.size());
        for (std::uint32_t p = 0; p < g.size(); ++p) {
            if (g[p].what != kind::operation) {
                continue;
            }
            instruction next{
                .rule = g[p].rule,
                .first_operand = static_cast<std::uint32_t>(operands_.size()),
                .arity = g[p].arity};
            for (auto const x : g.operands(p)) {
                operands_.push_back(slot[x]);
            }
            // An operand that is read here for the last time may give its register to the value.
            for (auto const x : g.operands(p)) {
                if (last[x] == p && slot[x] >= first && !contains(idle, slot[x])) {
                    idle.push_back(slot[x]);
                }
            }
            if (idle.empty()) {
                idle.push_back(first + registers_++);
            }
            next.result = slot[p] = idle.back();
            idle.pop_back();
            instructions_.push_back(next);
            cost_ += g[p].rule->cost;
        }
        for (auto const root : roots) {
            outputs_.push_back(slot[root]);
        }
    }

    float cost() const noexcept { return cost_; }

    /// Computes the roots over `count` elements. `finish(root, values, begin, count)` takes those
    /// of one root, a sub-block at a time.
    template <class Finish>
    void
    run(void const* const* leaves, void const* numbers, std::size_t count, Finish&& finish) const
    {
        auto const slots = inputs_.size() + registers_;
        auto const width = bytes_of(type_);
        scratch_memory memory(slots * (length * width + sizeof(void*)));
        auto* const blocks = memory.as<std::byte>();
        auto** const table = reinterpret_cast<void const**>(blocks + slots * length * width);
        for (std::size_t i = 0; i < slots; ++i) {
            table[i] = blocks + i * length * width;
        }
        if (type_ == element_type::float64) {
            fill_numbers(memory.as<double>(), static_cast<double const*>(numbers));
        } else {
            fill_numbers(memory.as<float>(), static_cast<float const*>(numbers));
        }
        for (std::size_t begin = 0; begin < count; begin += length) {
            auto const part = std::min(length, count - begin);
            for (std::size_t i = 0; i < inputs_.size(); ++i) {
                if (inputs_[i].what == graph_term::kind::leaf) {
                    table[i] =
                        static_cast<std::byte const*>(leaves[inputs_[i].index]) + begin * width;
                }
            }
            for (auto const& step : instructions_) {
                std::array<void const*, primitive_rule::most_operands> x;
                auto const* const operands = operands_.data() + step.first_operand;
                for (std::size_t i = 0; i < step.arity; ++i) {
                    x[i] = table[operands[i]];
                }
                step.rule->values(x.data(), blocks + step.result * length * width, part);
            }
            for (std::size_t root = 0; root < outputs_.size(); ++root) {
                finish(root, table[outputs_[root]], begin, part);
            }
        }
    }

private:
    struct instruction
    {
        primitive_rule const* rule;
        std::uint32_t first_operand;
        std::uint32_t arity;
        std::uint32_t result = 0;
    };

    template <class T>
    void fill_numbers(T* blocks, T const* numbers) const
    {
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            auto const& input = inputs_[i];
            if (input.what != graph_term::kind::leaf) {
                auto const value = input.what == graph_term::kind::number
                    ? numbers[input.index]
                    : static_cast<T>(input.value);
                xgrad::detail::fill_run(value, blocks + i * length, length);
            }
        }
    }

    static bool contains(std::vector<std::uint32_t> const& list, std::uint32_t x)
    {
        return std::find(list.begin(), list.end(), x) != list.end();
    }

    /// The operation that reads each term last; none (`size`) for what is asked for.
    static std::vector<std::uint32_t>
    last_uses(term_graph const& g, std::span<std::uint32_t const> roots)
    {
        std::vector<std::uint32_t> last(g.size(), 0);
        for (std::uint32_t p = 0; p < g.size(); ++p) {
            if (g[p].what == graph_term::kind::operation) {
                for (auto const x : g.operands(p)) {
                    last[x] = p;
                }
            }
        }
        for (auto const root : roots) {
            last[root] = static_cast<std::uint32_t>(g.size());
        }
        return last;
    }

    element_type type_ = element_type::float64;
    std::vector<graph_term> inputs_;
    std::vector<instruction> instructions_;
    std::vector<std::uint32_t> operands_; // slots
    std::vector<std::uint32_t> outputs_;  // slots
    std::uint32_t registers_ = 0;
    float cost_ = 0;
};
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
