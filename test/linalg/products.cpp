#include <support/records.hpp>

#include <nlohmann/json.hpp>
#include <xgrad/linalg.hpp>

using namespace xgrad;
using records::tensors;

BOOST_AUTO_TEST_CASE(dot_vdot_outer_and_kron_match_the_oracle)
{
    BOOST_TEST(records::check("linalg", "dot", [](tensors const& x, auto const&) -> tensors {
                   return {dot(x[0], x[1])};
               }) > 3);
    BOOST_TEST(records::check("linalg", "vdot", [](tensors const& x, auto const&) -> tensors {
                   return {vdot(x[0], x[1])};
               }) > 1);
    BOOST_TEST(records::check("linalg", "outer", [](tensors const& x, auto const&) -> tensors {
                   return {outer(x[0], x[1])};
               }) > 1);
    BOOST_TEST(records::check("linalg", "kron", [](tensors const& x, auto const&) -> tensors {
                   return {kron(x[0], x[1])};
               }) > 1);
}

BOOST_AUTO_TEST_CASE(tensordot_matches_the_oracle)
{
    BOOST_TEST(
        records::check("linalg", "tensordot", [](tensors const& x, auto const& r) -> tensors {
            auto const& axes = r.attributes.raw().at("axes");
            return {tensordot(
                x[0],
                x[1],
                axes.is_number() ? contracted_axes(axes.template get<int>())
                                 : contracted_axes(
                                       axes[0].template get<std::vector<std::ptrdiff_t>>(),
                                       axes[1].template get<std::vector<std::ptrdiff_t>>()))};
        }) > 3);
}

BOOST_AUTO_TEST_CASE(the_axes_of_a_tensordot_are_a_number_a_pair_of_lists_or_two_lists)
{
    auto const a = reshape(arange(24.), {2, 3, 4});
    auto const b = reshape(arange(12.), {4, 3});
    auto const expected = tensordot(a, transpose(b), {{1, 2}, {0, 1}});
    tensor const two_lists = tensordot(a, b, {1, 2}, {1, 0});
    BOOST_TEST(repr(two_lists) == repr(expected));
    BOOST_TEST(repr(tensordot(a, transpose(b), 2)) == repr(expected));
    BOOST_TEST(repr(tensordot(a, b, {2}, {0})) == repr(tensordot(a, b, 1)));
    BOOST_CHECK_THROW(tensordot(a, b, {1, 2}, {0}), shape_error);
}

BOOST_AUTO_TEST_CASE(products_that_do_not_fit_name_both_shapes)
{
    using records::message;
    BOOST_TEST(
        message<shape_error>([] { dot(ones({3}), ones({4})); }) ==
        "dot: shapes {3} and {4} do not fit: axis 0 of the first has 3 elements, axis 0 of the "
        "second 4");
    BOOST_TEST(message<shape_error>([] {
                   vdot(ones({3}), ones({2, 2}));
               }) == "vdot: shapes {3} and {2, 2} do not fit: they have 3 and 4 elements");
    BOOST_TEST(
        message<shape_error>([] {
            tensordot(ones({3, 2}), ones({3, 2}), 1);
        }) ==
        "tensordot: shapes {3, 2} and {3, 2} do not fit: axis 1 of the first has 2 elements, axis "
        "0 of "
        "the second 3");
    BOOST_CHECK_THROW(tensordot(ones({3}), ones({3}), 2), shape_error);
    BOOST_TEST(message<shape_error>([] {
                   tensordot(ones({3, 3}), ones({3, 3}), {{0, 0}, {0, 1}});
               }) == "tensordot: axis 0 is named twice in {0, 0}");
}

BOOST_AUTO_TEST_CASE(products_of_nothing_are_zeros_or_empty)
{
    BOOST_TEST(dot(zeros({0}), zeros({0})).item() == 0.);
    BOOST_TEST(outer(zeros({0}), ones({3})).size() == 0u);
    auto const y = tensordot(ones({2, 0}), ones({0, 3}), 1);
    BOOST_TEST((y.shape() == shape_type{2, 3}));
    BOOST_TEST(sum(abs(y)).item() == 0.);
}

BOOST_AUTO_TEST_CASE(products_of_floats_are_floats)
{
    random::seed(1);
    auto const a = random::normal({3, 4});
    auto const b = random::normal({4, 2});
    records::check_float([](auto const& x, auto const& y) { return dot(x, y); }, a, b);
    records::check_float([](auto const& x, auto const& y) { return kron(x, y); }, a, b);
    records::check_float([](auto const& x, auto const& y) { return outer(x, y); }, a, b);
    records::check_float([](auto const& x, auto const& y) { return tensordot(x, y, 1); }, a, b);
}
