#pragma once

// Linear algebra, on BLAS and LAPACK. Everything differentiates, to any order, and takes stacks of
// matrices along leading axes where NumPy does.

#include <xgrad/linalg/cholesky.hpp>
#include <xgrad/linalg/determinant.hpp>
#include <xgrad/linalg/eigh.hpp>
#include <xgrad/linalg/einsum.hpp>
#include <xgrad/linalg/exponential.hpp>
#include <xgrad/linalg/inverse.hpp>
#include <xgrad/linalg/least_squares.hpp>
#include <xgrad/linalg/norm.hpp>
#include <xgrad/linalg/power.hpp>
#include <xgrad/linalg/products.hpp>
#include <xgrad/linalg/pseudo_inverse.hpp>
#include <xgrad/linalg/qr.hpp>
#include <xgrad/linalg/solve.hpp>
#include <xgrad/linalg/svd.hpp>
#include <xgrad/linalg/triangular.hpp>
#include <xgrad/xgrad.hpp>
