#pragma once

#include <xgrad/tape/adjoints.hpp>

#include <span>

// The reverse of a sum or mean of all elements to one number.

namespace xgrad {
namespace detail {
/// The adjoint from which every element's starts.
template <class T>
T adjoint_of_elements(recording const& r, statement const& s, adjoints& all)
{
    auto const& incoming = all.of(s.result);
    auto const g = incoming.is_uniform ? static_cast<T>(incoming.uniform)
                                       : *incoming.body->template elements<T>();
    auto const count = element_count(r.shape_of(s.operands()[0].variable));
    return s.reduced->divides_by_count ? g / static_cast<T>(count) : g;
}
} // namespace detail

/// Of a tensor itself: all its elements have one adjoint.
inline void reverse_sum_of_tensor(recording const& r, statement const& s, adjoints& all)
{
    auto const operand = s.operands()[0].variable;
    if (all.wants(operand)) {
        with_floating_type(s.kernels->compute, [&]<class T>() {
            auto const g = detail::adjoint_of_elements<T>(r, s, all);
            all.add_uniform(operand, static_cast<double>(g));
        });
    }
}

/// Of an expression whose adjoints for a result's adjoint of one are kept.
inline void reverse_linear(recording const& r, statement const& s, adjoints& all)
{
    with_floating_type(s.kernels->compute, [&]<class T>() {
        auto const g = detail::adjoint_of_elements<T>(r, s, all);
        for (auto const& operand : s.operands()) {
            if (!operand.kept || !all.wants(operand.variable)) {
                continue;
            }
            bool const accumulate = all.has(operand.variable);
            if (g == T(1) && !accumulate) {
                all.add(operand.variable, operand.kept);
            } else {
                vectorized::scale(all.writable(operand.variable), *operand.kept, g, accumulate);
            }
        }
    });
}
} // namespace xgrad
