#include <support/records.hpp>

#include <xgrad/linalg.hpp>

using namespace xgrad;
using records::tensors;

BOOST_AUTO_TEST_CASE(matrix_powers_match_the_oracle)
{
    BOOST_TEST(
        records::check("linalg", "matrix_power", [](tensors const& x, auto const& r) -> tensors {
            return {matrix_power(x[0], static_cast<int>(r.attributes.integer("n")))};
        }) > 5);
}

BOOST_AUTO_TEST_CASE(matrix_exponentials_match_the_oracle)
{
    BOOST_TEST(records::check("linalg", "expm", [](tensors const& x, auto const&) -> tensors {
                   return {expm(x[0])};
               }) > 5);
}

BOOST_AUTO_TEST_CASE(powers_of_stacks_and_floats)
{
    random::seed(1);
    auto const a = random::normal({2, 3, 3});
    auto const cubed = [](auto const& x) { return matrix_power(x, 3); };
    records::check_differences(cubed, a);
    records::check_float(cubed, a);
    records::check_differences([](auto const& x) { return matrix_power(x, -2); }, a);
    auto const f = [](auto const& x) { return expm(x); };
    records::check_differences(f, a);
    records::check_float(f, a);
    records::check_differences(f, tensor(8 * a / norm(a))); // with squarings
}

BOOST_AUTO_TEST_CASE(exponentials_of_commuting_matrices_multiply)
{
    random::seed(2);
    auto const a = random::normal({4, 4}, 0, 3);
    BOOST_TEST(amax(abs(matmul(expm(a), expm(-a)) - eye(4))).item() < 1e-8);
    auto const e = expm(a);
    BOOST_TEST(
        amax(abs(matmul(e, e) - expm(2 * a))).item() < 1e-11 * amax(abs(expm(2 * a))).item());
    BOOST_TEST(amax(abs(det(expm(a)) / exp(sum(a * eye(4))) - 1)).item() < 1e-9);
    BOOST_TEST(expm(zeros({0, 0})).size() == 0u);
}

BOOST_AUTO_TEST_CASE(powers_of_what_is_no_square_or_singular_are_refused)
{
    BOOST_CHECK_THROW(expm(ones({2, 3})), shape_error);
    BOOST_CHECK_THROW(matrix_power(ones({2, 3}), 2), shape_error);
    BOOST_TEST(records::message<value_error>([] {
                   matrix_power(zeros({2, 2}), -1);
               }) == "matrix_power: the matrix is singular: pivot 0 is 0");
}
