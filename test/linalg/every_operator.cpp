#include <support/every_operator.hpp>

#include <xgrad/linalg.hpp>

using namespace xgrad;
using namespace every_operator;

// Section 4 of the table of operators: floats, strides, tangents, second derivatives, no elements
// and no axes, for each of them, and stacks of matrices where NumPy takes them.

namespace {
tensor<double> const wide = constant({{0.3, -0.7, 1.1, 0.4}, {0.9, 0.2, -0.5, 1.3}});
tensor<double> const square_one = constant({{2.3, -0.7, 0.4}, {0.9, 1.7, -0.5}, {-0.2, 0.8, 2.6}});
tensor<double> const several = stack({square_one, tensor<double>(square_one * 1.1 + 0.2)}, 0);

auto const symmetric = [](auto const& v) {
    using T = value_type_of<decltype(v)>;
    return tensor<T>(v + transpose(v, {0, 2, 1}));
};
} // namespace

BOOST_AUTO_TEST_CASE(every_product)
{
    check(
        "matmul", [](auto const& v) { return matmul(v, transpose(v)); }, wide, after(1, no_scalar));
    check(
        "matmul of stacks", [](auto const& v) { return matmul(v, v); }, several, neither);
    check(
        "dot", [](auto const& v) { return dot(v, transpose(v)); }, wide, after(1));
    check(
        "vdot", [](auto const& v) { return vdot(v, v * v); }, wide, after(1));
    check(
        "outer", [](auto const& v) { return outer(v, v); }, wide);
    check(
        "kron", [](auto const& v) { return kron(v, v); }, wide);
    check(
        "tensordot",
        [](auto const& v) { return tensordot(v, transpose(v), 1); },
        wide,
        after(1, no_scalar));
    check(
        "einsum", [](auto const& v) { return einsum("ij,kj->ik", v, v); }, wide, no_scalar);
    check(
        "trace", [](auto const& v) { return trace(v); }, square_one, no_scalar);
}

BOOST_AUTO_TEST_CASE(every_solution)
{
    check(
        "inv", [](auto const& v) { return inv(v); }, several, neither);
    check(
        "det", [](auto const& v) { return det(v); }, several, neither);
    check(
        "slogdet", [](auto const& v) { return slogdet(v).log_abs; }, several, neither);
    check(
        "solve", [](auto const& v) { return solve(v, v * v); }, several, after(1, neither));
    check(
        "solve_triangular",
        [](auto const& v) { return solve_triangular(v, v * v); },
        several,
        after(1, neither));
    check(
        "lstsq",
        [](auto const& v) { return lstsq(transpose(v), transpose(v * v)); },
        wide,
        after(3, no_scalar));
    check(
        "pinv", [](auto const& v) { return pinv(v); }, wide, no_scalar);
    check(
        "matrix_power", [](auto const& v) { return matrix_power(v, 3); }, several, neither);
    check(
        "expm", [](auto const& v) { return expm(v); }, several, neither);
}

BOOST_AUTO_TEST_CASE(every_factorisation)
{
    check(
        "cholesky",
        [](auto const& v) { return cholesky(symmetric(v)); },
        several,
        after(2, neither));
    check(
        "qr",
        [](auto const& v) { return matmul(qr(v).q, exp(qr(v).r)); },
        several,
        after(3, no_scalar));
    check(
        "svd", [](auto const& v) { return svd(v).s; }, several, no_scalar);
    check(
        "eigh", [](auto const& v) { return eigh(symmetric(v)).w; }, several, after(2, neither));
    check(
        "norm", [](auto const& v) { return norm(v); }, wide);
}

BOOST_AUTO_TEST_CASE(every_other_form_of_an_operator_is_one_statement)
{
    check_form(
        "solve of a vector", [](auto const& v) { return solve(several, v); }, square_one);
    auto const of_row = [](auto const& f) {
        return [f](tensor<double> const& v) { return f(v, constant({1., 2., 3.})); };
    };
    check_form("solve", of_row([](auto const& a, auto const& b) { return solve(a, b); }), several);
    check_form(
        "solve_triangular",
        of_row([](auto const& a, auto const& b) { return solve_triangular(a, b); }),
        several);
    check_form(
        "lstsq", of_row([](auto const& a, auto const& b) { return lstsq(a, b); }), square_one);
    check_form(
        "dot of vectors", [](auto const& v) { return dot(v, v); }, constant({1., 2.}));
    check_form(
        "dot of stacks", [](auto const& v) { return dot(v, several); }, square_one);
    check_form(
        "vdot",
        [](auto const& v) {
            return vdot(v, constant({1., 2., 3., 4., 5., 6., 7., 8.}));
        },
        wide);
    check_form(
        "qr of wide ones", [](auto const& v) { return qr(v).r; }, wide);
    check_form(
        "svd", [](auto const& v) { return svd(v).s; }, wide);
    check_form(
        "expm", [](auto const& v) { return expm(v); }, constant({{9., 8.}, {7., 6.}}));
    check_form(
        "matrix_power", [](auto const& v) { return matrix_power(v, -5); }, square_one);
    check_form(
        "pinv", [](auto const& v) { return pinv(v); }, square_one);
    check_form(
        "einsum", [](auto const& v) { return einsum("ijj,jk->ik", v, square_one); }, several);
    for (auto const& order : {norm_order(1), norm_order(2), norm_order(-2), nuclear, frobenius}) {
        check_form(
            "norm of a matrix", [=](auto const& v) { return norm(v, order); }, square_one);
    }
    for (double const p : {-1., 0.5, 2., 3.}) {
        check_form(
            "norm", [=](auto const& v) { return norm(v, p); }, constant({1., 3., 2.}));
    }
}

BOOST_AUTO_TEST_CASE(products_and_powers_in_other_forms_replay)
{
    auto const check = [](std::string const& name, replayed::function const& f) {
        auto const& x = square_one;
        replayed::check(name, f, {x, tensor(transpose(x) + 0.3), tensor(1.1 * x)});
    };
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

BOOST_AUTO_TEST_CASE(a_replay_calls_what_depends_on_values)
{
    tensor<double> const x = constant({{2., 1.}, {1., 3.}});
    tensor<double> const singular = constant({{2., 1.}, {4., 2.}});
    auto signs = replay(replayed::function([](auto const& a) { return a * slogdet(a).sign; }));
    signs(x);
    BOOST_TEST(signs(flip(x, 0))(0, 0) == -1.);
    BOOST_TEST(signs.obstacle() != "");

    auto cofactors = replay(replayed::function(
        [](auto const& a) { return gradient([](auto const& v) { return det(v); }, a); }));
    cofactors(x);
    BOOST_TEST(std::abs(cofactors(singular)(0, 0) - 2.) < 1e-12);
    BOOST_TEST(cofactors.obstacle() == "");

    replayed::function const power = [](auto const& a) { return expm(a); };
    auto fast_power = replay(power);
    fast_power(x);
    BOOST_TEST(replayed::same_bits(fast_power(tensor(7. * x)), power(7. * x)));

    auto least = replay(replayed::function([&](auto const& a) {
        return lstsq(a, constant({1., 2.}));
    }));
    least(x);
    BOOST_CHECK_THROW(least(singular), value_error);
}
