#pragma once

#include <xgrad/base/config.hpp>

#include <cstddef>

#if XGRAD_HAS_BLAS

// The BLAS subroutines that we call, an overload for double and one for float, declared as those of
// LAPACK are (`linalg/lapack.hpp`): a program may include any <cblas.h>, of which there are several
// that exclude each other. Matrices are stored by columns.

namespace xgrad::blas {
/// c = alpha a b + beta c.
void gemm(
    char const* transpose_a,
    char const* transpose_b,
    int const* m,
    int const* n,
    int const* k,
    double const* alpha,
    double const* a,
    int const* lda,
    double const* b,
    int const* ldb,
    double const* beta,
    double* c,
    int const* ldc,
    std::size_t,
    std::size_t) XGRAD_FORTRAN_NAME("dgemm");
void gemm(
    char const* transpose_a,
    char const* transpose_b,
    int const* m,
    int const* n,
    int const* k,
    float const* alpha,
    float const* a,
    int const* lda,
    float const* b,
    int const* ldb,
    float const* beta,
    float* c,
    int const* ldc,
    std::size_t,
    std::size_t) XGRAD_FORTRAN_NAME("sgemm");

/// y = alpha a x + beta y, with a of m × n as it is stored.
void gemv(
    char const* transpose,
    int const* m,
    int const* n,
    double const* alpha,
    double const* a,
    int const* lda,
    double const* x,
    int const* step_x,
    double const* beta,
    double* y,
    int const* step_y,
    std::size_t) XGRAD_FORTRAN_NAME("dgemv");
void gemv(
    char const* transpose,
    int const* m,
    int const* n,
    float const* alpha,
    float const* a,
    int const* lda,
    float const* x,
    int const* step_x,
    float const* beta,
    float* y,
    int const* step_y,
    std::size_t) XGRAD_FORTRAN_NAME("sgemv");
} // namespace xgrad::blas

#endif
