#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/aligned.hpp>
#include <xgrad/engine/spread.hpp>
#include <xgrad/expr/kernels.hpp>
#include <xgrad/expr/numerics.hpp>
#include <xgrad/expr/result_shape.hpp>
#include <xgrad/tape/record.hpp>
#include <xgrad/tape/replay_watch.hpp>

#include <source_location>
#include <span>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The shape of an expression over these operands. Throws shape_error.
inline shape_type statement_shape(
    block_kernels const& kernels,
    std::span<tensor_body* const> operands,
    std::source_location const& where)
{
    short_list<shape_type const*> list(operands.size());
    auto const shapes = list.get();
    for (std::size_t i = 0; i < operands.size(); ++i) {
        shapes[i] = &operands[i]->shape;
    }
    return result_shape(kernels.terms, shapes, where);
}

/// The shape of an expression over these operands, and the plan that reads them.
class statement_plan
{
public:
    statement_plan(statement_plan const&) = delete;
    statement_plan& operator=(statement_plan const&) = delete;

    statement_plan(
        block_kernels const& kernels,
        std::span<tensor_body* const> operands,
        std::source_location const& where)
        : statement_plan(kernels, operands, statement_shape(kernels, operands, where))
    {}

    /// Of operands whose shape together is known.
    statement_plan(
        block_kernels const& kernels,
        std::span<tensor_body* const> operands,
        shape_type const& shape)
        : shape_(shape), spread_(operands, shape, kernels.compute), accesses_(operands.size())
    {
        plan_.size = element_count(shape_);
        plan_.operands = accesses_.get();
        for (std::size_t i = 0; i < operands.size(); ++i) {
            spread_ ? plan_.read_block(i, spread_.pointers()[i], kernels.compute)
                    : plan_.read(i, *operands[i], shape_, kernels.compute);
        }
        plan_.coalesce(shape_);
    }

    shape_type const& shape() const noexcept { return shape_; }

    loop_plan const& reading() const noexcept { return plan_; }

    /// The operands were spread.
    bool is_spread() const noexcept { return static_cast<bool>(spread_); }

private:
    shape_type shape_;
    spread_operands spread_;
    short_list<operand_access> accesses_;
    loop_plan plan_;
};

/// Where operands are not aligned; says how they lie.
template <class T>
XGRAD_NOINLINE operand_alignment evaluate_broadcast(
    block_kernels const& kernels,
    std::span<tensor_body* const> operands,
    T const* scalars,
    element_type result,
    std::source_location const& where,
    body_pointer& out)
{
    auto const shape = statement_shape(kernels, operands, where);
    out = make_body(result, shape, element_count(shape));
    if (result == kernels.compute) {
        if (spread_operands spread(operands, shape, result); spread) {
            kernels.values(
                {.operands = spread.pointers(),
                 .scalars = scalars,
                 .values = out->data,
                 .count = out->size,
                 .program = kernels.program});
            return operand_alignment::spread;
        }
    }
    statement_plan const p(kernels, operands, shape);
    compute_values<T>(kernels, p.reading(), scalars, *out);
    return operand_alignment::any;
}

template <class T>
body_pointer evaluate(
    block_kernels const& kernels,
    std::span<tensor_body* const> operands,
    T const* scalars,
    element_type result,
    std::source_location const& where)
{
    body_pointer out;
    auto aligned = operand_alignment::same;
    few_alike<T> few(operands);
    if (few.any() != nullptr && result == type_of<T>) {
        out = make_body_like(*few.any());
        few.compute(kernels, scalars, *out);
    } else if (
        auto const* const whole =
            result == type_of<T> ? aligned_operand(operands, type_of<T>) : nullptr) {
        out = make_body_like(*whole);
        compute_aligned<T>(kernels, operands, scalars, *out);
    } else {
        aligned = evaluate_broadcast(kernels, operands, scalars, result, where, out);
    }
    xgrad::detail::check_result(*out, kernels, where);
    if constexpr (std::floating_point<T>) {
        record_expression(
            {.kernels = &kernels,
             .operands = operands,
             .scalars = scalars,
             .aligned = aligned,
             .where = where},
            *out);
    }
    xgrad::detail::note_result(*out);
    return out;
}
} // namespace vectorized

#if defined(XGRAD_COMPILED)
namespace vectorized {
XGRAD_EXTERN template body_pointer evaluate(
    block_kernels const&,
    std::span<tensor_body* const>,
    double const*,
    element_type,
    std::source_location const&);
XGRAD_EXTERN template body_pointer evaluate(
    block_kernels const&,
    std::span<tensor_body* const>,
    float const*,
    element_type,
    std::source_location const&);
} // namespace vectorized
#endif

/// Computes an expression and records it: the one way in which a statement happens.
template <class E>
body_pointer evaluate(E const& e, element_type result, std::source_location const& where)
{
    expression_parts<E> const p(e);
    return vectorized::evaluate<compute_type<E>>(
        kernels_of<E>, p.operands, p.scalars.data(), result, where);
}
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
