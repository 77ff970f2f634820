#pragma once

#include <xgrad/ops/families.hpp>

namespace xgrad {
/// tanh x. ∂ = 1 - tanh² x. DLMF 4.34.3.
struct tanh_rule : floating_rule
{
    static constexpr std::string_view name = "tanh";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return tanh(x);
    }

    template <class V>
    static constexpr V partials_of_result(V const& y)
    {
        return (V(1) - y) * (V(1) + y);
    }
};

template <array X>
auto tanh(X&& x)
{
    return call<tanh_rule>(std::forward<X>(x));
}
} // namespace xgrad
