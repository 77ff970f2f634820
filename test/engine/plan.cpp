#include <boost/test/unit_test.hpp>

#include <xgrad/engine/block_reader.hpp>

#include <numeric>
#include <vector>

using namespace xgrad;

namespace {
body_pointer counted(shape_type const& shape)
{
    auto body = make_body(element_type::float64, shape);
    std::iota(body->elements<double>(), body->elements<double>() + body->size, 0.);
    return body;
}

std::vector<double> read_all(body_pointer const& body, shape_type const& shape)
{
    std::array<operand_access, 1> operands;
    loop_plan p;
    p.size = element_count(shape);
    p.operands = operands;
    p.read(0, *body, shape, element_type::float64);
    p.coalesce(shape);
    block_reader<double> reader(p);
    std::vector<double> result;
    for (std::size_t begin = 0; begin < p.size; begin += 5) {
        auto const count = std::min<std::size_t>(5, p.size - begin);
        auto const* const x = reader.read(begin, count)[0];
        result.insert(result.end(), x, x + count);
    }
    return result;
}
} // namespace

BOOST_AUTO_TEST_CASE(a_dense_operand_is_read_where_it_lies)
{
    auto const x = counted({3, 4});
    BOOST_TEST(read_all(x, {3, 4}).back() == 11.);
}

BOOST_AUTO_TEST_CASE(a_row_is_repeated_for_every_row_of_the_result)
{
    auto const row = counted({3});
    BOOST_TEST(
        read_all(row, {2, 3}) == (std::vector<double>{0, 1, 2, 0, 1, 2}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_column_is_repeated_along_every_row)
{
    auto const column = counted({2, 1});
    BOOST_TEST(
        read_all(column, {2, 3}) == (std::vector<double>{0, 0, 0, 1, 1, 1}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_transposed_operand_is_read_by_its_strides)
{
    auto const x = make_view(counted({2, 3}), {3, 2}, {1, 3}, 0);
    BOOST_TEST(
        read_all(x, {3, 2}) == (std::vector<double>{0, 3, 1, 4, 2, 5}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reversed_operand_is_read_backwards)
{
    auto const x = make_view(counted({4}), {4}, {-1}, 3);
    BOOST_TEST(
        read_all(x, {4}) == (std::vector<double>{3, 2, 1, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(integers_are_converted_while_they_are_packed)
{
    auto body = make_body(element_type::int32, {3});
    std::iota(body->elements<std::int32_t>(), body->elements<std::int32_t>() + 3, -1);
    BOOST_TEST(
        read_all(body, {3}) == (std::vector<double>{-1, 0, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_column_is_put_in_order_once_for_all_statements_unless_it_is_short_or_long)
{
    for (std::size_t const n : {2, 63, 64, 1000, 32768, 32769}) {
        auto const x = counted({n, 3});
        auto const column = make_view(x, {n}, {3}, 1);
        auto const upright = make_view(x, {n, 1}, {3, 1}, 2);
        bool const in_order = n >= 64 && n <= 32768;
        for (auto const& view : {column, upright}) {
            auto const elements = read_all(view, view->shape);
            bool same = elements.size() == n;
            for (std::size_t i = 0; i < n && same; ++i) {
                same = elements[i] ==
                    3. * static_cast<double>(i) + (view.get() == column.get() ? 1. : 2.);
            }
            BOOST_TEST(same, n);
            BOOST_TEST((view->ordered() != nullptr) == in_order, n);
            auto* const first = view->ordered();
            BOOST_TEST((read_all(view, view->shape) == elements));
            BOOST_TEST(view->ordered() == first);
        }
    }
}

BOOST_AUTO_TEST_CASE(neighbouring_axes_that_are_one_in_memory_are_joined)
{
    shape_type axes{2, 3, 4};
    strides_type strides{12, 4, 1};
    coalesce(axes, strides);
    BOOST_TEST((axes == shape_type{24}));
    axes = {2, 3, 4};
    strides = {0, 0, 0};
    coalesce(axes, strides);
    BOOST_TEST((axes == shape_type{24}));
    BOOST_TEST((strides == strides_type{0}));
    axes = {2, 3, 4};
    strides = {4, 0, 1};
    coalesce(axes, strides);
    BOOST_TEST((axes == shape_type{2, 3, 4}));
    axes = {2, 1, 4};
    strides = {4, 99, 1};
    coalesce(axes, strides);
    BOOST_TEST((axes == shape_type{8}));
}

BOOST_AUTO_TEST_CASE(conversion_to_integers_is_defined_for_every_number)
{
    BOOST_TEST(convert_element<std::int32_t>(2.9) == 2);
    BOOST_TEST(convert_element<std::int32_t>(-2.9) == -2);
    BOOST_TEST(convert_element<std::int32_t>(1e300) == std::numeric_limits<std::int32_t>::max());
    BOOST_TEST(convert_element<std::int64_t>(-1e300) == std::numeric_limits<std::int64_t>::min());
    BOOST_TEST(convert_element<std::int64_t>(std::numeric_limits<double>::quiet_NaN()) == 0);
    BOOST_TEST(convert_element<bool>(0.5) == true);
}
