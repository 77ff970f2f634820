#include <boost/test/unit_test.hpp>

#include <xgrad/linalg.hpp>
#include <xgrad/nn.hpp>

// Words that programs take for what is their own. Under `using namespace xgrad` they stay theirs:
// where xgrad had a type or a constant of such a name, this file would not compile.

using namespace xgrad;

using scalar = double;
using real = double;

struct arena
{};
struct cell
{};
struct colour
{};
struct edge
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
struct result
{};
struct sample
{};
struct segment
{};
struct solver
{};
struct state
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

real const alignment = 1;
real const primitive = 2;

BOOST_AUTO_TEST_CASE(ordinary_words_are_free_for_programs)
{
    BOOST_TEST(are_there(
        arena(),
        cell(),
        colour(),
        edge(),
        group(),
        instruction(),
        matrix(),
        mesh(),
        model(),
        options(),
        parameters(),
        particle(),
        parts(),
        plan(),
        point(),
        problem(),
        result(),
        sample(),
        segment(),
        solver(),
        state(),
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
