#include <boost/test/unit_test.hpp>

#include <xgrad/linalg.hpp>
#include <xgrad/nn.hpp>

#include <array>
#include <vector>

// Words that programs take for what is their own. Under `using namespace xgrad` they stay theirs:
// where xgrad had a type or a constant of such a name, this file would not compile.

using namespace xgrad;

using scalar = double;
using real = double;

struct adjoints
{};
struct arena
{};
struct cell
{};
struct colour
{};
struct edge
{};
struct element
{};
struct group
{};
struct instruction
{};
struct matrix
{};
struct mesh
{};
struct model
{};
struct node
{};
struct operation
{};
struct options
{};
struct parameters
{};
struct particle
{};
struct parts
{};
struct plan
{};
struct point
{};
struct problem
{};
struct pullback
{};
struct recording
{};
struct reduction
{};
struct result
{};
struct rule
{};
struct sample
{};
struct segment
{};
struct solver
{};
struct state
{};
struct statement
{};
struct variable
{};
struct vector
{};

template <class... T>
bool are_there(T const&...)
{
    return true;
}

tensor<scalar> activation(tensor<scalar> const& x)
{
    return x * sigmoid(x);
}

tensor<scalar> energy(tensor<scalar> const& x)
{
    return 0.5 * norm_sq(x);
}

tensor<scalar> interest(tensor<scalar> const& rate)
{
    return exp(rate) - 1.;
}

tensor<scalar> loss(tensor<scalar> const& x)
{
    return mse(x, zeros({x.size()}));
}

tensor<scalar> scaled(tensor<scalar> const& x, scalar factor)
{
    return x * factor;
}

tensor<scalar> spread(tensor<scalar> const& x)
{
    return variance(x);
}

tensor<scalar> step(tensor<scalar> const& x)
{
    return x - 0.1 * gradient(energy, x);
}

tensor<scalar> sweep(tensor<scalar> const& x)
{
    return step(step(x));
}

tensor<scalar> total(tensor<scalar> const& x)
{
    return sum(x);
}

// Rules are named for what they compute, as ours are.
struct cube_rule
{
    static constexpr std::string_view name = "own_cube";

    template <class V>
    static V value(V const& x)
    {
        return x * x * x;
    }

    template <class V>
    static V partials_at(V const& x)
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

// A function as a variable, which overloads nothing.
auto const chain = [](auto const& x) { return own_sigmoid(own_cube(x)); };

real const alignment = 1;
real const primitive = 2;

BOOST_AUTO_TEST_CASE(ordinary_words_are_free_for_programs)
{
    BOOST_TEST(are_there(
        adjoints(),
        arena(),
        cell(),
        colour(),
        edge(),
        element(),
        group(),
        instruction(),
        matrix(),
        mesh(),
        model(),
        node(),
        operation(),
        options(),
        parameters(),
        particle(),
        parts(),
        plan(),
        point(),
        problem(),
        pullback(),
        recording(),
        reduction(),
        result(),
        rule(),
        sample(),
        segment(),
        solver(),
        state(),
        statement(),
        variable(),
        vector()));
    tensor<scalar> const x = constant({1., 2., 3.});
    auto const close = boost::test_tools::tolerance(1e-14);
    BOOST_TEST(total(x).item() == 6., close);
    BOOST_TEST(energy(sweep(x)).item() == 7. * 0.6561, close);
    BOOST_TEST(spread(scaled(x, 3.)).item() == 6., close);
    BOOST_TEST(loss(x).item() == 14. / 3, close);
    BOOST_TEST(total(interest(activation(x * 0.))).item() == 0., close);
    BOOST_TEST(alignment + primitive == 3.);
}

BOOST_AUTO_TEST_CASE(rules_of_a_program_may_be_named_as_ours_are)
{
    tensor<scalar> const x = constant({0.5, -0.25});
    tensor<scalar> const s = sigmoid(cube(x));
    auto const [value, gradients] =
        value_and_grad([](tensor<scalar> const& v) { return sum(chain(v)); }, x);
    BOOST_TEST(std::abs(value.item() - sum(s).item()) < 1e-15);
    BOOST_TEST(amax(abs(std::get<0>(gradients) - s * (1. - s) * 3. * square(x))).item() < 1e-15);
}

BOOST_AUTO_TEST_CASE(names_of_the_standard_library_may_come_in_too)
{
    using namespace std;
    array<double, 2> const numbers = {0.5, -0.25};
    tensor<scalar> const x = constant(std::vector<double>(numbers.begin(), numbers.end()));
    BOOST_TEST(
        sum(exp(x) * sin(x)).item() == exp(0.5) * sin(0.5) + exp(-0.25) * sin(-0.25),
        boost::test_tools::tolerance(1e-15));
    BOOST_TEST(pow(x, 2.)(0) == pow(0.5, 2));
    BOOST_TEST(abs(x)(1) == abs(-0.25));
}
