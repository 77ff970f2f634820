// y = σ(w) exp(-x²) sin(x) + log(1 + x²):  a right-hand side, however long, is one loop

#include <xgrad/xgrad.hpp>

#include <iostream>
#include <type_traits>

using namespace xgrad;

// A function may return the formula itself: nothing is computed yet, and nothing in it dangles.
template <operand X>
auto bump(X const& x, double width)
{
    auto const scaled = x / width;
    return exp(-square(scaled));
}

int main()
{
    tensor x = linspace(-2, 2, 5);
    tensor w = constant(0.5);
    auto tape = create_tape({.persistent = true});

    // One statement: one pass over x, one entry on the tape, no array in between.
    tensor y = sigmoid(w) * exp(-square(x)) * sin(x) + log(1 + square(x));
    std::cout << "y = " << y << '\n';
    std::cout << "statements on the tape: " << tape.size() << '\n';

    // A formula from a function joins the statement that uses it.
    tensor u = bump(x, 1.5) + bump(x - 1, 0.5);
    std::cout << "u = " << u << "\nstatements on the tape: " << tape.size() << '\n';

    // A sum at the end of a formula runs in the same loop.
    tensor total = sum(y * u);
    std::cout << "sum(y u) = " << total.item() << "\nstatements on the tape: " << tape.size()
              << '\n';

    // The way back is one loop for each statement as well.
    std::cout << "d sum(y u) / dx = " << grad(tape, total, x) << '\n';

    // xtensor's functions build the same formula, to the type.
    static_assert(std::is_same_v<decltype(xt::exp(x)), decltype(exp(x))>);
    static_assert(std::is_same_v<decltype(xgrad::exp(x)), decltype(exp(x))>);
    xt::xarray<double> plain = xt::exp(x) + 1; // an array of xtensor's, by the same engine
    std::cout << "exp(x) + 1 = " << plain << '\n';

    // Shapes broadcast as in NumPy; the gradient of what was repeated is summed again.
    tensor row = constant({1., 2., 3.});
    tensor column = constant({{10.}, {20.}});
    tensor table = row * column;
    std::cout << "row * column =\n" << table << '\n';
    auto const [by_row, by_column] = grad(tape, table, wrt(row, column));
    std::cout << "by row: " << by_row << "\nby column:\n" << by_column << '\n';

    // Shapes that do not fit are an error, which names the line.
    try {
        tensor bad = row + constant({1., 2.});
    } catch (shape_error const& e) {
        std::cout << e.what() << '\n';
    }
}
