#pragma once

#include <xgrad/base/config.hpp>

#include <cstddef>

#if !XGRAD_HAS_BLAS
#    error "xgrad: <xgrad/linalg.hpp> is built on LAPACK; compile without XGRAD_NO_BLAS"
#endif

// The LAPACK and BLAS subroutines that we call, an overload for double and one for float.
//
// They are declared here under names of our own: every LAPACK header declares the Fortran names a
// little differently, and a program that includes one of them must still compile. The lengths of
// character arguments follow at the end, as Fortran compilers pass them.

namespace xgrad::lapack {
// LU factors with row exchanges.
void getrf(int const* m, int const* n, double* a, int const* lda, int* pivots, int* info)
    XGRAD_FORTRAN_NAME("dgetrf");
void getrf(int const* m, int const* n, float* a, int const* lda, int* pivots, int* info)
    XGRAD_FORTRAN_NAME("sgetrf");

// The inverse from LU factors.
void getri(
    int const* n,
    double* a,
    int const* lda,
    int const* pivots,
    double* work,
    int const* work_size,
    int* info) XGRAD_FORTRAN_NAME("dgetri");
void getri(
    int const* n,
    float* a,
    int const* lda,
    int const* pivots,
    float* work,
    int const* work_size,
    int* info) XGRAD_FORTRAN_NAME("sgetri");

// Cholesky.
void potrf(char const* uplo, int const* n, double* a, int const* lda, int* info, std::size_t)
    XGRAD_FORTRAN_NAME("dpotrf");
void potrf(char const* uplo, int const* n, float* a, int const* lda, int* info, std::size_t)
    XGRAD_FORTRAN_NAME("spotrf");

// Triangular systems with several right-hand sides.
void trsm(
    char const* side,
    char const* uplo,
    char const* transpose,
    char const* diagonal,
    int const* m,
    int const* n,
    double const* alpha,
    double const* a,
    int const* lda,
    double* b,
    int const* ldb,
    std::size_t,
    std::size_t,
    std::size_t,
    std::size_t) XGRAD_FORTRAN_NAME("dtrsm");
void trsm(
    char const* side,
    char const* uplo,
    char const* transpose,
    char const* diagonal,
    int const* m,
    int const* n,
    float const* alpha,
    float const* a,
    int const* lda,
    float* b,
    int const* ldb,
    std::size_t,
    std::size_t,
    std::size_t,
    std::size_t) XGRAD_FORTRAN_NAME("strsm");

// LQ factors, and Q from them.
void gelqf(
    int const* m,
    int const* n,
    double* a,
    int const* lda,
    double* tau,
    double* work,
    int const* work_size,
    int* info) XGRAD_FORTRAN_NAME("dgelqf");
void gelqf(
    int const* m,
    int const* n,
    float* a,
    int const* lda,
    float* tau,
    float* work,
    int const* work_size,
    int* info) XGRAD_FORTRAN_NAME("sgelqf");
void orglq(
    int const* m,
    int const* n,
    int const* k,
    double* a,
    int const* lda,
    double const* tau,
    double* work,
    int const* work_size,
    int* info) XGRAD_FORTRAN_NAME("dorglq");
void orglq(
    int const* m,
    int const* n,
    int const* k,
    float* a,
    int const* lda,
    float const* tau,
    float* work,
    int const* work_size,
    int* info) XGRAD_FORTRAN_NAME("sorglq");

// Singular values and vectors, by divide and conquer.
void gesdd(
    char const* job,
    int const* m,
    int const* n,
    double* a,
    int const* lda,
    double* s,
    double* u,
    int const* ldu,
    double* vt,
    int const* ldvt,
    double* work,
    int const* work_size,
    int* integers,
    int* info,
    std::size_t) XGRAD_FORTRAN_NAME("dgesdd");
void gesdd(
    char const* job,
    int const* m,
    int const* n,
    float* a,
    int const* lda,
    float* s,
    float* u,
    int const* ldu,
    float* vt,
    int const* ldvt,
    float* work,
    int const* work_size,
    int* integers,
    int* info,
    std::size_t) XGRAD_FORTRAN_NAME("sgesdd");

// Eigenvalues and eigenvectors of symmetric matrices, by divide and conquer.
void syevd(
    char const* job,
    char const* uplo,
    int const* n,
    double* a,
    int const* lda,
    double* w,
    double* work,
    int const* work_size,
    int* integers,
    int const* integers_size,
    int* info,
    std::size_t,
    std::size_t) XGRAD_FORTRAN_NAME("dsyevd");
void syevd(
    char const* job,
    char const* uplo,
    int const* n,
    float* a,
    int const* lda,
    float* w,
    float* work,
    int const* work_size,
    int* integers,
    int const* integers_size,
    int* info,
    std::size_t,
    std::size_t) XGRAD_FORTRAN_NAME("ssyevd");
} // namespace xgrad::lapack
