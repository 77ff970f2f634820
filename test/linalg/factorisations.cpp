#include <support/records.hpp>

#include <xgrad/linalg.hpp>

using namespace xgrad;
using records::message;
using records::tensors;

namespace {
// x + xᵀ of a random x, made positive definite.
tensor<double> positive_definite(shape_type const& shape)
{
    auto const x = random::normal(shape);
    return matmul(x, detail::transposed_matrices(x, {})) + eye(shape.back());
}
} // namespace

BOOST_AUTO_TEST_CASE(cholesky_matches_the_oracle)
{
    BOOST_TEST(records::check("linalg", "cholesky", [](tensors const& x, auto const&) -> tensors {
                   return {cholesky(x[0])};
               }) == 5);
}

BOOST_AUTO_TEST_CASE(cholesky_takes_stacks_floats_and_nothing)
{
    random::seed(1);
    auto const a = positive_definite({2, 3, 4, 4});
    auto const f = [](auto const& x) { return cholesky(x); };
    auto const l = f(a);
    BOOST_TEST(amax(abs(matmul(l, detail::transposed_matrices(l, {})) - a)).item() < 1e-12);
    BOOST_TEST(l(0, 0, 0, 3) == 0.);
    records::check_differences(f, a);
    records::check_float(f, a);
    BOOST_TEST(cholesky(zeros({0, 0})).size() == 0u);
    BOOST_TEST(cholesky(zeros({0, 2, 2})).size() == 0u);
}

BOOST_AUTO_TEST_CASE(matrices_that_are_not_positive_definite_are_named_by_pivot_and_place)
{
    BOOST_TEST(message<value_error>([] {
                   cholesky(constant({{1., 2.}, {2., 1.}}));
               }) == "cholesky: the matrix is not positive definite: pivot 1 is not positive");
    BOOST_TEST(
        message<value_error>([] {
            cholesky(constant({{{1., 0.}, {0., 1.}}, {{-1., 0.}, {0., 1.}}}));
        }) ==
        "cholesky: the matrix is not positive definite: pivot 0 is not positive (matrix {1} of the "
        "stack {2})");
    BOOST_CHECK_THROW(cholesky(ones({2, 3})), shape_error);
}

BOOST_AUTO_TEST_CASE(qr_matches_the_oracle_up_to_signs)
{
    BOOST_TEST(records::check("linalg", "qr", [](tensors const& x, auto const&) -> tensors {
                   auto const [q, r] = qr(x[0]);
                   // the gauge of the records: a positive diagonal of R
                   auto const signs =
                       stop_gradient(tensor<double>(sign(sum(r * eye(r.shape(-1)), -1))));
                   return {q * detail::as_row(signs, {}), r * detail::as_last_column(signs, {})};
               }) == 4);
}

BOOST_AUTO_TEST_CASE(qr_takes_wide_matrices_stacks_floats_and_nothing)
{
    random::seed(2);
    for (auto const& shape :
         {shape_type{4, 3}, shape_type{3, 5}, shape_type{2, 3, 2}, shape_type{2, 2, 4}}) {
        auto const a = random::normal(shape);
        auto const [q, r] = qr(a);
        BOOST_TEST(amax(abs(matmul(q, r) - a)).item() < 1e-12);
        auto const f = [](auto const& x) {
            auto const [q, r] = qr(x);
            return tensor(sum(sin(q)) + sum(cos(r)));
        };
        records::check_differences(f, a);
        records::check_float(f, a);
        records::check_differences([](auto const& x) { return qr(x).r; }, a);
        records::check_differences([](auto const& x) { return qr(x).q; }, a);
    }
    BOOST_TEST((qr(zeros({3, 0})).q.shape() == shape_type{3, 0}));
    BOOST_CHECK_THROW(qr(ones({3})), shape_error);
}

BOOST_AUTO_TEST_CASE(least_squares_match_the_oracle)
{
    BOOST_TEST(records::check("linalg", "lstsq", [](tensors const& x, auto const&) -> tensors {
                   return {lstsq(x[0], x[1])};
               }) == 4);
}

BOOST_AUTO_TEST_CASE(least_squares_take_stacks_and_wide_matrices)
{
    random::seed(3);
    auto const f = [](auto const& x, auto const& y) { return lstsq(x, y); };
    auto const tall = random::normal({2, 5, 3});
    auto const b = random::normal({5, 2});
    BOOST_TEST(amax(abs(f(tall, b) - matmul(pinv(tall), b))).item() < 1e-12);
    records::check_differences(f, tall, b);
    records::check_float(f, tall, b);
    auto const wide = random::normal({3, 5});
    auto const c = random::normal({3});
    BOOST_TEST(amax(abs(f(wide, c) - matmul(pinv(wide), c))).item() < 1e-12);
    records::check_differences(f, wide, c);
}

BOOST_AUTO_TEST_CASE(a_matrix_without_full_rank_is_named)
{
    BOOST_TEST(
        message<value_error>([] {
            lstsq(constant({{1., 2.}, {2., 4.}, {3., 6.}}), ones({3}));
        }) ==
        "lstsq: the matrix is not of full rank: pivot 1 is 0 to rounding; pinv takes such a "
        "matrix");
    BOOST_TEST(
        message<shape_error>([] {
            lstsq(ones({3, 2}), ones({2}));
        }) ==
        "lstsq: shapes {3, 2} and {2} do not fit: the matrix has 3 rows, the right-hand side 2");
}
