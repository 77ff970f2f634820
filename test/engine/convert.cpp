#include <boost/test/unit_test.hpp>

#include <xgrad/engine/convert.hpp>
#include <xgrad/engine/count_true.hpp>
#include <xgrad/simd/bits.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
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

namespace {
/// Numbers at and beyond the ends of every type, and such as lie between two of another.
template <class T>
std::vector<T> notable()
{
    using limits = std::numeric_limits<T>;
    std::vector<T> all{
        T(0),
        T(1),
        T(-1),
        T(77),
        limits::lowest(),
        limits::max(),
        limits::min(),
        limits::epsilon()};
    if constexpr (std::floating_point<T>) {
        all.insert(all.end(), {T(-0.), limits::denorm_min(), limits::infinity()});
        all.insert(all.end(), {-limits::infinity(), limits::quiet_NaN(), T(0.1), T(-2.9)});
        for (int const exponent : {-150, -149, -127, -126, 24, 31, 32, 53, 62, 63, 127, 128}) {
            auto const power = std::ldexp(T(1), exponent);
            for (auto const x : {power, std::nextafter(power, T(0)), power * T(1.3)}) {
                all.insert(all.end(), {x, -x});
            }
        }
        all.insert(all.end(), {T(2147483647.), T(-2147483649.), T(2147483646.5)});
        all.insert(all.end(), {T(0x1.000001p0), T(0x1.000003p0), T(0x1.ffffffp127)}); // ties
    } else {
        for (int bit = 20; bit + 1 < limits::digits; ++bit) {
            auto const power = T{1} << bit;
            all.insert(all.end(), {power, T(power + 1), T(power - 1), T(-power - 1)});
        }
    }
    return all;
}

template <class From, class To>
void check_numbers()
{
    auto const some = notable<From>();
    for (std::size_t count = 0; count < 3 * some.size(); ++count) {
        std::vector<From> x(count);
        for (std::size_t i = 0; i < count; ++i) {
            x[i] = some[(i + 7 * count) % some.size()];
        }
        std::vector<To> y(count + 1, To(7));
        vectorized::convert_elements<From>(
            reinterpret_cast<std::byte const*>(x.data()), count, y.data());
        BOOST_TEST(y[count] == To(7)); // not written
        for (std::size_t i = 0; i < count; ++i) {
            auto const expected = convert_element<To>(x[i]);
            bool const same = y[i] == expected || (y[i] != y[i] && expected != expected);
            BOOST_TEST_REQUIRE(same, x[i] << " becomes " << y[i] << " at " << i);
            BOOST_TEST_REQUIRE(std::signbit(double(y[i])) == std::signbit(double(expected)));
        }
    }
}

template <class From>
void check_numbers_from()
{
    check_numbers<From, double>();
    check_numbers<From, float>();
    check_numbers<From, std::int64_t>();
    check_numbers<From, std::int32_t>();
}
} // namespace

BOOST_AUTO_TEST_CASE(numbers_of_every_type_become_those_of_every_other_at_every_position)
{
    check_numbers_from<double>();
    check_numbers_from<float>();
    check_numbers_from<std::int64_t>();
    check_numbers_from<std::int32_t>();
}

BOOST_AUTO_TEST_CASE(numbers_round_to_floats_within_a_register_as_one_by_one)
{
    auto const all = notable<double>();
    for (auto const x : all) {
        using V = simd::batch<double>;
        std::vector<double> lanes(V::size);
        simd::round_to_float(V(x)).store(lanes.data());
        for (auto const y : lanes) {
            auto const expected = static_cast<double>(static_cast<float>(x));
            BOOST_TEST((y == expected || (y != y && x != x)), x << " is rounded to " << y);
            BOOST_TEST((std::signbit(y) == std::signbit(x)));
        }
    }
}

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
