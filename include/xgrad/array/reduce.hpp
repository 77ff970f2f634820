#pragma once

#include <xgrad/array/axes.hpp>
#include <xgrad/array/unit_adjoints.hpp>
#include <xgrad/engine/aligned_reduction.hpp>
#include <xgrad/engine/logsumexp.hpp>
#include <xgrad/tape/replay_watch.hpp>
#include <xgrad/tensor/evaluate.hpp>

#include <bit>
#include <cmath>

// How a reduction runs and is recorded, whatever it reduces by.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// What a reduction was asked for, apart from its expression.
struct reduction_call
{
    reduction_kind const& kind;
    axes_argument const& axes;
    reduction_options const& options;
    bool needs_elements;
    std::source_location const& where;

    void check_elements(shape_type const& shape, std::size_t results) const
    {
        if (needs_elements && results > 0 && element_count(shape) == 0) {
            throw value_error(
                std::string(kind.name) + ": shape " + to_string(shape) +
                " has no elements to reduce" + at(where));
        }
    }
};

/// An expression that is reduced, or a tensor as it is.
template <class T>
struct reduced_expression
{
    block_kernels const& kernels;
    bool is_leaf;
    std::span<tensor_body* const> operands;
    T const* scalars;

    /// What has to be computed before it is reduced; null where nothing has.
    block_kernels const* computed() const noexcept { return is_leaf ? nullptr : &kernels; }
};

template <class T>
reduced_expression<T> expression_again(reduction_repeat const& what)
{
    return {
        *what.kernels,
        what.kernels->is_tensor(),
        what.operands,
        static_cast<T const*>(what.scalars)};
}

template <class T>
void divide_by_count(T* results, std::size_t size, std::size_t count)
{
    using V = simd::batch<T>;
    V const divisor(static_cast<T>(count));
    // The inverse of a power of two is exact, and so the bits are those of a division.
    V const factor(T(1) / static_cast<T>(count));
    bool const multiplies = std::has_single_bit(count);
    for (std::size_t i = 0; i < size; i += V::size) {
        auto const result = V::load(results + i);
        (multiplies ? result * factor : result / divisor).store(results + i);
    }
}

template <class T>
void finish_reduction(
    reduced_expression<T> const& e,
    reduction_call const& call,
    std::uint64_t axes,
    std::size_t elements,
    operand_alignment aligned,
    std::span<tensor_body* const> unit_adjoints,
    tensor_body& out,
    body_pointer companion = {})
{
    if constexpr (differentiable_element<T>) {
        if (call.kind.divides_by_count && !call.kind.is_divided && out.size > 0) {
            divide_by_count(out.template elements<T>(), out.size, elements / out.size);
        }
    }
    xgrad::detail::check_result(out, call.kind.name, call.where);
    if constexpr (differentiable_element<T>) {
        record_expression(
            {.kernels = &e.kernels,
             .operands = e.operands,
             .scalars = e.scalars,
             .aligned = aligned,
             .reduced = &call.kind,
             .axes = axes,
             .unit_adjoints = unit_adjoints,
             .companion = std::move(companion),
             .where = call.where},
            out);
    }
    xgrad::detail::note_result(out);
}

/// An accumulator that leaves, beside the results, those of `reduction::companion`.
template <class T, class Accumulator>
struct with_companion : Accumulator
{
    T* results;
    T* companions; // null where nobody wants them

    void few_rows(T const* x, std::size_t width, std::size_t rows, T* out) const
    {
        Accumulator::few_rows(x, width, rows, companions, out);
    }

    void finish(std::array<T*, Accumulator::states> state, T* out, std::size_t count) const
    {
        Accumulator::finish(state, out, count);
        if (companions != nullptr) {
            Accumulator::companion(state, companions + (out - results), count);
        }
    }
};

/// The accumulator for the results in `out`, and for their companions where some tape records.
template <class T, class Accumulator>
auto with_companions(Accumulator const& accumulator, tensor_body& out, body_pointer& companions)
{
    if constexpr (requires { &Accumulator::companion; }) {
        if (is_recording()) {
            companions = make_body(type_of<T>, out.shape);
        }
        return with_companion<T, Accumulator>{
            accumulator,
            out.template elements<T>(),
            companions ? companions->template elements<T>() : nullptr};
    } else {
        return accumulator;
    }
}

/// The logarithm of the sum of exponentials of a tensor itself, while its gradient is wanted: the
/// exponentials are computed once. Null where the result is not finite.
template <class T>
body_pointer logsumexp_with_gradient(
    reduced_expression<T> const& e, std::uint64_t axes, reduction_call const& call)
{
    auto const& x = *e.operands[0];
    auto const softmax = make_body_like(x);
    auto const result = logsumexp_and_softmax<T>(
        x.template elements<T const>(), x.size, softmax->template elements<T>());
    if (!std::isfinite(result)) {
        return {};
    }
    auto out = make_body(type_of<T>, shape_type(call.options.keep_dims ? x.shape.size() : 0, 1), 1);
    *out->template elements<T>() = result;
    auto* const unit_adjoint = softmax.get();
    finish_reduction(e, call, axes, x.size, operand_alignment::any, {&unit_adjoint, 1}, *out);
    return out;
}

/// What a reduction over all axes runs over.
struct reduced_space
{
    shape_type const& shape;
    std::size_t size;
    operand_alignment aligned; // `same` or `spread`
    void const* const* few;    // the elements of each operand, where they are a block at most
};

/// A reduction of aligned or spread operands over all axes.
template <class T, class Accumulator>
body_pointer reduce_all(
    reduced_expression<T> const& e,
    reduced_space const& space,
    Accumulator const& accumulator,
    std::uint64_t axes,
    reduction_call const& call)
{
    auto const& shape = space.shape;
    auto const elements = space.size;
    call.check_elements(shape, 1);
    auto out = call.options.keep_dims ? make_body(type_of<T>, shape_type(shape.size(), 1), 1)
                                      : make_body(type_of<T>, shape_type(), 1);
    unit_adjoints unit(e.kernels, e.operands);
    if constexpr (std::same_as<Accumulator, logsumexp_accumulator<T>>) {
        if (e.is_leaf && unit.are_wanted()) {
            if (auto result = logsumexp_with_gradient(e, axes, call)) {
                return result;
            }
        }
    }
    bool const is_spread = space.aligned == operand_alignment::spread;
    bool const linear = !is_spread && unit.pay();
    if (linear) {
        unit.allocate();
    }
    auto const targets =
        linear ? unit_adjoint_targets{unit.targets(), unit.repeats()} : unit_adjoint_targets();
    auto* const result = out->template elements<T>();
    body_pointer companions;
    auto const all = with_companions<T>(accumulator, *out, companions);
    aligned_reduction<T, std::remove_cvref_t<decltype(all)>>{
        e.computed(), e.operands, e.scalars, all, targets, elements, space.few}
        .run(result);
    // Where every element starts from the same adjoint, the statement can go with its neighbours.
    bool const uniform = !is_spread && call.kind.element == nullptr && !e.kernels.result_needed;
    bool const by_itself = elements <= few_blocks<T> && call.kind.goes_by_elements();
    finish_reduction(
        e,
        call,
        axes,
        elements,
        uniform         ? operand_alignment::same
            : by_itself ? operand_alignment::spread
                        : operand_alignment::any,
        unit.bodies(),
        *out,
        std::move(companions));
    return out;
}

/// A reduction over some axes, or of operands that are not aligned.
template <class T, class Accumulator>
body_pointer reduce_axes(
    reduced_expression<T> const& e,
    shape_type shape,
    Accumulator const& accumulator,
    std::uint64_t axes,
    reduction_call const& call)
{
    statement_plan const p(e.kernels, e.operands, shape);
    std::size_t size = 1;
    strides_type strides(shape.size(), 0);
    for (auto axis = shape.size(); axis-- > 0;) {
        if (!((axes >> axis) & 1u)) {
            strides[axis] = static_cast<std::ptrdiff_t>(size);
            size *= shape[axis];
        }
    }
    call.check_elements(shape, size);
    auto out = make_body(
        type_of<T>, xgrad::detail::reduced_shape(shape, axes, call.options.keep_dims), size);
    coalesce(shape, strides);
    body_pointer companions;
    compute_reduction<T>(
        e.computed(),
        p.reading(),
        e.scalars,
        with_companions<T>(accumulator, *out, companions),
        shape,
        strides,
        size,
        out->template elements<T>());
    finish_reduction(
        e,
        call,
        axes,
        p.reading().size,
        p.is_spread() && call.kind.goes_by_elements() ? operand_alignment::spread
                                                      : operand_alignment::any,
        {},
        *out,
        std::move(companions));
    return out;
}

inline bool are_all_axes(std::uint64_t axes, shape_type const& shape) noexcept
{
    return static_cast<std::size_t>(std::popcount(axes)) == shape.size();
}

/// A reduction of operands that are not aligned.
template <class T, class Accumulator>
XGRAD_NOINLINE body_pointer reduce_broadcast(
    reduced_expression<T> const& e, Accumulator const& accumulator, reduction_call const& call)
{
    auto const shape = statement_shape(e.kernels, e.operands, call.where);
    auto const axes = call.axes.of(shape.size(), call.kind.name, call.where);
    if (are_all_axes(axes, shape) && element_count(shape) <= block_length<T>) {
        if (spread_operands spread(e.operands, shape, type_of<T>); spread) {
            reduced_space const space{
                shape, element_count(shape), operand_alignment::spread, spread.pointers()};
            return reduce_all(e, space, accumulator, axes, call);
        }
    }
    return reduce_axes(e, shape, accumulator, axes, call);
}

/// Reduces an expression with an accumulator and records it.
template <class T, class Accumulator>
body_pointer
reduce(reduced_expression<T> const& e, Accumulator const& accumulator, reduction_call const& call)
{
    few_alike<T> few(e.operands);
    auto const* const whole =
        few.any() != nullptr ? few.any() : aligned_operand(e.operands, type_of<T>);
    if (whole == nullptr) {
        return reduce_broadcast(e, accumulator, call);
    }
    auto const axes = call.axes.of(whole->shape.size(), call.kind.name, call.where);
    if (are_all_axes(axes, whole->shape)) {
        auto const* const block = whole->size <= block_length<T> ? few.pointers() : nullptr;
        reduced_space const space{whole->shape, whole->size, operand_alignment::same, block};
        return reduce_all(e, space, accumulator, axes, call);
    }
    return reduce_axes(e, whole->shape, accumulator, axes, call);
}

#if defined(XGRAD_COMPILED)
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<double> const&, fold_accumulator<double, add> const&, reduction_call const&);
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<float> const&, fold_accumulator<float, add> const&, reduction_call const&);
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<double> const&,
    fold_accumulator<double, larger> const&,
    reduction_call const&);
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<float> const&,
    fold_accumulator<float, larger> const&,
    reduction_call const&);
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<double> const&,
    fold_accumulator<double, smaller> const&,
    reduction_call const&);
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<float> const&,
    fold_accumulator<float, smaller> const&,
    reduction_call const&);
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<double> const&, logsumexp_accumulator<double> const&, reduction_call const&);
XGRAD_EXTERN template body_pointer reduce(
    reduced_expression<float> const&, logsumexp_accumulator<float> const&, reduction_call const&);
#endif
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
