#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

// Rows of a few elements: how they are brought into blocks, and how each becomes one number.

using namespace xgrad;

namespace {
// around a move of 16, 32 or 64 bytes, a register, a few of them, and what is short
std::vector<std::size_t> const lengths{
    1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130};

template <class T>
bool all_equal(tensor<T> const& a, tensor<T> const& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// f of every place {i, j}, without anything that packs.
template <class T, class F>
tensor<T> by_elements(std::size_t rows, std::size_t columns, F const& f)
{
    auto result = zeros<T>({rows, columns});
    auto* to = result.body().template elements<T>();
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
            *to++ = f(i, j);
        }
    }
    return result;
}

template <class T>
void expect_rows_in_order()
{
    for (auto const columns : lengths) {
        for (std::size_t const rows : {1, 2, 3, 9, 200}) {
            auto const x = random::uniform<T>({rows, columns + 2}, -1, 1);
            auto const column = random::uniform<T>({rows, 1}, -1, 1);
            tensor const part = view(x, all(), range(1, columns + 1));
            auto const product = by_elements<T>(
                rows, columns, [&](auto i, auto j) { return x(i, j + 1) * column(i, 0); });
            BOOST_TEST(all_equal(tensor<T>(part * column), product), rows << " x " << columns);
            tensor const same = broadcast(column, {rows, columns});
            auto const numbers =
                by_elements<T>(rows, columns, [&](auto i, auto) { return column(i, 0); });
            BOOST_TEST(all_equal(tensor<T>(same * T(1)), numbers), rows << " x " << columns);
            tensor const back = view(flip(x, 0), all(), range(0, columns));
            auto const reversed =
                by_elements<T>(rows, columns, [&](auto i, auto j) { return x(rows - 1 - i, j); });
            BOOST_TEST(all_equal(tensor<T>(back * T(1)), reversed), rows << " x " << columns);
            tensor const mirrored = flip(part, 1);
            auto const other_end =
                by_elements<T>(rows, columns, [&](auto i, auto j) { return x(i, columns - j); });
            BOOST_TEST(all_equal(tensor<T>(mirrored * T(1)), other_end), rows << " x " << columns);
            tensor const every_other = view(x, all(), range(0, columns + 2, 2));
            auto const steps =
                by_elements<T>(rows, columns / 2 + 1, [&](auto i, auto j) { return x(i, 2 * j); });
            tensor const read = every_other * T(1);
            BOOST_TEST(all_equal(view(read, all(), range(0, columns / 2 + 1)), steps), columns);
            tensor const turned = transpose(part);
            auto const columns_first =
                by_elements<T>(columns, rows, [&](auto j, auto i) { return x(i, j + 1); });
            BOOST_TEST(
                all_equal(tensor<T>(turned * T(1)), columns_first), rows << " x " << columns);
        }
    }
}

template <class T>
struct row_of
{
    std::vector<long double> elements;

    row_of(tensor<T> const& x, std::size_t i)
    {
        for (std::size_t j = 0; j < x.shape(1); ++j) {
            elements.push_back(static_cast<long double>(x(i, j)));
        }
    }

    long double largest() const { return *std::max_element(elements.begin(), elements.end()); }

    long double variance() const
    {
        auto const n = static_cast<long double>(elements.size());
        long double mean = 0, squares = 0;
        for (auto const e : elements) {
            mean += e / n;
        }
        for (auto const e : elements) {
            squares += (e - mean) * (e - mean) / n;
        }
        return squares;
    }

    long double log_sum_exp() const
    {
        long double sum = 0;
        for (auto const e : elements) {
            sum += std::exp(e);
        }
        return std::log(sum);
    }
};

/// Relative to numbers above 1.
long double distance(long double a, long double b)
{
    return std::abs(a - b) / std::max(1.0L, std::abs(b));
}

template <class T>
void expect_reduced_rows()
{
    constexpr auto epsilon = static_cast<long double>(std::numeric_limits<T>::epsilon());
    for (auto const columns : lengths) {
        for (std::size_t const rows : {1, 2, 7, 40, 700}) {
            auto const x = random::normal<T>({rows, columns}, 1, 2);
            tensor const largest = amax(x, 1);
            tensor const deviation = variance(x, 1);
            tensor const exponents = logsumexp(x, 1);
            long double worst = 0;
            for (std::size_t i = 0; i < rows; ++i) {
                row_of<T> const row(x, i);
                worst = std::max(worst, std::abs(largest(i) - row.largest()));
                worst = std::max(worst, distance(deviation(i), row.variance()));
                worst = std::max(worst, distance(exponents(i), row.log_sum_exp()));
            }
            BOOST_TEST(worst < 6 * epsilon, rows << " x " << columns);
        }
    }
}

template <class T>
bool same_bits(T a, T b)
{
    return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

/// Each row's fold, in company and alone. (A row that lies in two blocks is added up in two parts.)
template <class T>
void expect_folded_rows()
{
    constexpr auto infinity = std::numeric_limits<T>::infinity();
    T const special[]{std::numeric_limits<T>::quiet_NaN(), infinity, -infinity, T(-0.0)};
    for (auto const columns : lengths) {
        for (std::size_t const rows : {1, 3, 4, 7, 8, 9, 16, 17, 40}) {
            for (bool const with_special : {false, true}) {
                tensor x = random::normal<T>({rows, columns}, 1, 2);
                auto* const elements = x.body().template elements<T>();
                for (std::size_t i = 0; with_special && i < rows * columns; i += 11) {
                    elements[i] = special[i / 11 % 4];
                }
                auto const expect = [&](auto const& fold, char const* name) {
                    tensor<T> const together = fold(x, 1);
                    for (std::size_t i = 0; i < rows; ++i) {
                        constexpr auto block = block_length<T>;
                        if (i * columns / block != ((i + 1) * columns - 1) / block) {
                            continue;
                        }
                        tensor<T> const row = view(x, i) * T(1);
                        tensor<T> const alone = fold(row, 0);
                        BOOST_TEST(
                            same_bits(together(i), alone.item()),
                            name << ", row " << i << " of " << rows << " x " << columns << ": "
                                 << together(i) << ", alone " << alone.item());
                    }
                };
                expect([](auto const& a, int axis) { return sum(a, axis); }, "sum");
                expect([](auto const& a, int axis) { return prod(a, axis); }, "prod");
                expect([](auto const& a, int axis) { return amax(a, axis); }, "amax");
                expect([](auto const& a, int axis) { return amin(a, axis); }, "amin");
                if (columns >= vectorized::short_row<T>) {
                    expect([](auto const& a, int axis) { return logsumexp(a, axis); }, "logsumexp");
                }
            }
        }
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(rows_of_a_few_elements_are_read_in_order)
{
    expect_rows_in_order<double>();
    expect_rows_in_order<float>();
}

BOOST_AUTO_TEST_CASE(truth_values_of_rows_of_a_few_elements_are_read_in_order)
{
    for (auto const columns : lengths) {
        std::size_t const rows = 90;
        auto const x = random::uniform({rows, columns}, -1, 1);
        tensor<bool> const signs = random::uniform({rows, 1}, -1, 1) > 0.;
        auto const chosen = by_elements<double>(
            rows, columns, [&](auto i, auto j) { return signs(i, 0) ? x(i, j) : 0.; });
        BOOST_TEST(all_equal(tensor<double>(where(signs, x, 0.)), chosen), columns);
    }
}

BOOST_AUTO_TEST_CASE(rows_of_a_few_elements_are_reduced_like_long_ones)
{
    expect_reduced_rows<double>();
    expect_reduced_rows<float>();
}

BOOST_AUTO_TEST_CASE(rows_that_are_folded_together_have_the_bits_of_each_alone)
{
    expect_folded_rows<double>();
    expect_folded_rows<float>();
}

BOOST_AUTO_TEST_CASE(a_middle_axis_is_reduced_like_the_last_one)
{
    for (auto const columns : lengths) {
        for (auto const& [parts, rows] : {std::pair{3, 5}, {90, 10}, {2, 300}}) {
            auto const b = static_cast<std::size_t>(parts);
            auto const t = static_cast<std::size_t>(rows);
            auto const x = random::normal({b, t, columns}, 1, 2);
            tensor const turned = reshape(transpose(x, {0, 2, 1}) * 1., {-1, rows});
            auto const distance = [&](auto const& middle, auto const& last) {
                auto const expected = reshape(last, middle.shape());
                return amax(abs(middle - expected) / maximum(abs(expected), 1.)).item();
            };
            BOOST_TEST(all_equal(amax(x, 1), reshape(amax(turned, 1), {parts, -1})));
            BOOST_TEST(distance(sum(x, 1), sum(turned, 1)) < 1e-12);
            BOOST_TEST(distance(variance(x, 1), variance(turned, 1)) < 1e-13);
            BOOST_TEST(distance(logsumexp(x, 1), logsumexp(turned, 1)) < 1e-14);
            BOOST_TEST(distance(sum(x, {0, 2}), sum(as_tensor(sum(x, 2)), 0)) < 1e-11);
            BOOST_TEST(all_equal(amax(x, {0, 2}), as_tensor(amax(as_tensor(amax(x, 2)), 0))));
        }
    }
}

BOOST_AUTO_TEST_CASE(rows_that_repeat_are_read_in_order)
{
    for (auto const columns : lengths) {
        for (std::size_t const rows : {1, 2, 3, 17, 200}) {
            auto const x = random::uniform({3, rows, columns}, -1, 1);
            auto const y = random::uniform({3, 1, columns}, -1, 1);
            tensor const product = x * y;
            bool right = true;
            for (std::size_t b = 0; b < 3; ++b) {
                for (std::size_t i = 0; i < rows; ++i) {
                    for (std::size_t j = 0; j < columns; ++j) {
                        right = right && product(b, i, j) == x(b, i, j) * y(b, 0, j);
                    }
                }
            }
            BOOST_TEST(right, rows << " x " << columns);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_number_stays_in_its_row)
{
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    for (auto const columns : lengths) {
        auto const f = [&](std::size_t i, std::size_t j) {
            double const special[]{nan, infinity, -infinity};
            return i < 3 && j == columns - 1 ? special[i] : i == 4 ? -infinity : 1.;
        };
        auto const x = by_elements<double>(300, columns, f);
        tensor const largest = amax(x, 1);
        tensor const exponents = logsumexp(x, 1);
        tensor const deviation = variance(x, 1);
        for (auto const& result : {largest, exponents, deviation}) {
            BOOST_TEST(std::isnan(result(0)));
        }
        BOOST_TEST(largest(1) == infinity);
        BOOST_TEST(exponents(1) == infinity);
        BOOST_TEST(largest(2) == (columns == 1 ? -infinity : 1.));
        BOOST_TEST(exponents(4) == -infinity);
        for (std::size_t i = 5; i < 300; ++i) {
            BOOST_TEST(largest(i) == 1.);
            BOOST_TEST(deviation(i) == 0.);
            BOOST_TEST(std::abs(exponents(i) - 1 - std::log(columns)) < 1e-14);
        }
    }
}

BOOST_AUTO_TEST_CASE(rows_of_a_few_elements_have_the_same_bits_for_every_number_of_threads)
{
    auto const threads = num_threads();
    for (std::size_t const columns : {3, 10, 33}) {
        auto const x = random::normal({400'000 / columns, columns}, 0, 1);
        auto const all_of = [&] {
            return std::vector<tensor<double>>{
                variance(x, 1),
                logsumexp(x, 1),
                amax(x, 1),
                sum(x, 1),
                as_tensor(x * sum(x, 1, {.keep_dims = true}))};
        };
        set_num_threads(1);
        auto const alone = all_of();
        set_num_threads(3);
        auto const together = all_of();
        for (std::size_t k = 0; k < alone.size(); ++k) {
            BOOST_TEST(all_equal(alone[k], together[k]));
        }
    }
    set_num_threads(threads);
}
