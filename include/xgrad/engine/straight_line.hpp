#pragma once

#include <xgrad/base/arena.hpp>
#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/engine/fold.hpp>
#include <xgrad/engine/scale.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <variant>
#include <vector>

// A program without branches over arrays of at most one block, together with its way back. Every
// value and every adjoint has a fixed place, and every kernel its arguments, before it runs for
// the first time: to run it is to walk along a list of instructions. (In the literature on
// differentiation: an evaluation procedure, or straight-line program. A. Griewank and A. Walther,
// Evaluating Derivatives, chapter 2.)

namespace xgrad {
/// Values of a statement.
struct values_call
{
    void (*kernel)(value_block const&);
    value_block block;
};

/// Adjoints of a statement's operands.
struct adjoints_call
{
    void (*kernel)(adjoint_block const&);
    adjoint_block block;
};

/// Values of a sum's elements, and where the way back follows, their adjoints in the same pass.
struct values_or_both
{
    values_call values;
    adjoints_call both;
};

/// What the instructions below say of arrays. They know where it stands where an array lies, for
/// that can change.
struct array_move
{
    void const* const* from;
    void* const* to;
    std::size_t count;
    std::size_t divisor = 1;
    bool accumulate = false; // add to what is there
};

/// to[i] = from[0] / divisor.
struct spread_call : array_move
{};

/// to[0] = Σ from[i] / divisor.
struct total_call : array_move
{};

/// to[0] = what a reduction makes of all from[i].
struct fold_call : array_move
{
    void (*rule)(void const*, std::size_t, void*);
};

/// to[i] = the adjoint that from[i], an element of a reduction, starts from: its rule is asked of
/// elements, results and adjoints of results, of which there are as many.
struct element_adjoints_call : array_move
{
    void (*rule)(void const*, void const*, void const*, void*, std::size_t);
    void const* const* results;
    void const* const* adjoints;
};

/// to[offset + i] += from[i].
struct add_call : array_move
{
    std::ptrdiff_t offset;
};

/// to[i] = the adjoint from[i] of a sum's element, times the sum's own, factor[0] / divisor.
struct scale_call : array_move
{
    void const* const* factor;
};

using line_instruction = std::variant<
    values_call,
    adjoints_call,
    values_or_both,
    spread_call,
    total_call,
    fold_call,
    element_adjoints_call,
    add_call,
    scale_call>;

/// A number for which the way back is another one.
struct exceptional_value
{
    bool (*is_exceptional)(void const*, std::size_t);
    void const* number;
};

struct straight_line
{
    /// How an array comes in or goes out: it is written down where it lies or, without such slots,
    /// copied into its place or out of it. Without a place it is zero.
    struct port
    {
        void* place;
        std::size_t bytes;
        std::vector<void**> slots{};

        bool is_copied() const noexcept { return slots.empty(); }

        void set(void* elements) const noexcept
        {
            for (auto** const slot : slots) {
                *slot = elements;
            }
        }

        void copy_in(void const* elements) const { std::memcpy(place, elements, bytes); }

        void copy_out(void* elements) const
        {
            if (place == nullptr) {
                std::memset(elements, 0, bytes);
            } else {
                std::memcpy(elements, place, bytes);
            }
        }
    };

    std::vector<port> arguments;
    std::vector<port> gradients; // of the arguments; none where there is no way back
    port result{};
    std::vector<line_instruction> forward;
    std::vector<exceptional_value> exceptions; // asked between the two
    std::vector<line_instruction> backward;
    memory_arena memory; // of all places and slots
};

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// One instruction after the other, over arrays of T that are padded to whole registers.
template <class T>
class instruction_runner
{
public:
    explicit instruction_runner(bool with_adjoints) : with_adjoints_(with_adjoints) {}

    void operator()(values_call const& call) const { call.kernel(call.block); }

    void operator()(adjoints_call const& call) const { call.kernel(call.block); }

    void operator()(values_or_both const& call) const
    {
        with_adjoints_ ? (*this)(call.both) : (*this)(call.values);
    }

    void operator()(spread_call const& m) const
    {
        V const number(share(*elements(*m.from), m.divisor));
        auto* const to = static_cast<T*>(*m.to);
        for (std::size_t i = 0; i < m.count; i += V::size) {
            (m.accumulate ? V::load(to + i) + number : number).store(to + i);
        }
    }

    void operator()(total_call const& m) const
    {
        auto const sum = share(fold(elements(*m.from), m.count, T(0), add{}), m.divisor);
        auto& to = *static_cast<T*>(*m.to);
        to = m.accumulate ? to + sum : sum;
    }

    void operator()(fold_call const& m) const { m.rule(*m.from, m.count, *m.to); }

    void operator()(element_adjoints_call const& m) const
    {
        m.rule(*m.from, *m.results, *m.adjoints, *m.to, m.count);
    }

    void operator()(add_call const& m) const
    {
        // Element by element: behind a part of an array lies the rest of it.
        auto* const to = static_cast<T*>(*m.to) + m.offset;
        auto const* const from = elements(*m.from);
        for (std::size_t i = 0; i < m.count; ++i) {
            to[i] += from[i];
        }
    }

    void operator()(scale_call const& m) const
    {
        auto const factor = share(*elements(*m.factor), m.divisor);
        scale(static_cast<T*>(*m.to), elements(*m.from), m.count, factor, m.accumulate);
    }

private:
    using V = simd::batch<T>;

    static T const* elements(void const* place) noexcept { return static_cast<T const*>(place); }

    static T share(T number, std::size_t divisor) noexcept
    {
        return divisor == 1 ? number : number / static_cast<T>(divisor);
    }

    bool with_adjoints_;
};
} // namespace vectorized

/// Runs it. `values` are the arguments' elements; their gradients go to `gradients`, where that is
/// not empty, and the value to `result`. Every bit is as if the statements ran, and were swept, one
/// after another. Returns whether the gradients are there: for exceptional values they are not.
template <class T>
bool run_straight_line(
    straight_line const& line,
    std::span<void* const> values,
    std::span<void* const> gradients,
    void* result)
{
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const& argument = line.arguments[i];
        argument.is_copied() ? argument.copy_in(values[i]) : argument.set(values[i]);
    }
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        line.gradients[i].set(gradients[i]);
    }
    vectorized::instruction_runner<T> const run(!gradients.empty());
    for (auto const& each : line.forward) {
        std::visit(run, each);
    }
    line.result.copy_out(result);
    if (gradients.empty()) {
        return true;
    }
    for (auto const& e : line.exceptions) {
        if (e.is_exceptional(e.number, 1)) {
            return false;
        }
    }
    for (auto const& each : line.backward) {
        std::visit(run, each);
    }
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        if (line.gradients[i].is_copied()) {
            line.gradients[i].copy_out(gradients[i]);
        }
    }
    return true;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
