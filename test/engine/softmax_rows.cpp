#include <boost/test/unit_test.hpp>

#include <xgrad/nn.hpp>
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

// Shares of rows of any length: as columns, several together, or one by one.

using namespace xgrad;

namespace {
using element_types = std::tuple<double, float>;

// around a register, where short rows end, where rows go one by one, a block
std::vector<std::size_t> const lengths{1,  2,  3,  5,  7,  8,  9,   10,  15,  16,  17,
                                       31, 32, 33, 63, 64, 65, 127, 128, 129, 511, 1100};

template <class T>
bool all_equal(tensor<T> const& a, tensor<T> const& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](T x, T y) {
        return x == y || (std::isnan(x) && std::isnan(y));
    });
}

/// The largest error of both functions in row i, in units of the share's or logarithm's own size.
template <class T>
long double error_in_row(
    tensor<T> const& x, tensor<T> const& shares, tensor<T> const& logarithms, std::size_t i)
{
    auto const length = x.shape(1);
    long double largest = -std::numeric_limits<long double>::infinity();
    for (std::size_t j = 0; j < length; ++j) {
        largest = std::max(largest, static_cast<long double>(x(i, j)));
    }
    long double total = 0;
    for (std::size_t j = 0; j < length; ++j) {
        total += std::exp(x(i, j) - largest);
    }
    long double worst = 0;
    for (std::size_t j = 0; j < length; ++j) {
        auto const logarithm = x(i, j) - largest - std::log(total);
        auto const share = std::exp(logarithm);
        worst = std::max(worst, std::abs(shares(i, j) - share) / share);
        worst = std::max(
            worst, std::abs(logarithms(i, j) - logarithm) / std::max(1.0L, std::abs(logarithm)));
    }
    return worst;
}
} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(shares_of_rows_of_any_length_are_right, T, element_types)
{
    constexpr auto epsilon = static_cast<long double>(std::numeric_limits<T>::epsilon());
    for (auto const length : lengths) {
        for (std::size_t const rows : {1, 2, 7, 8, 9, 16, 33, 70}) {
            auto const x = random::normal<T>({rows, length}, 1, 2);
            tensor const shares = softmax(x);
            tensor const logarithms = log_softmax(x);
            long double worst = 0;
            for (std::size_t i = 0; i < rows; ++i) {
                worst = std::max(worst, error_in_row(x, shares, logarithms, i));
            }
            BOOST_TEST(worst < 16 * epsilon, rows << " x " << length << ": " << worst / epsilon);
            // A row's neighbours do not show in it.
            tensor<T> const last =
                view(x, range(static_cast<int>(rows) - 1, static_cast<int>(rows)));
            BOOST_TEST(all_equal(softmax(last), as_tensor(view(shares, range(rows - 1, rows)))));
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_no_number_stays_in_its_row_of_shares, T, element_types)
{
    constexpr auto infinity = std::numeric_limits<T>::infinity();
    constexpr auto nan = std::numeric_limits<T>::quiet_NaN();
    for (auto const length : lengths) {
        auto x = zeros<T>({40, length});
        auto* const elements = x.body().template elements<T>();
        auto const row = [&](std::size_t i) { return elements + i * length; };
        row(1)[length - 1] = nan;
        std::fill_n(row(2), length, -infinity);
        row(3)[length / 2] = -infinity;
        row(4)[0] = infinity;
        tensor const shares = softmax(x);
        tensor const logarithms = log_softmax(x);
        for (std::size_t j = 0; j < length; ++j) {
            BOOST_TEST(std::isnan(shares(1, j)));
            BOOST_TEST(std::isnan(logarithms(1, j)));
            BOOST_TEST(shares(2, j) == 0);
            BOOST_TEST(logarithms(2, j) == -infinity);
            bool const excluded = j == length / 2;
            BOOST_TEST((shares(3, j) == 0) == (excluded || length == 1));
            BOOST_TEST((logarithms(3, j) == -infinity) == (excluded || length == 1));
            BOOST_TEST((j == 0 ? std::isnan(shares(4, j)) : shares(4, j) == 0));
            for (std::size_t const i : {0, 5, 33, 39}) {
                BOOST_TEST(std::abs(shares(i, j) * T(length) - 1) < T(1e-5));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(adjoints_of_rows_are_those_of_columns, T, element_types)
{
    constexpr auto infinity = std::numeric_limits<T>::infinity();
    for (auto const length : lengths) {
        for (std::size_t const rows : {1, 9, 40}) {
            auto x = random::normal<T>({rows, length}, 1, 2);
            if (length > 2) {
                x.body().template elements<T>()[length / 2] = -infinity; // it has no share
            }
            auto const w = random::normal<T>({rows, length}, 0, 1);
            auto const differs = [&](auto const& share) {
                auto tape = create_tape();
                tensor const along_rows = sum(where(x == -infinity, T(0), w * share(x, -1)));
                tensor const turned = transpose(x);
                tensor const along_columns =
                    sum(where(turned == -infinity, T(0), transpose(w) * share(turned, 0)));
                tensor const sum_of_both = along_rows - along_columns;
                tensor const difference = grad(tape, sum_of_both, x);
                return amax(abs(difference)).item() / amax(abs(w)).item();
            };
            auto const soft = [](auto const& a, int axis) { return softmax(a, axis); };
            auto const logarithm = [](auto const& a, int axis) { return log_softmax(a, axis); };
            auto const epsilon = 32 * std::numeric_limits<T>::epsilon();
            BOOST_TEST(differs(soft) < epsilon, rows << " x " << length);
            BOOST_TEST(differs(logarithm) < epsilon * 4, rows << " x " << length);
        }
    }
}

BOOST_AUTO_TEST_CASE(shares_of_what_lies_apart_or_is_empty_are_those_of_a_copy)
{
    auto const x = random::normal({6, 5, 12}, 0, 1);
    tensor const turned = transpose(x, {2, 0, 1});
    BOOST_TEST(all_equal(softmax(turned), softmax(turned * 1.)));
    BOOST_TEST(all_equal(log_softmax(turned), log_softmax(turned * 1.)));
    tensor const part = view(x, all(), range(0, 5, 2), range(3, 9));
    BOOST_TEST(all_equal(softmax(part), softmax(part * 1.)));
    // along another axis, by the general way
    auto const middle = as_tensor(transpose(softmax(x, 1), {0, 2, 1}));
    auto const last = softmax(transpose(x, {0, 2, 1}));
    BOOST_TEST(amax(abs(middle - last)).item() < 1e-15);
    BOOST_TEST(softmax(zeros({0, 4})).size() == 0u);
    BOOST_TEST(log_softmax(zeros({4, 0})).size() == 0u);
    BOOST_TEST(softmax(zeros({0})).size() == 0u);
}

BOOST_AUTO_TEST_CASE(shares_have_the_same_bits_for_every_number_of_threads)
{
    auto const threads = num_threads();
    for (std::size_t const length : {3, 10, 40, 1000}) {
        auto const x = random::normal({300'000 / length, length}, 0, 1);
        set_num_threads(1);
        auto const shares = softmax(x);
        auto const logarithms = log_softmax(x);
        auto const slope = [&] {
            return gradient(
                [](auto const& a) { return sum(a * (softmax(a) + log_softmax(a))); }, x);
        };
        auto const alone = slope();
        set_num_threads(3);
        BOOST_TEST(all_equal(softmax(x), shares));
        BOOST_TEST(all_equal(log_softmax(x), logarithms));
        BOOST_TEST(all_equal(slope(), alone));
    }
    set_num_threads(threads);
}
