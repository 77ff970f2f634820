// bent(x) = (√(x² + 1) - 1) / 2 + x,  ∂ = x / (2 √(x² + 1)) + 1:  an operator of one's own

#include <xgrad/xgrad.hpp>

#include <iostream>
#include <string_view>

using namespace xgrad;

// A rule: the value and the derivative, for one number or for a vector register of them alike.
struct bent_rule
{
    static constexpr std::string_view name = "bent";

    template <class V>
    static V value(V const& x)
    {
        return (sqrt(x * x + V(1)) - V(1)) / V(2) + x;
    }

    template <class V>
    static V partials_at(V const& x)
    {
        return x / (V(2) * sqrt(x * x + V(1))) + V(1);
    }
};

template <operand X>
auto bent(X const& x)
{
    return call<bent_rule>(x);
}

// Several operands: one derivative for each.  softexp(a, x) = (exp(a x) - 1) / a + a
struct softexp_rule
{
    static constexpr std::string_view name = "softexp";

    template <class V>
    static V value(V const& a, V const& x)
    {
        return (exp(a * x) - V(1)) / a + a;
    }

    template <class V>
    static auto partials_at(V const& a, V const& x)
    {
        V const e = exp(a * x);
        return partials((x * e - (e - V(1)) / a) / a + V(1), e);
    }
};

template <operand A, operand X>
auto softexp(A const& a, X const& x)
{
    return call<softexp_rule>(a, x);
}

int main()
{
    tensor x = linspace(-2, 2, 5);
    tensor a = constant(0.5);
    std::cout << "bent(x)       = " << bent(x) << '\n';
    std::cout << "softexp(a, x) = " << softexp(a, x) << '\n';

    // Within a longer formula they fuse: still one statement, still one loop.
    auto const f = [](auto const& a, auto const& x) { return sum(sin(x) * softexp(a, bent(x))); };
    auto tape = create_tape();
    tensor y = f(a, x);
    std::cout << "statements on the tape: " << tape.size() << '\n';
    auto const [by_a, by_x] = grad(tape, y, wrt(a, x));

    // Central differences, one element of x at a time.
    no_grad const from_here;
    double const h = 1e-5;
    tensor worst = abs((f(a + h, x) - f(a - h, x)) / (2 * h) - by_a);
    for (int i = 0; i < 5; ++i) {
        tensor step = h * (arange(5) == i);
        tensor difference = (f(a, x + step) - f(a, x - step)) / (2 * h);
        worst = maximum(worst, abs(difference - by_x(i)));
    }
    std::cout << "dy/da = " << by_a.item() << "\ndy/dx = " << by_x << '\n';
    std::cout << "central differences agree to 1e-9: " << (worst.item() < 1e-9 ? "yes" : "no")
              << '\n';
}
