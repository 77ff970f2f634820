#pragma once

#include <xgrad/array/running.hpp>

#include <cstddef>
#include <cstdint>

// Running sums and products along an axis. The expression inside is fused into them.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// How derivatives run along the axis, for the tapes.
template <class Scan, class T = typename Scan::value_type>
struct scan_derivative
{
    static void back(
        std::uint64_t axes,
        tensor_body const* results,
        tensor_body const& incoming,
        tensor_body& adjoints)
    {
        Scan::back(
            scanned_axis(adjoints.shape, axes, Scan::backwards),
            results != nullptr ? results->template elements<T const>() : nullptr,
            incoming.template elements<T const>(),
            adjoints.template elements<T>());
    }

    /// `way` over arrays with the scanned axis in the middle of three.
    template <tensor<T> (*Way)(scanned_rows<T> const&)>
    static body_pointer in_statements(
        body_pointer const& elements,
        body_pointer const& results,
        body_pointer const& incoming,
        std::uint64_t axes,
        std::source_location const& where)
    {
        auto const rows = scanned_axis(incoming->shape, axes, Scan::backwards).shape();
        auto const in_rows = [&](body_pointer const& body) {
            return body ? reshape(tensor<T>(body), rows, where) : tensor<T>();
        };
        auto const result = Way({in_rows(elements), in_rows(results), in_rows(incoming), where});
        return reshape(result, incoming->shape, where).handle();
    }

    static constexpr joint_derivative value{
        .elements_needed = Scan::elements_needed,
        .back = &back,
        .recorded_back = &in_statements<&Scan::recorded_back>,
        .forth = &in_statements<&Scan::forth>};
};

/// Scans an expression along one axis, or along all as one, and records it.
template <class Scan, class T = typename Scan::value_type>
body_pointer scan(reduced_expression<T> const& e, reduction_call const& call)
{
    statement_plan const p(e.kernels, e.operands, call.where);
    auto const axes = call.axes.of(p.shape().size(), call.kind.name, call.where);
    scanned_axis const axis(p.shape(), axes, Scan::backwards);
    auto out = make_body(type_of<T>, axis.is_whole ? shape_type{axis.length} : p.shape());
    compute_scan<T>(
        e.kernels, e.is_leaf, p.reading(), e.scalars, axis, Scan(), out->template elements<T>());
    finish_reduction(e, call, axes, p.reading().size, operand_alignment::any, {}, *out);
    return out;
}

/// Runs a recorded scan again, over other values.
template <class Scan, class T = typename Scan::value_type>
body_pointer scan_again(reduction_repeat const& what)
{
    return scan<Scan>(
        expression_again<T>(what),
        {*what.kind, axes_argument::of_bits(what.axes), {}, false, *what.where});
}

template <class Scan, class T = typename Scan::value_type>
consteval reduction_kind scan_kind()
{
    reduction_kind kind{.name = Scan::name};
    if constexpr (differentiable_element<T>) {
        if constexpr (std::same_as<Scan, running_logsumexp<T>>) {
            kind = with_seed<softmax_seed, T>(kind);
        }
        kind.result_needed = Scan::result_needed;
        kind.keeps_axes = true;
        kind.joint = &scan_derivative<Scan>::value;
        kind.again = &scan_again<Scan>;
    }
    return kind;
}

template <class Scan>
inline constexpr reduction_kind scan_kind_of = scan_kind<Scan>();
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE

namespace detail {
template <class Scan, class X>
auto scan(X const& x, axes_argument const& axes, std::source_location const& where)
{
    using T = typename Scan::value_type;
    auto const& e = reduced_operand<T>(x);
    using E = std::remove_cvref_t<decltype(e)>;
    expression_parts<E> const p(e);
    return tensor<T>(vectorized::scan<Scan>(
        vectorized::reduced_expression<T>{
            kernels_of<E>, is_tensor<E>, p.operands, p.scalars.data()},
        {vectorized::scan_kind_of<Scan>, axes, {}, false, where}));
}
} // namespace detail

inline namespace XGRAD_ARCHITECTURE {
template <class Scan, class T>
tensor<T> vectorized::scan_rows(tensor<T> const& x, std::source_location const& where)
{
    return xgrad::detail::scan<Scan>(x, 1, where);
}
} // namespace XGRAD_ARCHITECTURE

/// The sums of the elements along an axis up to each of them.
template <array_operand X>
auto cumsum(
    X const& x, std::ptrdiff_t axis, std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    return detail::scan<vectorized::running_sum<T, false>>(x, axis, where);
}

/// The products of the elements along an axis up to each of them; the gradient is exact also where
/// elements are 0.
template <array_operand X>
auto cumprod(
    X const& x, std::ptrdiff_t axis, std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    return detail::scan<vectorized::running_product<T, false>>(x, axis, where);
}

/// log Σ e^x along an axis up to each element, without overflow.
template <array_operand X>
auto logcumsumexp(
    X const& x, std::ptrdiff_t axis, std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    return detail::scan<vectorized::running_logsumexp<T>>(x, axis, where);
}

/// The same over all elements in row-major order: a vector.
template <array_operand X>
auto cumsum(X const& x, std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    return detail::scan<vectorized::running_sum<T, false>>(x, {}, where);
}

template <array_operand X>
auto cumprod(X const& x, std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, false>;
    return detail::scan<vectorized::running_product<T, false>>(x, {}, where);
}

template <array_operand X>
auto logcumsumexp(X const& x, std::source_location where = std::source_location::current())
{
    using T = detail::reduced_element<X, true>;
    return detail::scan<vectorized::running_logsumexp<T>>(x, {}, where);
}
} // namespace xgrad
