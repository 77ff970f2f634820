// A program that says `using namespace xgrad` has names of its own, at its top level: those of the
// contract are taken, those that the library uses inside are not.
#include <xgrad/xgrad.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <vector>

using namespace xgrad;

// Rules of one's own, named for what they compute as the built-in ones are.
struct cube_rule
{
    static constexpr std::string_view name = "own_cube";

    template <class V>
    static V value(V const& x)
    {
        return x * x * x;
    }

    template <class V>
    static auto partials_at(V const& x)
    {
        return V(3) * x * x;
    }
};

struct sigmoid_rule
{
    static constexpr std::string_view name = "own_sigmoid";

    template <class V>
    static V value(V const& x)
    {
        return V(1) / (V(1) + exp(-x));
    }

    template <class V>
    static V partials_of_result(V const& y)
    {
        return y * (V(1) - y);
    }
};

template <operand X>
auto own_cube(X const& x)
{
    return call<cube_rule>(x);
}

template <operand X>
auto own_sigmoid(X const& x)
{
    return call<sigmoid_rule>(x);
}

// A mesh.
struct node
{
    double x;
};

struct element
{
    node from;
    node to;
};

struct operation
{
    element of;
};

operation const stretch = {{{0}, {2}}};

// Functions and steps of a program, as variables.
auto const chain = [](auto const& x) { return own_sigmoid(own_cube(x)); };
auto const rule = [](auto const& x) { return x * x; };
auto const step = [](tensor<double> const& x, tensor<double> const& g) { return x - 0.1 * g; };
int const depth = 2;

BOOST_AUTO_TEST_CASE(names_of_a_program_stand_beside_those_inside_the_library)
{
    using namespace std;
    array<double, 2> const numbers = {0.5, stretch.of.from.x - stretch.of.to.x / 8};
    tensor x = constant(vector<double>(numbers.begin(), numbers.end()));
    auto tape = create_tape();
    for (int k = 0; k < depth; ++k) {
        tensor y = chain(x) + rule(x);
        BOOST_TEST(static_cast<int>(y.dimension()) == 1);
        tensor g = grad(tape, sum(y), x);
        tensor expected = sigmoid(cube(x)) * (1. - sigmoid(cube(x))) * 3. * square(x) + 2. * x;
        BOOST_TEST(abs(g - expected)(0) < 1e-15);
        BOOST_TEST(abs(g - expected)(1) < 1e-15);
        x = step(x, g);
    }
}
