#include <boost/test/unit_test.hpp>

#include <xgrad/base/listed_integer.hpp>
#include <xgrad/base/shape.hpp>

#include <cstdint>
#include <vector>

using namespace xgrad;

namespace {
std::vector<std::ptrdiff_t> listed(std::initializer_list<listed_integer> list)
{
    return {list.begin(), list.end()};
}
} // namespace

BOOST_AUTO_TEST_CASE(integers_of_several_types_stand_in_one_list)
{
    std::size_t unsigned_length = 3;
    int signed_length = -1;
    std::int64_t long_length = 1;
    std::uint8_t short_length = 7;
    BOOST_TEST(
        (listed({unsigned_length, signed_length, long_length + 1, short_length}) ==
         std::vector<std::ptrdiff_t>{3, -1, 2, 7}));
    BOOST_TEST(listed({}).empty());
}

BOOST_AUTO_TEST_CASE(a_number_too_large_does_not_become_negative)
{
    BOOST_TEST(listed({~std::uint64_t{0}})[0] == std::numeric_limits<std::ptrdiff_t>::max());
}

BOOST_AUTO_TEST_CASE(a_shape_takes_them)
{
    std::size_t n = 3;
    int k = 2;
    shape_type const shape = shape_argument({n, k});
    BOOST_TEST((shape == shape_type{3, 2}));
    k = -2;
    BOOST_CHECK_THROW(shape_argument({n, k}), value_error);
}
