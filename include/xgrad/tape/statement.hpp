#pragma once

#include <xgrad/base/selection.hpp>
#include <xgrad/base/tensor_body.hpp>
#include <xgrad/symbolic/derived.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <string_view>
#include <vector>

namespace xgrad {
class statement_pullback;

/// An array operation (a matrix product, a view) as a tape remembers it: its attributes, and the
/// way back.
struct array_operation
{
    array_operation() = default;
    array_operation(array_operation const&) = delete;
    array_operation& operator=(array_operation const&) = delete;
    virtual ~array_operation() = default;

    // From the pool: a training loop records the same operations again and again.
    static void* operator new(std::size_t bytes) { return allocate_block(bytes); }

    static void operator delete(void* memory, std::size_t bytes) noexcept
    {
        free_block(memory, bytes);
    }

    virtual std::string_view name() const noexcept = 0;

    /// Adds what the result's adjoint contributes to each wanted operand.
    virtual void reverse(statement_pullback& sweep) const = 0;

    /// Where the result lies in a row-major array of the one operand's shape, if that is all that
    /// the operation does: it selects a part. Null otherwise.
    virtual detail::selection const* part() const noexcept { return nullptr; }

    /// Lists the elements that it moves, if that is all it does: each goes to one place, those of
    /// an operand all do, and where none goes there is `background()`. Given the shapes of the
    /// first operand and of the result. Lists nothing where it does something else.
    virtual void moves(
        shape_type const& /*operand*/,
        shape_type const& /*result*/,
        std::vector<detail::element_move>& /*list*/) const
    {}

    virtual double background() const noexcept { return 0; }

    /// It is the product of its two operands, matrices or vectors.
    virtual bool multiplies_matrices() const noexcept { return false; }

    /// Its result is its operand, and so is the result's tangent; what it does concerns adjoints.
    virtual bool passes_tangents() const noexcept { return false; }

    /// It is a function of many statements, which `open` computes once more, for the active tapes
    /// to record.
    virtual bool opens() const noexcept { return false; }

    /// What that knows the operands by.
    virtual std::vector<body_pointer> names_of(std::vector<body_pointer> const& /*operands*/) const
    {
        return {};
    }

    virtual body_pointer open(std::vector<body_pointer> const& /*names*/) const { return {}; }

    virtual bool runs_again() const noexcept { return false; }

    /// Runs again, and is recorded again, over other operands of the same shapes.
    virtual body_pointer again(std::span<tensor_body* const>) const { return {}; }
};

struct reduction_kind;

/// A recorded reduction that is to run again, over other values.
struct reduction_repeat
{
    reduction_kind const* kind;
    block_kernels const* kernels;
    std::span<tensor_body* const> operands;
    void const* scalars;
    std::uint64_t axes;
    bool keep_dims;
    std::source_location const* where;
};

/// The derivative of a reduction in which that of an element depends on the other ones. Arrays are
/// of the elements' shape, and results and their adjoints have reduced axes with length 1. Bit i of
/// `axes`: axis i.
struct joint_derivative
{
    bool elements_needed = false;

    /// Whether it is needed for these results; null: always. Else the rule for an element serves.
    bool (*needed)(void const* results, std::size_t count) = nullptr;

    /// Leaves the adjoints with which the elements start, in the place of the elements where these
    /// are needed. All arrays are dense.
    void (*back)(
        std::uint64_t axes,
        tensor_body const* results,
        tensor_body const& incoming,
        tensor_body& adjoints) = nullptr;

    /// The same in statements, for derivatives of derivatives; and from the elements' tangents
    /// those of the results.
    using in_statements = body_pointer (*)(
        body_pointer const& elements,
        body_pointer const& results,
        body_pointer const& incoming,
        std::uint64_t axes,
        std::source_location const& where);
    in_statements recorded_back = nullptr;
    in_statements forth = nullptr;
};

/// A reduction as a tape remembers it: how the adjoint of a result becomes that of an element.
struct reduction_kind
{
    std::string_view name;

    /// The adjoint that each element of a group of `count` starts from, where that is a factor
    /// times the incoming one (mean: 1/count).
    bool divides_by_count = false;

    /// Its accumulator has divided the result by it.
    bool is_divided = false;

    /// The tape has to keep the result for the reverse sweep.
    bool result_needed = false;

    /// The incoming adjoint is shared evenly among the elements equal to the result.
    bool shares_among_ties = false;

    /// See seed_source::element.
    void (*element)(void const*, void const*, void const*, void*, std::size_t) = nullptr;

    /// The same as terms, for derivatives of derivatives.
    element_rule symbols = nullptr;

    /// The one result of at most `few_blocks` of elements; null where it is not had by folding
    /// them, or `joint` is always needed.
    void (*fold)(void const* elements, std::size_t count, void* result) = nullptr;

    /// Another reduction of the same elements, whose result the way back reads instead of this
    /// one's (of a variance: the mean). It is known when the result is.
    reduction_kind const* companion = nullptr;

    /// It keeps the axes: a scan, which gives all results on the way.
    bool keeps_axes = false;

    /// By so many results fewer than elements along its one axis (of differences: one).
    std::size_t fewer = 0;

    /// Null where `element` and `symbols` are all that there is.
    joint_derivative const* joint = nullptr;

    /// For replay; null where it cannot run again.
    body_pointer (*again)(reduction_repeat const&) = nullptr;

    /// An element's adjoint depends on itself, the result and its adjoint alone.
    bool goes_by_elements() const noexcept { return joint == nullptr; }
};

/// What a statement reads: which variable, and its value where the reverse sweep needs it (of a
/// linear statement: its adjoint for a result's adjoint of one).
struct recorded_operand
{
    std::uint32_t variable;
    body_pointer kept;
};

/// The tapes under which a record's statement was computed, where that shows in its last bits: a
/// reduction takes value and adjoints in one pass where one tape alone records it.
enum class tapes_then : std::uint8_t
{
    as_now, // those of whoever computes it again
    one,
    several // or one that keeps operands all the same, as within a memory limit
};

/// How the operands of a statement lie, which says how it can be swept.
enum class operand_alignment : std::uint8_t
{
    any,
    spread, // dense, of the compute type, and broadcast over two blocks of elements at most
    same,   // dense, of the compute type, and all of the shape over which the statement runs
    linear  // as `same`, and reduced by sum or mean to one number; its adjoints are kept
};

/// One line of a tape. Its operands lie in the tape's arena.
struct recorded_statement
{
    recorded_statement() = default;
    recorded_statement(recorded_statement const&) = delete;
    recorded_statement& operator=(recorded_statement const&) = delete;

    ~recorded_statement() { std::destroy_n(first_operand, operand_count); }

    block_kernels const* kernels = nullptr;           // an expression, fused
    reduction_kind const* reduced = nullptr;          // and reduced over `axes`
    std::uint64_t axes = 0;                           // bit i: axis i of the expression's shape
    std::unique_ptr<array_operation const> operation; // or an array operation
    recorded_operand* first_operand = nullptr;
    std::uint32_t result = 0;
    std::uint32_t operand_count = 0;
    body_pointer kept_result;
    operand_alignment aligned = operand_alignment::any;
    bool result_forgotten = false; // see segment
    tapes_then tapes = tapes_then::as_now;
    std::uint8_t few = 0; // elements of an expression over aligned operands that has a few, else 0
    std::source_location where;

    /// Its result can be computed from the values of all its operands.
    bool runs_again() const noexcept
    {
        return kernels == nullptr ? operation->runs_again()
            : reduced != nullptr  ? reduced->again != nullptr
                                  : aligned != operand_alignment::linear;
    }

    /// The adjoint of its result concerns operand i.
    bool carries_gradient(std::size_t i) const noexcept
    {
        return kernels == nullptr || kernels->leaves[i].carries_gradient;
    }

    std::span<recorded_operand const> operands() const noexcept
    {
        return {first_operand, operand_count};
    }

    std::span<recorded_operand> operands() noexcept { return {first_operand, operand_count}; }

    /// The expression's numbers, of its compute type; they lie behind the operands.
    void* scalars() const noexcept { return first_operand + operand_count; }
};

/// A fused expression as it is handed to the tapes.
struct expression_record
{
    block_kernels const* kernels;
    std::span<tensor_body* const> operands;
    void const* scalars;
    operand_alignment aligned = operand_alignment::any; // where a tape keeps the operands
    reduction_kind const* reduced = nullptr;
    std::uint64_t axes = 0;
    std::span<tensor_body* const> unit_adjoints{}; // of the operands: a tape may keep these instead
    body_pointer companion{};                      // the result of reduced->companion
    std::source_location where;
};

} // namespace xgrad
