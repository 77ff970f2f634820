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
} // namespace

// Each operator alone is in the tables of test/support/every_operator.hpp; here is what they leave.

BOOST_AUTO_TEST_CASE(products_and_powers_replay)
{
    check("einsum", [](auto const& x) { return einsum("ij,kj,ii->ik", x, x, x); });
    check("solve", [](auto const& x) { return solve(x, constant({1., 2., 3.})); });
    check("eigh", [](auto const& x) {
        auto const [w, v] = eigh(matmul(x, transpose(x)));
        return w + square(v);
    });
    check("nuclear norm", [](auto const& x) { return norm(x, nuclear); });
    check("norm of order 1", [](auto const& x) { return norm(x, 1); });
    check("negative matrix_power", [](auto const& x) { return matrix_power(x, -2); });
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
