#include <boost/test/unit_test.hpp>

#include <xgrad/engine/extrema.hpp>
#include <xgrad/engine/sort.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

using namespace xgrad;

namespace {
/// Numbers of which many are equal, with what is no finite number among them.
template <class T>
std::vector<T> some_rows(std::size_t rows, std::size_t length)
{
    std::mt19937 random(static_cast<unsigned>(rows + 100 * length));
    std::uniform_int_distribution<int> tenths(-12, 12);
    std::vector<T> x(rows * length);
    for (auto& element : x) {
        auto const n = tenths(random);
        element = static_cast<T>(n);
        if constexpr (std::floating_point<T>) {
            using limits = std::numeric_limits<T>;
            element = n == 12 ? limits::quiet_NaN()
                : n == 11     ? limits::infinity()
                : n == -11    ? -limits::infinity()
                : n == -12    ? T(-0.)
                              : element / 4;
        }
    }
    return x;
}

template <class T>
bool is_less(T a, T b)
{
    return a < b || (b != b && a == a);
}

/// The order of one row, by the standard library.
template <class T>
std::vector<std::int64_t> order_of(T const* row, std::size_t length, bool largest_first)
{
    std::vector<std::int64_t> order(length);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto i, auto k) {
        return largest_first ? is_less(row[k], row[i]) : is_less(row[i], row[k]);
    });
    return order;
}

/// Calls f for rows of every length up to some registers, few of them and many.
template <class F>
void for_all_rows(F const& f)
{
    for (std::size_t length = 1; length < 70; ++length) {
        for (std::size_t const rows : {1, 5, 8, 33, 150}) {
            f(some_rows<double>(rows, length), rows, length);
            f(some_rows<float>(rows, length), rows, length);
            f(some_rows<std::int32_t>(rows, length), rows, length);
            f(some_rows<std::int64_t>(rows, length), rows, length);
        }
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(rows_of_every_length_are_in_the_order_of_a_stable_sort)
{
    for_all_rows([](auto const& x, std::size_t rows, std::size_t length) {
        for (bool const largest_first : {false, true}) {
            std::vector<std::int64_t> order(x.size());
            sort_rows(x.data(), rows, length, length, largest_first, order.data());
            for (std::size_t row = 0; row < rows; ++row) {
                auto const expected = order_of(x.data() + row * length, length, largest_first);
                auto const begin = order.begin() + static_cast<std::ptrdiff_t>(row * length);
                BOOST_TEST_REQUIRE(
                    std::equal(expected.begin(), expected.end(), begin),
                    rows << " rows of " << length << ", row " << row);
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(selected_elements_are_those_of_the_sorted_row)
{
    for_all_rows([](auto const& x, std::size_t rows, std::size_t length) {
        std::vector<std::size_t> const places{0, length / 2, length - 1};
        std::vector<std::int64_t> found(rows * 3);
        select_in_rows(x.data(), rows, length, places, found.data());
        for (std::size_t row = 0; row < rows; ++row) {
            auto const* const elements = x.data() + row * length;
            auto const order = order_of(elements, length, false);
            auto const last = elements[order[length - 1]];
            for (std::size_t i = 0; i < 3; ++i) {
                auto const expected = last != last ? order[length - 1] : order[places[i]];
                // Of equal elements any one.
                BOOST_TEST_REQUIRE(
                    (found[3 * row + i] == expected ||
                     elements[found[3 * row + i]] == elements[expected]));
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(the_first_extreme_element_is_found_in_rows_of_every_length)
{
    auto const check = [](auto const& x, std::size_t rows, std::size_t length) {
        for (bool const largest : {false, true}) {
            std::vector<std::int64_t> found(rows);
            find_extrema(x.data(), rows, length, largest, found.data());
            for (std::size_t row = 0; row < rows; ++row) {
                auto const* const elements = x.data() + row * length;
                std::size_t best = 0;
                for (std::size_t i = 1; i < length && elements[best] == elements[best]; ++i) {
                    bool const better =
                        largest ? elements[i] > elements[best] : elements[i] < elements[best];
                    best = better || elements[i] != elements[i] ? i : best;
                }
                BOOST_TEST_REQUIRE(
                    found[row] == static_cast<std::int64_t>(best),
                    rows << " rows of " << length << ", row " << row);
            }
        }
    };
    for_all_rows(check);
    for (std::size_t const length : {511, 512, 513, 1030, 5000}) {
        std::vector<double> x(length);
        std::iota(x.begin(), x.end(), 0.);
        check(x, 1, length);
        std::reverse(x.begin(), x.end());
        check(x, 1, length);
        x[length - 1] = std::numeric_limits<double>::quiet_NaN();
        check(x, 1, length);
        check(std::vector<double>(length, -std::numeric_limits<double>::infinity()), 1, length);
        check(some_rows<float>(1, length), 1, length);
    }
}
