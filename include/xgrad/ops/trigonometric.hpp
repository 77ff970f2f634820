#pragma once

#include <xgrad/ops/families.hpp>

#include <utility>

namespace xgrad {
/// sin x. ∂ = cos x. DLMF 4.20.1.
struct sin_rule : floating_rule
{
    static constexpr std::string_view name = "sin";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return sin(x);
    }

    template <class V>
    static constexpr V partials_at(V const& x)
    {
        return cos(x);
    }

    template <class V>
    static constexpr auto value_and_partials_at(V const& x)
    {
        auto const both = sincos(x);
        return std::pair(both.sine, both.cosine);
    }
};

template <array X>
auto sin(X&& x)
{
    return call<sin_rule>(std::forward<X>(x));
}

/// cos x. ∂ = -sin x. DLMF 4.20.2.
struct cos_rule : floating_rule
{
    static constexpr std::string_view name = "cos";
    static constexpr bool finite_partials = true;

    template <class V>
    static constexpr V value(V const& x)
    {
        return cos(x);
    }

    template <class V>
    static constexpr V partials_at(V const& x)
    {
        return -sin(x);
    }

    template <class V>
    static constexpr auto value_and_partials_at(V const& x)
    {
        auto const both = sincos(x);
        return std::pair(both.cosine, -both.sine);
    }
};

template <array X>
auto cos(X&& x)
{
    return call<cos_rule>(std::forward<X>(x));
}
} // namespace xgrad
