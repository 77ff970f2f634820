#pragma once

#include <xgrad/base/arena.hpp>
#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/engine/fold.hpp>
#include <xgrad/engine/matrix_product.hpp>
#include <xgrad/engine/parts_of_sum.hpp>
#include <xgrad/engine/scale.hpp>
#include <xgrad/engine/scatter.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <variant>
#include <vector>

// A program without branches over arrays of at most `few_blocks`, together with its way back. Every
// value and every adjoint has a fixed place, and every kernel its arguments, before it runs for
// the first time: to run it is to walk along a list of instructions. (In the literature on
// differentiation: an evaluation procedure, or straight-line program. A. Griewank and A. Walther,
// Evaluating Derivatives, chapter 2.)

namespace xgrad {
/// A number that stands by itself, among what a line runs over: kernels read and write whole
/// registers.
template <class T>
struct alignas(block_alignment) one_number
{
    T value;
};

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

/// to = the sums of `count` elements that belong to one place.
struct sums_call : array_move
{
    summed_places const* places;
    void* sums; // of all parts
};

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

/// Elements to their places in another array: stored there, or added to what is there.
struct move_call
{
    void const* const* from;
    void* const* to;
    std::span<paired_rows const> rows;
    bool accumulate = false;
};

/// A product of matrices, stored or (with room for it) added to what is there.
struct product_call
{
    struct side
    {
        void const* const* place;
        std::size_t rows;
        std::size_t columns;
        bool transposed; // it lies there as columns × rows
    };

    side left;
    side right;
    void* const* to;
    void* room = nullptr;
};

/// to[i] = the adjoint from[i] of a sum's element, times the sum's own, factor[0] / divisor.
struct scale_call : array_move
{
    void const* const* factor;
};

// Bits only, so that a list of them takes a compiler little.
using line_instruction = std::variant<
    values_call,
    adjoints_call,
    values_or_both,
    spread_call,
    total_call,
    sums_call,
    fold_call,
    element_adjoints_call,
    move_call,
    product_call,
    scale_call>;

/// A number for which the way back is another one.
struct exceptional_value
{
    bool (*is_exceptional)(void const*, std::size_t);
    void const* number;
};

struct straight_line
{
    /// Where it is written down where an array from outside lies.
    struct slot
    {
        void** place;
        std::uint32_t from;
    };

    /// An array that is copied between its place and outside. Without a place it is zero.
    struct copied_array
    {
        void* place;
        std::size_t bytes;
        std::uint32_t outside;
    };

    // What comes from outside is: the arguments, their gradients, the result.
    std::vector<slot> slots; // of arguments, and of the result
    std::vector<slot> gradient_slots;
    std::vector<copied_array> copied_arguments;
    std::vector<copied_array> copied_gradients;
    copied_array result{}; // copied where it has a place
    std::vector<line_instruction> forward;
    std::vector<exceptional_value> exceptions; // asked between the two
    std::vector<line_instruction> backward;    // none where the result is no number
    std::vector<std::unique_ptr<summed_places const>> summed;
    memory_arena memory; // of all places and slots
};

static_assert(std::is_trivially_copyable_v<line_instruction>);

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// One instruction after the other, over arrays of T that are padded to whole registers.
template <class T>
class instruction_runner
{
public:
    explicit instruction_runner(bool with_adjoints) : with_adjoints_(with_adjoints) {}

    void all(std::vector<line_instruction> const& instructions) const
    {
        for (auto const& each : instructions) {
            // Most are of the first two kinds, and the others worth a jump.
            if (auto const* const call = std::get_if<values_call>(&each)) {
                (*this)(*call);
            } else if (auto const* const back = std::get_if<adjoints_call>(&each)) {
                (*this)(*back);
            } else {
                std::visit(*this, each);
            }
        }
    }

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
            (m.accumulate ? sum_of_rounded(V::load(to + i), number) : number).store(to + i);
        }
    }

    void operator()(total_call const& m) const
    {
        auto const sum = share(fold(elements(*m.from), m.count, T(0), add{}), m.divisor);
        auto& to = *static_cast<T*>(*m.to);
        to = m.accumulate ? to + sum : sum;
    }

    XGRAD_NOINLINE void operator()(sums_call const& m) const
    {
        auto const* const sums =
            sums_of_places(*m.places, static_cast<T*>(m.sums), m.count, elements(*m.from));
        store_sums(sums, m.places->count, static_cast<T*>(*m.to), m.accumulate);
    }

    void operator()(fold_call const& m) const { m.rule(*m.from, m.count, *m.to); }

    void operator()(element_adjoints_call const& m) const
    {
        m.rule(*m.from, *m.results, *m.adjoints, *m.to, m.count);
    }

    // Calls of their own, so that the visit of the short ones needs few registers: (f) of the
    // benchmarks takes 84 ns instead of 91.
    XGRAD_NOINLINE void operator()(move_call const& m) const
    {
        auto const move = m.accumulate ? detail::add_rows<T> : detail::store_rows<sizeof(T)>;
        for (auto const& rows : m.rows) {
            move(rows, *m.from, *m.to);
        }
    }

    XGRAD_NOINLINE void operator()(product_call const& m) const
    {
        auto* const to = static_cast<T*>(*m.to);
        auto* const product = m.room != nullptr ? static_cast<T*>(m.room) : to;
        matrix_product<T>(matrix(m.left), matrix(m.right), product);
        if (m.room != nullptr) {
            join_each(to, product, m.left.rows * m.right.columns, add{});
        }
    }

    void operator()(scale_call const& m) const
    {
        auto const factor = share(*elements(*m.factor), m.divisor);
        scale(static_cast<T*>(*m.to), elements(*m.from), m.count, factor, m.accumulate);
    }

private:
    using V = simd::batch<T>;

    static matrix_view<T> matrix(product_call::side const& m) noexcept
    {
        auto const* const from = elements(*m.place);
        auto const rows = static_cast<std::ptrdiff_t>(m.rows);
        auto const columns = static_cast<std::ptrdiff_t>(m.columns);
        return m.transposed ? matrix_view<T>{from, m.rows, m.columns, 1, rows}
                            : matrix_view<T>{from, m.rows, m.columns, columns, 1};
    }

    static T const* elements(void const* place) noexcept { return static_cast<T const*>(place); }

    static T share(T number, std::size_t divisor) noexcept
    {
        return divisor == 1 ? number : number / static_cast<T>(divisor);
    }

    bool with_adjoints_;
};
} // namespace vectorized

/// Runs it; with `backward` the gradients go to their places, too. Every bit is as if the
/// statements ran, and were swept, one after another. Returns whether the gradients are there, if
/// they are wanted: for exceptional values they are not.
template <class T>
XGRAD_ALWAYS_INLINE bool
run_straight_line(straight_line const& line, std::span<void* const> outside, bool backward)
{
    for (auto const& slot : line.slots) {
        *slot.place = outside[slot.from];
    }
    for (auto const& argument : line.copied_arguments) {
        std::memcpy(argument.place, outside[argument.outside], argument.bytes);
    }
    vectorized::instruction_runner<T> const run(backward);
    run.all(line.forward);
    if (auto const& result = line.result; result.bytes == sizeof(T)) {
        std::memcpy(outside[result.outside], result.place, sizeof(T)); // not worth a call
    } else if (result.place != nullptr) {
        std::memcpy(outside[result.outside], result.place, result.bytes);
    }
    if (!backward) {
        return true;
    }
    for (auto const& e : line.exceptions) {
        if (e.is_exceptional(e.number, 1)) {
            return false;
        }
    }
    for (auto const& slot : line.gradient_slots) {
        *slot.place = outside[slot.from];
    }
    run.all(line.backward);
    for (auto const& gradient : line.copied_gradients) {
        auto* const to = outside[gradient.outside];
        gradient.place == nullptr ? std::memset(to, 0, gradient.bytes)
                                  : std::memcpy(to, gradient.place, gradient.bytes);
    }
    return true;
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
