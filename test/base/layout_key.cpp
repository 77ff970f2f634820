#include <boost/test/unit_test.hpp>

#include <xgrad/base/make_body.hpp>

#include <set>
#include <vector>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(keys_are_equal_only_where_type_and_shape_are)
{
    std::set<std::vector<std::size_t>> shapes{
        {}, {0}, {1}, {2}, {256}, {(std::size_t{1} << 56) - 1}};
    for (std::size_t const a : {0, 1, 2, 16, 255, 16383}) {
        for (std::size_t const b : {0, 1, 2, 16, 255, 16383}) {
            shapes.insert({a, b});
            shapes.insert({a, b, 1});
            shapes.insert({1, a, b});
            shapes.insert({a, 1, b, 1});
            shapes.insert({1, a, 1, b});
        }
    }
    std::set<layout_key> keys;
    std::size_t count = 0;
    for (auto const& lengths : shapes) {
        shape_type const shape(lengths.begin(), lengths.end());
        for (auto const type :
             {element_type::float64,
              element_type::float32,
              element_type::int64,
              element_type::int32,
              element_type::boolean}) {
            auto const key = layout_of(type, shape);
            BOOST_TEST(key != no_layout);
            BOOST_TEST(key == layout_of(type, shape_type(shape)));
            keys.insert(key);
            ++count;
        }
    }
    BOOST_TEST(keys.size() == count);
}

BOOST_AUTO_TEST_CASE(lengths_and_ranks_that_do_not_fit_have_no_key)
{
    auto const double_key = [](shape_type const& shape) {
        return layout_of(element_type::float64, shape);
    };
    BOOST_TEST(double_key({std::size_t{1} << 56}) == no_layout);
    BOOST_TEST(double_key({1, std::size_t{1} << 28}) == no_layout);
    BOOST_TEST(double_key({1, 1, std::size_t{1} << 18}) == no_layout);
    BOOST_TEST(double_key({std::size_t{1} << 14, 1, 1, 1}) == no_layout);
    BOOST_TEST(double_key({1, 1, 1, 1, 1}) == no_layout);
}

BOOST_AUTO_TEST_CASE(bodies_have_a_key_exactly_where_kernels_can_read_them_in_place)
{
    auto const whole = make_body(element_type::float64, {4, 8});
    BOOST_TEST(whole->layout == layout_of(element_type::float64, {4, 8}));
    BOOST_TEST(make_body_like(*whole)->layout == whole->layout);
    BOOST_TEST(make_view(whole, {8, 4}, {1, 8}, 0)->layout == no_layout);
    BOOST_TEST(make_view(whole, {3}, {1}, 1)->layout != no_layout);
    auto const end = make_view(whole, {31}, {1}, 1); // without padding behind it
    BOOST_TEST(end->dense(element_type::float64) == (end->layout != no_layout));
    BOOST_TEST(
        make_foreign_body(element_type::float64, whole->data, {32}, {1}, nullptr)->layout ==
        no_layout);
}

BOOST_AUTO_TEST_CASE(a_body_of_elements_is_two_cache_lines)
{
    BOOST_TEST(sizeof(tensor_body) <= 128u);
}
