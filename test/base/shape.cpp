#include <boost/test/unit_test.hpp>

#include <xgrad/base/broadcast.hpp>

#include <vector>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(a_shape_is_made_from_braces_and_from_any_range_of_integers)
{
    auto const count = [](shape_argument const& shape) { return element_count(shape); };
    BOOST_TEST(count({}) == 1u);
    BOOST_TEST(count({2, 3}) == 6u);
    BOOST_TEST(count(std::vector<int>{4, 5}) == 20u);
    BOOST_TEST(count(std::array<std::size_t, 3>{2, 0, 7}) == 0u);
}

BOOST_AUTO_TEST_CASE(a_negative_length_is_refused)
{
    BOOST_CHECK_THROW(shape_argument(std::vector<int>{2, -1}), value_error);
}

BOOST_AUTO_TEST_CASE(row_major_strides_count_elements_from_the_last_axis)
{
    auto const strides = row_major_strides({2, 3, 4});
    BOOST_TEST((strides == strides_type{12, 4, 1}));
}

BOOST_AUTO_TEST_CASE(shapes_broadcast_as_in_numpy)
{
    shape_type shape{3, 1};
    BOOST_TEST(broadcast_into(shape, {4}));
    BOOST_TEST((shape == shape_type{3, 4}));
    BOOST_TEST(broadcast_into(shape, {2, 1, 1}));
    BOOST_TEST((shape == shape_type{2, 3, 4}));
    BOOST_TEST(!broadcast_into(shape, {5}));
}

BOOST_AUTO_TEST_CASE(an_axis_of_no_elements_broadcasts_with_one_of_length_one_only)
{
    shape_type shape{0};
    BOOST_TEST(broadcast_into(shape, {1}));
    BOOST_TEST((shape == shape_type{0}));
    BOOST_TEST(!broadcast_into(shape, {2}));
}

BOOST_AUTO_TEST_CASE(a_mismatch_names_the_axis_and_both_lengths)
{
    BOOST_TEST(
        broadcast_mismatch({3, 4}, {3, 5}) ==
        "{3, 4} and {3, 5} do not broadcast (axis 1: 4 and 5)");
}

BOOST_AUTO_TEST_CASE(stretched_axes_have_stride_zero)
{
    auto const strides = broadcast_strides({3, 1}, {1, 1}, {2, 3, 4});
    BOOST_TEST((strides == strides_type{0, 1, 0}));
}

BOOST_AUTO_TEST_CASE(negative_axes_count_from_the_end_and_others_are_out_of_range)
{
    BOOST_TEST(normalize_axis(-1, 3, "sum", {}) == 2u);
    BOOST_CHECK_THROW(normalize_axis(3, 3, "sum", {}), shape_error);
    BOOST_CHECK_THROW(normalize_axis(0, 0, "sum", {}), shape_error);
}
