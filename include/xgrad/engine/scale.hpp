#pragma once

#include <xgrad/rule/partial.hpp>
#include <xgrad/simd/batch.hpp>

#include <cstddef>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// to = g * unit, or to += it.
template <bool Finite, bool Accumulate, class T>
void scale_by(T* to, T const* unit, std::size_t count, T g)
{
    using V = simd::batch<T>;
    V const factor(g);
    for (std::size_t i = 0; i < count; i += V::size) {
        auto scaled = chain_rule<Finite>(factor, V::load(unit + i));
        if constexpr (Accumulate) {
            scaled = sum_of_rounded(V::load(to + i), scaled);
        }
        scaled.store(to + i);
    }
}

/// Adjoints for one of one, scaled by the incoming adjoint g: by the finite chain rule an infinite
/// partial carries nothing from an adjoint of zero, one that is NaN stays visible. (Only of zero:
/// any other is a factor.)
template <class T>
void scale(T* to, T const* unit, std::size_t count, T g, bool accumulate)
{
    auto const run = g != T(0) ? (accumulate ? &scale_by<true, true, T> : &scale_by<true, false, T>)
        : accumulate           ? &scale_by<false, true, T>
                               : &scale_by<false, false, T>;
    run(to, unit, count, g);
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
