// d log(2x)/dx = 1/x:  a tape records what is computed, and grad goes back along it

#include <xgrad/xgrad.hpp>

#include <iostream>
#include <string>

using namespace xgrad;

int main()
{
    // Values at once: every assignment computes, and can be printed.
    tensor a = constant({{1., 2.}, {3., 4.}});
    tensor b = a + 1;
    std::cout << "a * b =\n" << a * b << "\nmatmul(a, b) =\n" << matmul(a, b) << "\n\n";

    // While a tape lives, it records every statement; no variable has to be announced.
    tensor x = constant(3.);
    {
        auto tape = create_tape();
        tensor y = 2 * x;
        tensor z = log(y);
        std::cout << "log(2x) at 3 has the slope " << grad(tape, z, x).item() << '\n';

        // The gradient has used the tape up, so that a long training keeps nothing in memory.
        try {
            grad(tape, z, x);
        } catch (tape_error const& e) {
            std::string const text = e.what();
            std::cout << "a second time: " << text.substr(0, text.find(';')) << '\n';
        }
    }

    // A persistent tape can be asked again, about any tensor that it saw.
    {
        auto tape = create_tape({.persistent = true});
        tensor y = square(x);
        tensor z = square(y);
        std::cout << "z = y^2, y = x^2 at x = 3: dz/dx = " << grad(tape, z, x).item()
                  << ", dz/dy = " << grad(tape, z, y).item() << '\n';
    }

    // Every living tape records, unless told otherwise: none here, just one there.
    {
        auto outer = create_tape();
        auto inner = create_tape();
        tensor z = with_no_grad([&] { return tensor(exp(x)); });
        tensor y = with_tape(inner, [&] { return tensor(sin(x)); });
        std::cout << "statements: " << outer.size() << " on the outer tape, " << inner.size()
                  << " on the inner one; cos(3) = " << grad(inner, y, x).item() << '\n';
    }

    // An update gives the name another value; what the tape recorded keeps the old one.
    {
        auto tape = create_tape();
        tensor old = x;
        tensor y = x * x;
        x += 10;
        std::cout << "x is " << x.item() << " now; y is still " << y.item() << ", and its slope "
                  << grad(tape, y, old).item() << '\n';
    }
}
