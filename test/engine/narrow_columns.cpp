#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

// Reductions over an axis behind which there are few elements: panels of a few columns, of which
// blocks and chunks hold parts.

using namespace xgrad;

namespace {
/// One number for each column of each panel of x, from its elements.
template <class T, class F>
std::vector<long double> by_columns(tensor<T> const& x, F const& f)
{
    auto const rows = x.shape()[1];
    auto const width = x.shape()[2];
    std::vector<long double> results;
    std::vector<long double> column(rows);
    for (std::size_t panel = 0; panel < x.shape()[0]; ++panel) {
        for (std::size_t i = 0; i < width; ++i) {
            for (std::size_t row = 0; row < rows; ++row) {
                column[row] = x.data()[(panel * rows + row) * width + i];
            }
            results.push_back(f(column));
        }
    }
    return results;
}

long double mean_of(std::vector<long double> const& column)
{
    long double sum = 0;
    for (auto const x : column) {
        sum += x;
    }
    return sum / static_cast<long double>(column.size());
}

long double variance_of(std::vector<long double> const& column)
{
    auto const mean = mean_of(column);
    long double squares = 0;
    for (auto const x : column) {
        squares += (x - mean) * (x - mean);
    }
    return squares / static_cast<long double>(column.size());
}

long double log_sum_exp_of(std::vector<long double> const& column)
{
    auto const most = *std::max_element(column.begin(), column.end());
    long double sum = 0;
    for (auto const x : column) {
        sum += std::exp(x - most);
    }
    return most + std::log(sum);
}

long double largest_of(std::vector<long double> const& column)
{
    return *std::max_element(column.begin(), column.end());
}

template <class T>
bool is_near(tensor<T> const& y, std::vector<long double> const& expected)
{
    constexpr long double close = 16 * std::numeric_limits<T>::epsilon();
    return std::equal(
        y.begin(), y.end(), expected.begin(), expected.end(), [&](long double a, long double b) {
            return std::abs(a - b) <= close * (1 + std::abs(b));
        });
}

template <class T>
bool same_bits(tensor<T> const& a, tensor<T> const& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

template <class T>
void check_columns(std::size_t panels, std::size_t rows, std::size_t width)
{
    auto const x = random::uniform<T>({panels, rows, width}, -1, 3);
    auto const what = [&] {
        return std::to_string(panels) + " x " + std::to_string(rows) + " x " +
            std::to_string(width);
    };
    auto const variances = by_columns(x, variance_of);
    auto const sums = by_columns(x, log_sum_exp_of);
    // The elements themselves, and those of an expression, which come block by block.
    BOOST_TEST(is_near(variance(x, 1), variances), what());
    BOOST_TEST(is_near(variance(x * T(1), 1), variances), what());
    BOOST_TEST(is_near(logsumexp(x, 1), sums), what());
    BOOST_TEST(is_near(logsumexp(x * T(1), 1), sums), what());
    BOOST_TEST(is_near(mean(x, 1), by_columns(x, mean_of)), what());
    BOOST_TEST(is_near(mean(x * T(1), 1), by_columns(x, mean_of)), what());
    BOOST_TEST(is_near(amax(x, 1), by_columns(x, largest_of)), what());
    BOOST_TEST(is_near(amax(x * T(1), 1), by_columns(x, largest_of)), what());
    // The same columns as rows, of which parts come before and after whole ones.
    tensor<T> const rows_of_it = transpose(x, {0, 2, 1}) * T(1);
    BOOST_TEST(is_near(variance(rows_of_it, 2), variances), what());
    BOOST_TEST(is_near(logsumexp(rows_of_it * T(1), 2), sums), what());
}
} // namespace

BOOST_AUTO_TEST_CASE(few_columns_of_any_length_are_reduced_as_one_by_one)
{
    for (std::size_t const rows : {1, 2, 15, 16, 31, 32, 33, 100, 171, 512, 513, 1100}) {
        for (std::size_t const width : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17}) {
            check_columns<double>(3, rows, width);
            check_columns<float>(3, rows, width);
        }
    }
}

BOOST_AUTO_TEST_CASE(few_columns_have_one_result_for_any_number_of_threads)
{
    for (std::size_t const width : {2, 3, 7, 11}) {
        for (std::size_t const rows : {1000, 40, 200000}) {
            auto const x = random::uniform({600000 / rows, rows, width}, -1, 3);
            auto const all_of_them = [&] {
                return std::vector<tensor<double>>{
                    variance(x, 1), logsumexp(x * 2., 1), sum(x * x, 1), variance(x, {0, 1})};
            };
            auto const several = all_of_them();
            auto const threads = num_threads();
            set_num_threads(1);
            auto const single = all_of_them();
            set_num_threads(threads);
            for (std::size_t i = 0; i < single.size(); ++i) {
                BOOST_TEST(same_bits(several[i], single[i]), rows << " x " << width);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(few_columns_with_infinities_and_equal_elements)
{
    constexpr auto inf = std::numeric_limits<double>::infinity();
    tensor<double> x = broadcast(constant({-inf, inf, 1e8 + 0.1}), {2, 300, 3}) * 1.;
    auto const sums = logsumexp(x, 1);
    BOOST_TEST((sums(0, 0) == -inf));
    BOOST_TEST((sums(1, 1) == inf));
    BOOST_TEST(sums(1, 2) == 1e8 + 0.1 + std::log(300.), boost::test_tools::tolerance(1e-15));
    BOOST_TEST(variance(x, 1)(1, 2) == 0.);
}
