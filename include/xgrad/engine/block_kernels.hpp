#pragma once

#include <xgrad/base/element_type.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// The interface between the compiled part of a statement and everything else: two functions over
// one block, and a description of the expression. All pointers are to the statement's compute
// type; every array may be read and written up to a whole register past `count`.

namespace xgrad {
struct primitive_rule;

struct value_block
{
    void const* const* operands; // one per leaf: `count` elements
    void const* scalars;         // the expression's numbers
    void* values;                // out
    std::size_t count;
    void const* program = nullptr; // that of the kernels
};

struct adjoint_block
{
    void const* const* operands; // as above; only leaves whose value is needed are read
    void const* scalars;
    void const* result;     // the values, read where the root's partials need them
    void const* seed;       // the adjoint of the values
    void* const* adjoints;  // out, one per leaf that carries a gradient
    bool const* accumulate; // per leaf: add to what is there
    std::size_t count;
    void* values = nullptr; // out, of values_and_adjoints only
    void const* program = nullptr;
};

/// A term of an expression in postfix order.
struct expression_term
{
    enum class kind : std::uint8_t
    {
        tensor,
        scalar,
        operation
    };

    kind what;
    std::uint8_t arity;
    std::string_view name;
    std::string_view symbol;
    primitive_rule const* rule = nullptr; // of an operation that has a derivative
};

struct leaf_traits
{
    bool carries_gradient;
    bool value_needed; // by the adjoint kernel
};

struct block_kernels
{
    void (*values)(value_block const&);
    void (*adjoints)(adjoint_block const&); // null where no leaf carries a gradient
    element_type compute;
    element_type result;
    bool result_needed; // by the adjoint kernel
    float cost;         // of one element's value, in nanoseconds, roughly
    std::uint32_t scalars;
    std::span<leaf_traits const> leaves;
    std::span<expression_term const> terms;
    // Values, and adjoints for a seed of 1 everywhere, in one pass: for sums. Reads neither seed
    // nor result. Null unless it was asked for (`reduced_kernels_of`).
    void (*values_and_adjoints)(adjoint_block const&) = nullptr;
    // The sum of the values of one whole block, into the first place. The same; and where values
    // are so cheap that to store them would be felt.
    void (*sum)(value_block const&) = nullptr;
    void const* program = nullptr; // what the kernels run where they are interpreted

    /// The expression is one operand, of which nothing is computed.
    bool is_tensor() const noexcept { return terms.size() == 1; }
};
} // namespace xgrad
