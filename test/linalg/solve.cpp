#include <support/records.hpp>

#include <xgrad/linalg.hpp>

using namespace xgrad;
using records::message;
using records::tensors;

BOOST_AUTO_TEST_CASE(solve_matches_the_oracle)
{
    BOOST_TEST(records::check("linalg", "solve", [](tensors const& x, auto const&) -> tensors {
                   return {solve(x[0], x[1])};
               }) > 5);
}

BOOST_AUTO_TEST_CASE(solve_triangular_matches_the_oracle)
{
    BOOST_TEST(
        records::check(
            "linalg", "solve_triangular", [](tensors const& x, auto const& r) -> tensors {
                return {solve_triangular(
                    x[0],
                    x[1],
                    {.lower = r.attributes.boolean("lower"),
                     .unit_diagonal = r.attributes.boolean("unit_diagonal"),
                     .transpose = r.attributes.boolean("transpose")})};
            }) > 5);
}

BOOST_AUTO_TEST_CASE(inv_matches_the_oracle)
{
    BOOST_TEST(records::check("linalg", "inv", [](tensors const& x, auto const&) -> tensors {
                   return {inv(x[0])};
               }) == 5);
}

BOOST_AUTO_TEST_CASE(leading_axes_broadcast)
{
    random::seed(1);
    auto const a = random::normal({2, 1, 3, 3});
    auto const b = random::normal({4, 3, 2});
    auto const f = [](auto const& x, auto const& y) { return solve(x, y); };
    auto const x = f(a, b);
    BOOST_TEST((x.shape() == shape_type{2, 4, 3, 2}));
    BOOST_TEST(amax(abs(matmul(a, x) - b)).item() < 1e-12);
    records::check_differences(f, a, b);
    records::check_float(f, a, b);
    auto const triangle = [](auto const& x, auto const& y) {
        return solve_triangular(x + 3 * eye(3), y, {.lower = false, .transpose = true});
    };
    records::check_differences(triangle, a, b);
    // one vector for a stack of matrices
    BOOST_TEST((solve(a, ones({3})).shape() == shape_type{2, 1, 3}));
    records::check_differences(f, a, random::normal({3}));
}

BOOST_AUTO_TEST_CASE(large_systems_are_solved_to_rounding)
{
    random::seed(3);
    auto const a = random::normal({100, 100});
    auto const b = random::normal({100, 7});
    BOOST_TEST(amax(abs(matmul(a, solve(a, b)) - b)).item() < 1e-10);
    BOOST_TEST(amax(abs(matmul(a, inv(a)) - eye(100))).item() < 1e-10);
    BOOST_TEST(amax(abs(matmul(transpose(a), solve(transpose(a), b)) - b)).item() < 1e-10);
}

BOOST_AUTO_TEST_CASE(systems_of_nothing_have_empty_solutions)
{
    BOOST_TEST(solve(zeros({0, 0}), zeros({0})).size() == 0u);
    BOOST_TEST((solve(eye(3), zeros({3, 0})).shape() == shape_type{3, 0}));
    BOOST_TEST((inv(zeros({0, 2, 2})).shape() == shape_type{0, 2, 2}));
}

BOOST_AUTO_TEST_CASE(singular_matrices_are_named_by_pivot_and_place)
{
    auto const singular = constant({{1., 2.}, {2., 4.}});
    auto const stack = constant({{{1., 0.}, {0., 1.}}, {{1., 2.}, {2., 4.}}});
    BOOST_TEST(message<value_error>([&] {
                   solve(singular, ones({2}));
               }) == "solve: the matrix is singular: pivot 1 is 0");
    BOOST_TEST(message<value_error>([&] {
                   inv(stack);
               }) == "inv: the matrix is singular: pivot 1 is 0 (matrix {1} of the stack {2})");
    BOOST_TEST(message<value_error>([&] {
                   solve_triangular(constant({{0., 0.}, {1., 1.}}), ones({2}));
               }) == "solve_triangular: the matrix is singular: its diagonal element 0 is 0");
}

BOOST_AUTO_TEST_CASE(systems_that_do_not_fit_name_both_shapes)
{
    BOOST_TEST(
        message<shape_error>([] {
            solve(ones({2, 3}), ones({2}));
        }) == "solve: shape {2, 3} holds matrices of 2 rows and 3 columns; they must be square");
    BOOST_TEST(
        message<shape_error>([] { solve(eye(3), ones({4})); }) ==
        "solve: shapes {3, 3} and {4} do not fit: the matrix has 3 rows, the right-hand side 4");
    BOOST_TEST(
        message<shape_error>([] {
            solve(ones({2, 3, 3}), ones({5, 3, 1}));
        }) ==
        "solve: shapes {2, 3, 3} and {5, 3, 1} do not fit: their leading axes do not broadcast");
    BOOST_CHECK_THROW(solve(eye(2), constant(1.)), shape_error);
    BOOST_CHECK_THROW(solve(ones({2}), ones({2})), shape_error);
}
