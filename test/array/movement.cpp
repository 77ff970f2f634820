#include <support/array_oracle.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(ravel_matches_the_oracle)
{
    array_oracle::check(
        "shape", "ravel", [](auto const& x, auto const&) { return std::vector{ravel(x[0])}; });
}

BOOST_AUTO_TEST_CASE(views_and_reshapes_copy_nothing)
{
    auto const x = ones({4, 6});
    BOOST_TEST(reshape(x, {3, 8}).data() == x.data());
    BOOST_TEST(view(x, 1).data() == x.data() + 6);
    BOOST_TEST(transpose(x).body().data == x.body().data);
}

BOOST_AUTO_TEST_CASE(wrong_shapes_and_permutations_are_refused)
{
    auto const x = ones({2, 3});
    BOOST_CHECK_THROW(reshape(x, {4, 2}), shape_error);
    BOOST_CHECK_THROW(reshape(x, {-1, 4}), shape_error);
    BOOST_CHECK_THROW(reshape(zeros({0, 3}), {-1, 0}), shape_error);
    BOOST_CHECK_THROW(reshape(x, {-2, -3}), shape_error);
    BOOST_CHECK_THROW(reshape(zeros({0}), {-1, -1}), shape_error);
    BOOST_CHECK_EXCEPTION(reshape(x, {-1, 4}), shape_error, [](error const& e) {
        return std::string(e.what()).starts_with(
            "reshape: shape {2, 3} has 6 elements, {-1, 4} has a multiple of 4");
    });
    BOOST_TEST((reshape(zeros({0, 3}), {-1, 3}).shape() == shape_type{0, 3}));
    BOOST_CHECK_THROW(transpose(x, {0, 0}), shape_error);
    BOOST_CHECK_THROW(transpose(x, {0}), shape_error);
    BOOST_CHECK_THROW(transpose(x, {0, 2}), shape_error);
}

BOOST_AUTO_TEST_CASE(a_statement_may_read_a_view_of_what_it_replaces)
{
    tensor x = constant({{1., 2.}, {3., 4.}});
    auto tape = create_tape();
    tensor const source = x;
    x = x + transpose(x);
    BOOST_TEST(x(0, 1) == 5.);
    auto const g = grad(tape, x, source, constant({{1., 10.}, {100., 1000.}}));
    BOOST_TEST(g(0, 1) == 110.);
    BOOST_TEST(g(1, 1) == 2000.);
}

BOOST_AUTO_TEST_CASE(lists_of_lengths_and_axes_take_integers_of_every_type)
{
    std::size_t n = 2;
    int k = 3;
    std::ptrdiff_t last = -1;
    auto const x = ones({n, k, 4});
    BOOST_TEST((reshape(x, {n * 4, k}).shape() == shape_type{8, 3}));
    BOOST_TEST((reshape(x, {n, last}).shape() == shape_type{2, 12}));
    BOOST_TEST((transpose(x, {n, k - 3, 1}).shape() == shape_type{4, 2, 3}));
    BOOST_TEST((sum(x, {n, last + 1}).shape() == shape_type{3}));
    BOOST_TEST((split(x, {n - 1, k}, last)[1].shape() == shape_type{2, 3, 2}));
    BOOST_TEST((pad(x, {{k, 0}, {0, n}, {last + 1, 1}}).shape() == shape_type{5, 5, 5}));
    BOOST_TEST((tile(x, {n, k, 1}).shape() == shape_type{4, 9, 4}));
    BOOST_CHECK_THROW(pad(x, {{k, 0}, {0, last}, {0, 0}}), value_error);
    BOOST_CHECK_THROW(zeros({n, last}), value_error);
}
