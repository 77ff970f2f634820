// A user's rules pass all that the built-in ones do: the reference data of the functions that they
// repeat, differences, positions, shapes.
#include "../support/elementwise.hpp"

#include <xgrad/ops/elementwise.hpp>

namespace {

// Its partial needs the result.
struct own_tanh : xgrad::rules::floating_rule
{
    static constexpr std::string_view name = "own_tanh";

    template <class V>
    static constexpr V value(V const& x)
    {
        return tanh(x);
    }

    template <class V>
    static constexpr auto partials_of_result(V const& y)
    {
        return V(1) - y * y;
    }
};

// Its partials need the operands.
struct own_divide : xgrad::rules::floating_rule
{
    static constexpr std::string_view name = "own_divide";

    template <class V>
    static constexpr V value(V const& x, V const& y)
    {
        return x / y;
    }

    template <class V>
    static constexpr auto partials_at(V const& x, V const& y)
    {
        return xgrad::partials(V(1) / y, -x / (y * y));
    }
};

elementwise::checks const all({
    elementwise::line<1>("tanh", [](auto const& x) { return xgrad::call<own_tanh>(x); }),
    elementwise::line<2>(
        "divide", [](auto const& x, auto const& y) { return xgrad::call<own_divide>(x, y); }),
});

} // namespace
