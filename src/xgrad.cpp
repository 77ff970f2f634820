// The run-time part of xgrad as a library, for programs built with -DXGRAD_COMPILED: the same code as
// in the headers, compiled once instead of in every file. It must be compiled for the instruction set
// of the program (-march=...): the names differ, so that a mismatch is a link error.
#include <xgrad/xgrad.hpp>

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
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
