#include <support/records.hpp>

#include <xgrad/linalg.hpp>

using namespace xgrad;
using records::message;
using records::tensors;

BOOST_AUTO_TEST_CASE(einsum_matches_the_oracle)
{
    BOOST_TEST(records::check("linalg", "einsum", [](tensors const& x, auto const& r) -> tensors {
                   auto const s = r.attributes.text("subscripts");
                   return {
                       x.size() == 1       ? einsum(s, x[0])
                           : x.size() == 2 ? einsum(s, x[0], x[1])
                                           : einsum(s, x[0], x[1], x[2])};
               }) > 15);
}

BOOST_AUTO_TEST_CASE(einsum_of_many_operands_is_the_chain_of_products)
{
    random::seed(1);
    auto const a = random::normal({3, 4});
    auto const b = random::normal({4, 5});
    auto const c = random::normal({5, 2});
    auto const d = random::normal({2, 3});
    auto const y = einsum("ab,bc,cd,da->", a, b, c, d);
    auto const product = matmul(matmul(matmul(a, b), c), d);
    double expected = 0;
    for (int i = 0; i < 3; ++i) {
        expected += product(i, i);
    }
    BOOST_TEST(y.item() == expected, boost::test_tools::tolerance(1e-12));
    records::check_differences(
        [](auto const&... x) { return einsum("ab,bc,cd,da->ad", x...); }, a, b, c, d);
    records::check_float([](auto const&... x) { return einsum("ab,bc,cd->da", x...); }, a, b, c);
}

BOOST_AUTO_TEST_CASE(ellipses_broadcast_and_diagonals_are_taken)
{
    random::seed(2);
    auto const a = random::normal({2, 1, 3, 3});
    auto const b = random::normal({4, 3});
    auto const f = [](auto const& x, auto const& y) { return einsum("...ii,...i->...", x, y); };
    BOOST_TEST((f(a, b).shape() == shape_type{2, 4}));
    records::check_differences(f, a, b);
    auto const g = [](auto const& x) { return einsum("b...jj->...jb", x); };
    BOOST_TEST((g(a).shape() == shape_type{1, 3, 2}));
    BOOST_TEST(g(a)(0, 1, 1) == a(1, 0, 1, 1));
    records::check_differences(g, a);
}

BOOST_AUTO_TEST_CASE(products_of_elements_have_every_order_of_labels)
{
    random::seed(3);
    auto const a = random::normal({3, 4});
    auto const b = random::normal({3, 4});
    auto const row = random::normal({4});
    auto const column = random::normal({3});
    auto const equal = [](tensor<> const& x, tensor<> const& y) {
        return same_shape(x.shape(), y.shape()) && amax(abs(x - y)).item() < 1e-14;
    };
    tensor<> const products = a * b;
    tensor<> const turned = transpose(b);
    BOOST_TEST(equal(einsum("ij,ij->ij", a, b), products));
    BOOST_TEST(equal(einsum("ij,ij->ji", a, b), transpose(products)));
    BOOST_TEST(equal(einsum("ij,ji->ij", a, turned), products));
    BOOST_TEST(equal(einsum("ji,ij->ij", turned, a), products));
    BOOST_TEST(equal(einsum("ij,ji->j", a, turned), sum(products, 0)));
    BOOST_TEST(equal(einsum("ij,j->ij", a, row), a * row));
    BOOST_TEST(equal(einsum("j,ij->ji", row, a), transpose(tensor<>(a * row))));
    BOOST_TEST(equal(einsum("ij,i->ij", a, column), a * reshape(column, {3, 1})));
    BOOST_TEST(equal(einsum("i,j->ji", column, row), transpose(outer(column, row))));
    auto const c = random::normal({3, 2, 4});
    BOOST_TEST(equal(
        einsum("ij,ikj->kij", a, c), transpose(tensor<>(reshape(a, {3, 1, 4}) * c), {1, 0, 2})));
    for (auto const* const s : {"ij,ij->ij", "ij,ij->ji", "ij,ij->i", "ij,ij->j", "ij,ij->"}) {
        records::check_differences(
            [s](auto const& x, auto const& y) { return einsum(s, x, y); }, a, b);
    }
    records::check_differences(
        [](auto const& x, auto const& y) { return einsum("ij,j->ji", x, y); }, a, row);
}

BOOST_AUTO_TEST_CASE(sums_over_an_empty_axis_are_zero)
{
    auto const y = einsum("ij,jk->ik", ones({2, 0}), ones({0, 3}));
    BOOST_TEST((y.shape() == shape_type{2, 3}));
    BOOST_TEST(sum(abs(y)).item() == 0.);
}

BOOST_AUTO_TEST_CASE(subscripts_that_do_not_fit_are_refused)
{
    auto const a = ones({2, 3});
    BOOST_TEST(message<shape_error>([&] {
                   einsum("ijk->i", a);
               }) == "einsum: \"ijk->i\" names 3 axes of operand 0, whose shape is {2, 3}");
    BOOST_TEST(
        message<shape_error>([&] { einsum("ij,ji->", a, a); }) ==
        "einsum: \"ij,ji->\" gives label 'j' the lengths 3 and 2 (operand 1 of shape {2, 3})");
    BOOST_TEST(
        message<shape_error>([&] { einsum("ij->ik", a); }) ==
        "einsum: \"ij->ik\" must name label 'k' of its result once, and in some operand");
    BOOST_CHECK_THROW(einsum("...i...->i", ones({2, 3})), shape_error);
    BOOST_CHECK_THROW(einsum("i1->i", ones({2, 3})), shape_error);
    BOOST_CHECK_THROW(einsum("ij->i-", ones({2, 3})), shape_error);
    BOOST_TEST(message<shape_error>([&] {
                   einsum("ij,jk->ik", a);
               }) == "einsum: \"ij,jk->ik\" does not name 1 operands");
    BOOST_CHECK_THROW(einsum("i;j", a), shape_error);
}
