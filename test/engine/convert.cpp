#include <boost/test/unit_test.hpp>

#include <xgrad/engine/convert.hpp>
#include <xgrad/engine/count_true.hpp>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

using namespace xgrad;

namespace {
// std::vector<bool> has no elements to point at.
struct truth_values
{
    explicit truth_values(std::size_t count) : size(count), values(new bool[count + 1]) {}

    std::size_t size;
    std::unique_ptr<bool[]> values;
};

template <class T>
void check_truth()
{
    using limits = std::numeric_limits<T>;
    std::vector<T> const some{
        T(0),
        T(1),
        T(-1),
        limits::min(),
        limits::max(),
        T(0),
        T(-0.),
        limits::quiet_NaN(),
        limits::infinity(),
        limits::denorm_min(),
        limits::lowest(),
        T(256),
        T(0)};
    for (std::size_t count = 0; count < 300; ++count) {
        std::vector<T> x(count);
        for (std::size_t i = 0; i < count; ++i) {
            x[i] = some[(i * i + count) % some.size()];
        }
        truth_values truth(count);
        truth.values[count] = true;
        vectorized::convert_elements<T>(
            reinterpret_cast<std::byte const*>(x.data()), count, truth.values.get());
        BOOST_TEST(truth.values[count]); // not written
        std::vector<T> back(count + 1, T(7));
        vectorized::convert_elements<bool>(
            reinterpret_cast<std::byte const*>(truth.values.get()), count, back.data());
        BOOST_TEST(back[count] == T(7));
        for (std::size_t i = 0; i < count; ++i) {
            BOOST_TEST_REQUIRE(truth.values[i] == static_cast<bool>(x[i]));
            BOOST_TEST_REQUIRE(back[i] == T(truth.values[i]));
        }
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(truth_values_of_any_number_are_those_of_the_elements_and_back)
{
    check_truth<double>();
    check_truth<float>();
    check_truth<std::int64_t>();
    check_truth<std::int32_t>();
}

BOOST_AUTO_TEST_CASE(truth_values_are_counted_over_more_words_than_a_byte_counts)
{
    for (std::size_t const count : {0, 1, 7, 8, 9, 2039, 2040, 2041, 2047, 2048, 10000}) {
        truth_values all(count);
        std::fill_n(all.values.get(), count, true);
        BOOST_TEST(count_true(all.values.get(), count) == static_cast<std::int64_t>(count));
        std::int64_t expected = 0;
        for (std::size_t i = 0; i < count; ++i) {
            all.values[i] = i * i % 7 < 3;
            expected += all.values[i] ? 1 : 0;
        }
        BOOST_TEST(count_true(all.values.get(), count) == expected);
    }
}
