#include <support/records.hpp>

#include <xgrad/linalg.hpp>

using namespace xgrad;

// Gradients of gradients, of every function with a way back of its own.

namespace {
struct fixture
{
    fixture() { random::seed(7); }
};
} // namespace

BOOST_FIXTURE_TEST_CASE(products_have_second_derivatives, fixture)
{
    auto const f = [](auto const& x, auto const& y) { return matmul(x, y); };
    records::check_second(f, random::normal({2, 3}), random::normal({3, 2}));
    records::check_second(f, random::normal({3}), random::normal({2, 3, 2}));
    records::check_second(f, random::normal({2, 2, 3}), random::normal({3}));
    records::check_second(
        [](auto const& x, auto const& y) { return einsum("ii,ij->j", x, y); },
        random::normal({3, 3}),
        random::normal({3, 2}));
}

BOOST_FIXTURE_TEST_CASE(solutions_have_second_derivatives, fixture)
{
    auto const a = random::normal({2, 3, 3}) + 2 * eye(3);
    records::check_second(
        [](auto const& x, auto const& y) { return solve(x, y); },
        tensor(a),
        random::normal({3, 2}));
    records::check_second(
        [](auto const& x, auto const& y) { return solve(x, y); }, tensor(a), random::normal({3}));
    records::check_second(
        [](auto const& x, auto const& y) { return solve_triangular(x, y); },
        tensor(a),
        random::normal({3, 2}));
    records::check_second([](auto const& x) { return inv(x); }, tensor(a));
    records::check_second(
        [](auto const& x, auto const& y) { return lstsq(x, y); },
        random::normal({4, 2}),
        random::normal({4}));
}

BOOST_FIXTURE_TEST_CASE(determinants_have_second_derivatives, fixture)
{
    auto const a = random::normal({2, 3, 3});
    records::check_second([](auto const& x) { return det(x); }, a);
    records::check_second([](auto const& x) { return slogdet(x).log_abs; }, a);
    records::check_second([](auto const& x) { return det(x); }, constant({{1., 2.}, {2., 4.}}));
}

BOOST_FIXTURE_TEST_CASE(factorisations_have_second_derivatives, fixture)
{
    auto const a = random::normal({3, 3});
    records::check_second(
        [](auto const& x) { return cholesky(matmul(x, transpose(x)) + eye(3)); }, a);
    records::check_second(
        [](auto const& x) { return tensor(exp(qr(x).r)); }, random::normal({4, 3}));
    records::check_second(
        [](auto const& x) { return tensor(exp(qr(x).q)); }, random::normal({3, 4}));
    records::check_second([](auto const& x) { return tensor(exp(svd(x).s)); }, a);
    records::check_second(
        [](auto const& x) { return tensor(square(svd(x).u)); }, random::normal({4, 3}));
    records::check_second([](auto const& x) { return tensor(exp(eigh(x).w)); }, a);
    records::check_second([](auto const& x) { return tensor(square(eigh(x).v)); }, a);
    records::check_second([](auto const& x) { return pinv(x); }, random::normal({4, 2}));
}

BOOST_FIXTURE_TEST_CASE(powers_have_second_derivatives, fixture)
{
    auto const a = random::normal({2, 2});
    records::check_second([](auto const& x) { return matrix_power(x, 3); }, a);
    records::check_second([](auto const& x) { return expm(x); }, a);
    records::check_second([](auto const& x) { return norm(x); }, a);
}
