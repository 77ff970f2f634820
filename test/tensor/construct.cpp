#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(constants_are_made_from_scalars_nested_braces_vectors_and_xtensor)
{
    BOOST_TEST(constant(3.).item() == 3.);
    BOOST_TEST(constant({1., 2., 3.}).size() == 3u);
    BOOST_TEST((constant({{1., 2.}, {3., 4.}}).shape() == std::vector<std::size_t>{2, 2}));
    BOOST_TEST((constant({{{1., 2.}}, {{3., 4.}}}).shape() == std::vector<std::size_t>{2, 1, 2}));
    BOOST_TEST(constant(std::vector<double>{1, 2, 3, 4}, {2, 2})(1, 0) == 3.);
    BOOST_TEST(constant({1., 2., 3., 4.}, {2, 2})(0, 1) == 2.);
    BOOST_TEST(constant(xt::xarray<double>{1., 2.} + 1.)(1) == 3.);
    BOOST_TEST(constant(std::vector<bool>{true, false})(1) == false);
}

BOOST_AUTO_TEST_CASE(a_ragged_nested_list_and_a_wrong_number_of_elements_are_refused)
{
    BOOST_CHECK_EXCEPTION(constant({{1., 2.}, {3.}}), shape_error, [](error const& e) {
        return std::string(e.what()).find("ragged") != std::string::npos;
    });
    BOOST_CHECK_THROW(constant(std::vector<double>{1, 2, 3}, {2, 2}), shape_error);
}

BOOST_AUTO_TEST_CASE(integers_stay_integers_and_truth_values_truth_values)
{
    BOOST_TEST((std::is_same_v<decltype(constant({1, 2})), tensor<std::int32_t>>));
    BOOST_TEST((std::is_same_v<decltype(constant({1ll, 2ll})), tensor<std::int64_t>>));
    BOOST_TEST((std::is_same_v<decltype(constant({true, false})), tensor<bool>>));
}

BOOST_AUTO_TEST_CASE(filled_tensors_have_their_shape_and_value)
{
    BOOST_TEST(sum(zeros<float>({2, 3})).item() == 0.f);
    BOOST_TEST(sum(ones({2, 3})).item() == 6.);
    BOOST_TEST(sum(full({4}, 2.5)).item() == 10.);
    BOOST_TEST((full<float>({}, 7).item() == 7.f));
    BOOST_TEST(ones_like(constant({1, 2, 3}))(2) == 1);
    BOOST_TEST((zeros_like(ones({2, 0})).shape() == std::vector<std::size_t>{2, 0}));
}

BOOST_AUTO_TEST_CASE(shapes_of_more_elements_than_can_be_counted_are_refused)
{
    auto const half = std::size_t{1} << 33;
    auto const is_refused = [](error const& e) {
        return std::string(e.what()).find("more than 2^60 elements") != std::string::npos;
    };
    // So many that their product, were it to wrap, is eight, or nothing.
    auto const wraps = std::vector<std::size_t>{(std::size_t{1} << 61) + 1, 8};
    BOOST_CHECK_EXCEPTION(zeros(wraps), shape_error, is_refused);
    BOOST_CHECK_EXCEPTION(reshape(ones({8}), wraps), shape_error, is_refused);
    BOOST_CHECK_EXCEPTION(broadcast(ones({1, 1}), {half, half}), shape_error, is_refused);
    auto const column = broadcast(ones({1, 1}), {half, std::size_t{1}});
    auto const row = broadcast(ones({1, 1}), {std::size_t{1}, half});
    BOOST_CHECK_EXCEPTION(as_tensor(column * row), shape_error, is_refused);
    BOOST_CHECK_EXCEPTION(sum(column * row), shape_error, is_refused);
    BOOST_TEST((zeros({half, std::size_t{0}, half}).size() == 0u));
}

BOOST_AUTO_TEST_CASE(ranges_count_as_numpy_counts)
{
    BOOST_TEST(arange(5).size() == 5u);
    BOOST_TEST(arange(0.5, 2, 0.5)(2) == 1.5);
    BOOST_TEST(arange<std::int64_t>(5, 0, -2)(2) == 1);
    BOOST_TEST(arange(3, 1).size() == 0u);
    BOOST_CHECK_THROW(arange(0, 1, 0), value_error);
    auto const x = linspace(0, 1, 5);
    BOOST_TEST(x(1) == 0.25);
    BOOST_TEST(x(4) == 1.);
    BOOST_TEST(linspace(2, 3, 1)(0) == 2.);
}

BOOST_AUTO_TEST_CASE(eye_is_the_identity_matrix)
{
    auto const x = constant({{1., 2.}, {3., 4.}});
    BOOST_TEST(sum(abs(matmul(eye(2), x) - x)).item() == 0.);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_numbers)
{
    random::seed(7);
    auto const a = random::normal({100}, 1, 2);
    auto const b = random::uniform<float>({50}, -2, 3);
    random::seed(7);
    BOOST_TEST(sum(abs(a - random::normal({100}, 1, 2))).item() == 0.);
    BOOST_TEST(sum(abs(b - random::uniform<float>({50}, -2, 3))).item() == 0.f);
    BOOST_TEST(amin(b).item() >= -2.f);
    BOOST_TEST(amax(b).item() < 3.f);
}

BOOST_AUTO_TEST_CASE(random_numbers_of_no_range_or_deviation_are_refused_and_threads_have_their_own)
{
    BOOST_CHECK_EXCEPTION(random::uniform({3}, 3, 1), value_error, [](error const& e) {
        return std::string(e.what()).starts_with(
            "random::uniform: low = 3, high = 1; high is at least low");
    });
    BOOST_CHECK_THROW(random::uniform({3}, -1e308, 1e308), value_error);
    BOOST_CHECK_THROW(random::normal({3}, 0, -1), value_error);
    BOOST_TEST(random::uniform({2}, 1, 1)(1) == 1.);
    double first = 0;
    double second = 0;
    std::thread([&] { first = random::uniform({}).item(); }).join();
    std::thread([&] { second = random::uniform({}).item(); }).join();
    BOOST_TEST(first != second);
}

BOOST_AUTO_TEST_CASE(counts_that_are_no_number_or_too_large_are_refused)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    BOOST_CHECK_THROW(arange(0., infinity), value_error);
    BOOST_CHECK_THROW(arange(std::numeric_limits<double>::quiet_NaN()), value_error);
    BOOST_CHECK_THROW(arange(0., 1., 1e-30), value_error);
    BOOST_CHECK_EXCEPTION(linspace(0, 1, std::size_t{0} - 1), shape_error, [](error const& e) {
        return std::string(e.what()).starts_with("linspace: -1 elements along an axis");
    });
    BOOST_CHECK_THROW(eye(std::size_t{0} - 1), shape_error);
    BOOST_CHECK_THROW(one_hot(std::vector<int>(), std::size_t{0} - 1), shape_error);
    BOOST_CHECK_THROW(segment_sum(ones({2}), {0, 1}, std::size_t{0} - 1), shape_error);
}

BOOST_AUTO_TEST_CASE(full_like_has_the_shape_and_type_of_another)
{
    BOOST_TEST(repr(full_like(constant({1, 2}), 3)) == "tensor<int32>{2}({3, 3})");
    BOOST_TEST(repr(full_like(constant({1.f}), 3)) == "tensor<float>{1}({ 3.})");
}
