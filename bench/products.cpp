// Matrix products and their gradients beside BLAS itself: a product costs one of BLAS's, its
// gradient two more.
#include "support/data.hpp"
#include "support/harness.hpp"

#include <string>
#include <tuple>

#ifndef XGRAD_NO_BLAS
#    include <cblas.h>
#endif

using namespace xgrad;

namespace {
#ifndef XGRAD_NO_BLAS
template <class T>
void multiply(
    T const* a, CBLAS_TRANSPOSE of_a, T const* b, CBLAS_TRANSPOSE of_b, T* c, std::size_t n)
{
    auto const size = static_cast<int>(n);
    auto const call = [&](auto const& gemm) {
        gemm(CblasRowMajor, of_a, of_b, size, size, size, 1, a, size, b, size, 0, c, size);
    };
    if constexpr (std::same_as<T, double>) {
        call(cblas_dgemm);
    } else {
        call(cblas_sgemm);
    }
}

/// The size is that of square matrices.
template <class T>
void product(std::size_t n, bench::sides& sides)
{
    auto const a = random::uniform<T>({n, n}, -1, 1);
    auto const b = random::uniform<T>({n, n}, -1, 1);
    bench::array<T> const c(n * n);
    sides.tolerance = 1e-4;
    sides.limit([=] {
        multiply(a.data(), CblasNoTrans, b.data(), CblasNoTrans, c.data(), n);
        return c.view();
    });
    sides.ours([=] { return matmul(a, b); });
}

/// With an adjoint of the product that is an array of its own.
template <class T>
void gradient(std::size_t n, bench::sides& sides)
{
    auto const a = random::uniform<T>({n, n}, -1, 1);
    auto const b = random::uniform<T>({n, n}, -1, 1);
    auto const g = random::uniform<T>({n, n}, -1, 1);
    bench::array<T> const c(n * n);
    bench::array<T> const ga(n * n);
    bench::array<T> const gb(n * n);
    sides.tolerance = 1e-4;
    sides.limit([=] {
        multiply(a.data(), CblasNoTrans, b.data(), CblasNoTrans, c.data(), n);
        multiply(g.data(), CblasNoTrans, b.data(), CblasTrans, ga.data(), n);
        multiply(a.data(), CblasTrans, g.data(), CblasNoTrans, gb.data(), n);
        return std::tuple(c.view(), ga.view(), gb.view());
    });
    sides.ours([=](tape& tape) {
        auto const y = matmul(a, b);
        auto const [of_a, of_b] = grad(tape, y, wrt(a, b), g);
        return std::tuple(y, of_a, of_b);
    });
}

template <class T>
void add_workloads(std::vector<bench::workload>& list, std::string const& suffix)
{
    list.push_back({"matmul" + suffix, {64, 512}, {1, 5, 64}, product<T>, 64});
    list.push_back({"matmul_gradient" + suffix, {64, 512}, {1, 5, 64}, gradient<T>, 64});
}
#endif
} // namespace

int main(int argc, char** argv)
{
    std::vector<bench::workload> workloads;
#ifndef XGRAD_NO_BLAS
    add_workloads<double>(workloads, "");
    add_workloads<float>(workloads, "_float");
#endif
    return bench::run(workloads, argc, argv);
}
