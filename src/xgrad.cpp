// The run-time part of xgrad as a library, for programs built with -DXGRAD_COMPILED: the same code
// as in the headers, compiled once instead of in every file. It must be compiled for the
// instruction set of the program (-march=...): the names differ, so that a mismatch is a link
// error.
#include <xgrad/xgrad.hpp>

#if XGRAD_HAS_TBB
#    include <xgrad/engine/threads.hpp>
#endif

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
template void compute_values(block_kernels const&, plan const&, double const*, tensor_body&);
template void compute_values(block_kernels const&, plan const&, float const*, tensor_body&);
template void compute_adjoints(
    block_kernels const&,
    plan const&,
    double const*,
    seed_source const&,
    std::span<adjoint_target const>);
template void compute_adjoints(
    block_kernels const&,
    plan const&,
    float const*,
    seed_source const&,
    std::span<adjoint_target const>);

namespace vectorized {
template class expression_sweep<double>;
template class expression_sweep<float>;

template body_pointer evaluate(
    block_kernels const&,
    std::span<tensor_body* const>,
    double const*,
    element_type,
    std::source_location const&);
template body_pointer evaluate(
    block_kernels const&,
    std::span<tensor_body* const>,
    float const*,
    element_type,
    std::source_location const&);

template body_pointer reduce(
    block_kernels const&,
    bool,
    std::span<tensor_body* const>,
    double const*,
    fold_accumulator<double, add> const&,
    reduction_call const&);
template body_pointer reduce(
    block_kernels const&,
    bool,
    std::span<tensor_body* const>,
    float const*,
    fold_accumulator<float, add> const&,
    reduction_call const&);
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE

namespace detail {
template void sweep_once(
    tape&,
    std::span<sweep_target const>,
    std::span<tensor_body* const>,
    grad_options const&,
    std::span<body_pointer>,
    std::source_location const&,
    what_follows);
} // namespace detail
} // namespace xgrad
