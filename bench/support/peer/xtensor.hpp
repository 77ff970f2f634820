// xtensor with xsimd, forward.
#pragma once

#include "../harness.hpp"

#if __has_include(<xtensor/core/xnoalias.hpp>)
#    include <xtensor/containers/xtensor.hpp>
#    include <xtensor/core/xmath.hpp>
#    include <xtensor/core/xnoalias.hpp>
#else
#    include <xtensor/xmath.hpp>
#    include <xtensor/xnoalias.hpp>
#    include <xtensor/xtensor.hpp>
#endif

#include <memory>

namespace bench {
using xtensor_vector = xt::xtensor<double, 1>;

inline void xtensor_linear(
    sides& to, xgrad::tensor<double> const& x_values, xgrad::tensor<double> const& b_values)
{
    xtensor_vector const x = x_values;
    xtensor_vector const b = b_values;
    auto const o = std::make_shared<xtensor_vector>(x);
    to.peer("xtensor", [=]() -> xtensor_vector const& {
        xt::noalias(*o) = 1.5 * x + b;
        return *o;
    });
}

inline void xtensor_fused(
    sides& to, xgrad::tensor<double> const& x_values, xgrad::tensor<double> const& y_values)
{
    xtensor_vector const x = x_values;
    xtensor_vector const y = y_values;
    auto const z = std::make_shared<xtensor_vector>(x);
    to.peer("xtensor", [=]() -> xtensor_vector const& {
        xt::noalias(*z) = xt::exp(-(x * x)) * xt::sin(y) + xt::log(1. + x * x);
        return *z;
    });
}
} // namespace bench
