// Eigen, forward; nothing where it is not installed.
#pragma once

#include "../data.hpp"
#include "../harness.hpp"

#ifdef BENCH_EIGEN
#    include <Eigen/Core>
#endif

namespace bench {
#ifdef BENCH_EIGEN
using eigen_vector = Eigen::Map<Eigen::ArrayXd, Eigen::Aligned64>;

inline eigen_vector eigen_of(array<double> const& a)
{
    return {a.data(), static_cast<Eigen::Index>(a.size())};
}
#endif

inline void eigen_linear(
    [[maybe_unused]] sides& to,
    [[maybe_unused]] array<double> const& x,
    [[maybe_unused]] array<double> const& b)
{
#ifdef BENCH_EIGEN
    to.peer("Eigen", [x, b, o = array<double>(x.size())] {
        eigen_of(o) = 1.5 * eigen_of(x) + eigen_of(b);
        return o.view();
    });
#endif
}

inline void eigen_fused(
    [[maybe_unused]] sides& to,
    [[maybe_unused]] array<double> const& x,
    [[maybe_unused]] array<double> const& y)
{
#ifdef BENCH_EIGEN
    to.peer("Eigen", [x, y, z = array<double>(x.size())] {
        auto const a = eigen_of(x);
        eigen_of(z) = (-a.square()).exp() * eigen_of(y).sin() + (1. + a.square()).log();
        return z.view();
    });
#endif
}
} // namespace bench
