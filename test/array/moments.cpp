#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cmath>
#include <vector>

using namespace xgrad;

namespace {
/// Σ f(row) over rows in long double.
template <class F>
void check_rows(
    tensor<double> const& x, tensor<double> const& reduced, double allowed, F const& by_hand)
{
    auto const rows = x.shape()[0];
    auto const length = x.shape()[1];
    auto const* const element = x.data();
    for (std::size_t i = 0; i < rows; ++i) {
        double const expected = by_hand(element + i * length, length);
        BOOST_TEST_REQUIRE(
            std::abs(reduced(i) - expected) <= allowed * (1 + std::abs(expected)),
            "row " << i << " of " << to_string(x.shape()) << ": " << reduced(i) << ", not "
                   << expected);
    }
}

double variance_by_hand(double const* x, std::size_t n)
{
    long double mean = 0;
    long double squares = 0;
    for (std::size_t i = 0; i < n; ++i) {
        mean += static_cast<long double>(x[i]) / static_cast<long double>(n);
    }
    for (std::size_t i = 0; i < n; ++i) {
        squares += (x[i] - mean) * (x[i] - mean);
    }
    return static_cast<double>(squares / static_cast<long double>(n));
}
} // namespace

BOOST_AUTO_TEST_CASE(rows_of_every_length_reduce_to_what_they_do_by_hand)
{
    random::seed(3);
    for (std::size_t const length : {1u, 3u, 7u, 16u, 33u, 100u, 1030u, 5000u, 70001u}) {
        auto const x =
            random::uniform({length > 5000 ? std::size_t{3} : 4097 / length + 37, length}, -1, 1);
        check_rows(x, sum(square(x) + x, 1), 1e-11, [](double const* row, std::size_t n) {
            long double sum = 0;
            for (std::size_t i = 0; i < n; ++i) {
                sum += static_cast<long double>(row[i]) * row[i] + row[i];
            }
            return static_cast<double>(sum);
        });
        check_rows(x, variance(x, 1), 1e-13, variance_by_hand);
        check_rows(x, variance(2 * x - x, 1), 1e-13, variance_by_hand);
        tensor<double> const turned = transpose(x) + 0;
        check_rows(x, variance(turned, 0), 1e-13, variance_by_hand);
    }
}

BOOST_AUTO_TEST_CASE(the_variance_of_numbers_far_from_zero_keeps_its_digits)
{
    random::seed(5);
    auto const x = random::normal({100000});
    auto const expected = variance(x).item();
    BOOST_TEST(variance(x + 1e6).item() == expected, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(variance(full({1000}, 1e9 + 0.1)).item() < 1e-12);
}

BOOST_AUTO_TEST_CASE(the_variance_of_numbers_close_together_keeps_its_digits)
{
    random::seed(7);
    for (std::size_t const length : {64, 100, 512, 3000}) {
        BOOST_TEST(variance(full({3, length}, 0.1), 1)(2) == 0.);
        BOOST_TEST(variance(full({3, length}, 0.1f), 1)(2) == 0.f);
        // To both sides of where the sum of them is enough.
        for (double const spread : {1e-9, 1e-8, 5e-8, 2e-7, 1e-6, 1e-4, 1e-3, 5e-3, 1e-2, 1.}) {
            tensor<double> const x = 3 + spread * random::normal({5, length});
            auto const check = [&](tensor<double> const& rows, auto const& v, double allowed) {
                for (std::size_t i = 0; i < 5; ++i) {
                    BOOST_TEST(
                        static_cast<double>(v(i)) ==
                            variance_by_hand(rows.data() + i * length, length),
                        boost::test_tools::tolerance(allowed));
                }
            };
            // Means of parts that are joined are rounded.
            double const joined = length == 64 || length == 512 ? 0 : 3 / spread;
            check(x, variance(x, 1), 1e-13 + 2e-16 * joined);
            if (spread >= 1e-4) {
                tensor<float> const in_float = cast<float>(x);
                check(cast<double>(in_float), variance(in_float, 1), 2e-5 + 1e-7 * joined);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(variances_do_not_depend_on_the_number_of_threads_or_on_a_tape)
{
    random::seed(6);
    auto const x = random::normal({301, 1003});
    auto const before = num_threads();
    for (auto const& axes : {axes_argument(), axes_argument(0), axes_argument(1)}) {
        set_num_threads(1);
        auto const one = variance(x, axes);
        set_num_threads(4);
        auto const four = variance(x, axes);
        set_num_threads(before);
        auto tape = create_tape();
        auto const recorded = variance(x, axes);
        BOOST_TEST(tape.size() == 1u);
        BOOST_TEST(std::equal(one.begin(), one.end(), four.begin()));
        BOOST_TEST(std::equal(one.begin(), one.end(), recorded.begin()));
    }
}

BOOST_AUTO_TEST_CASE(the_variance_of_nothing_and_of_too_few_is_not_a_number)
{
    BOOST_TEST(std::isnan(variance(zeros({0})).item()));
    BOOST_TEST(std::isnan(variance(ones({1}), {}, {.ddof = 1}).item()));
    BOOST_TEST(std::isinf(variance(constant({1., 2.}), {}, {.ddof = 3}).item()));
    BOOST_TEST(std::isinf(stddev(constant({1., 2.}), {}, {.ddof = 2}).item()));
    BOOST_TEST(variance(zeros({0, 3}), 1).size() == 0u);
    BOOST_TEST(variance(constant({1, 2, 3, 6})).item() == 3.5);
    BOOST_TEST(variance(constant({1.f, 3.f}), 0, {.keep_dims = true, .ddof = 1})(0) == 2.f);
    BOOST_CHECK_THROW(variance(ones({2}), 1), shape_error);
    auto tape = create_tape();
    auto const x = constant({{1., 2.}, {3., 5.}});
    auto const g = grad(tape, stddev(exp(x), 1), x);
    BOOST_TEST(g(0, 1) == std::exp(2.) / 2, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(variances_over_rows_see_columns_of_every_width)
{
    for (std::size_t const width : {1, 3, 4, 7, 16, 100, 1030}) {
        for (std::size_t const rows : {2, 5, 16, 37, 300}) {
            tensor<double> const x =
                1e6 + sin(reshape(linspace(0, 100, rows * width), shape_type{rows, width}));
            check_rows(transpose(x), variance(x, 0), 1e-9, variance_by_hand);
            tensor<double> const same = full<double>({rows, width}, 0.1);
            BOOST_TEST(amax(variance(same, 0)).item() == 0.);
            // The first row is far from the others.
            tensor<double> const one_off = set(x * 1e-6, 0, 1e6);
            check_rows(transpose(one_off), variance(one_off, 0), 1e-12, variance_by_hand);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_infinity_is_no_missing_number)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(std::isnan(nanvar(constant({-infinity, infinity})).item()));
    BOOST_TEST(std::isnan(nanstd(constant({infinity, infinity})).item()));
    BOOST_TEST(std::isnan(nanvar(constant({1., infinity, 3.})).item()));
    BOOST_TEST(nanvar(constant({1., nan, 3.})).item() == 1.);
    BOOST_TEST(std::isnan(nanvar(constant({nan, nan})).item()));
}

BOOST_AUTO_TEST_CASE(options_may_stand_without_axes)
{
    auto const x = constant({{1., 2., 3.}, {4., 5., 9.}});
    auto const expect = [](auto const& found, auto const& expected) {
        BOOST_TEST(to_string(found.shape()) == to_string(expected.shape()));
        BOOST_TEST(found.item() == expected.item());
    };
    expect(sum(x, {.keep_dims = true}), sum(x, {}, {.keep_dims = true}));
    expect(mean(x, {.keep_dims = true}), full({1, 1}, 4.));
    expect(amax(x, {.keep_dims = true}), full({1, 1}, 9.));
    expect(argmax(x, {.keep_dims = true}), constant({{5}}));
    expect(norm_l1(x, {.keep_dims = true}), full({1, 1}, 24.));
    expect(variance(x, {.ddof = 1}), variance(x, {}, {.ddof = 1}));
    expect(
        stddev(x, {.keep_dims = true, .ddof = 1}), stddev(x, {}, {.keep_dims = true, .ddof = 1}));
    expect(sum(x, {}), constant(24.));
    expect(variance(x, {}), variance(x));
}
