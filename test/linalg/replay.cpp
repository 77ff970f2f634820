#include "support/replayed.hpp"

#include <xgrad/linalg.hpp>

using namespace xgrad;

namespace {
using replayed::function;

/// At matrices that are neither symmetric nor near each other.
void check(std::string const& name, function const& f)
{
    static tensor<double> const x =
        constant({{2.3, -0.7, 0.1}, {0.9, 3.2, -0.5}, {-1.2, 0.8, 2.6}});
    replayed::check(name, f, {x, tensor(transpose(x) + 0.3), tensor(1.1 * x)});
}

auto spd(tensor<double> const& x)
{
    return matmul(x, transpose(x));
}
} // namespace

BOOST_AUTO_TEST_CASE(products_replay)
{
    check("dot", [](auto const& x) { return dot(x, x); });
    check("vdot", [](auto const& x) { return vdot(x, sin(x)); });
    check("outer", [](auto const& x) { return outer(x, sin(x)); });
    check("kron", [](auto const& x) { return kron(x, x); });
    check("tensordot", [](auto const& x) { return tensordot(x, x, 1); });
    check("einsum", [](auto const& x) { return einsum("ij,kj,ii->ik", x, x, x); });
}

BOOST_AUTO_TEST_CASE(solutions_replay)
{
    tensor<double> const b = constant({1., 2., 3.});
    check("inv", [](auto const& x) { return inv(x); });
    check("solve", [&](auto const& x) { return solve(x, b); });
    check("solve_triangular", [&](auto const& x) { return solve_triangular(x, b); });
    check("lstsq", [&](auto const& x) { return lstsq(view(x, all(), range(0, 2)), b); });
    check("pinv", [](auto const& x) { return pinv(view(x, all(), range(0, 2))); });
    check("det", [](auto const& x) { return det(x); });
    check("slogdet", [](auto const& x) { return slogdet(x).log_abs; });
}

BOOST_AUTO_TEST_CASE(factorisations_replay)
{
    check("cholesky", [](auto const& x) { return cholesky(spd(x)); });
    check("qr", [](auto const& x) {
        auto const [q, r] = qr(x);
        return q + r;
    });
    check("svd", [](auto const& x) { return svd(x).s; });
    check("eigh", [](auto const& x) {
        auto const [w, v] = eigh(spd(x));
        return w + square(v);
    });
}

BOOST_AUTO_TEST_CASE(norms_and_powers_replay)
{
    check("norm", [](auto const& x) { return norm(x); });
    check("nuclear norm", [](auto const& x) { return norm(x, nuclear); });
    check("norm of order 1", [](auto const& x) { return norm(x, 1); });
    check("matrix_power", [](auto const& x) { return matrix_power(x, 5); });
    check("negative matrix_power", [](auto const& x) { return matrix_power(x, -2); });
    check("expm", [](auto const& x) { return expm(x); });
}

BOOST_AUTO_TEST_CASE(what_depends_on_values_is_called_every_time)
{
    tensor<double> const x = constant({{2., 1.}, {1., 3.}});
    tensor<double> const singular = constant({{2., 1.}, {4., 2.}});
    auto signs = replay(function([](auto const& a) { return a * slogdet(a).sign; }));
    signs(x);
    BOOST_TEST(signs(flip(x, 0))(0, 0) == -1.);
    BOOST_TEST(signs.obstacle() != "");

    auto cofactors = replay(
        function([](auto const& a) { return gradient([](auto const& v) { return det(v); }, a); }));
    cofactors(x);
    BOOST_TEST(std::abs(cofactors(singular)(0, 0) - 2.) < 1e-12);
    BOOST_TEST(cofactors.obstacle() == "");

    function const power = [](auto const& a) { return expm(a); };
    auto fast_power = replay(power);
    fast_power(x);
    BOOST_TEST(replayed::same_bits(fast_power(tensor(7. * x)), power(7. * x)));

    auto least = replay(function([&](auto const& a) { return lstsq(a, constant({1., 2.})); }));
    least(x);
    BOOST_CHECK_THROW(least(singular), value_error);
}
