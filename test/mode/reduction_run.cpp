#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include "support/allocations.hpp"
#include "support/replayed.hpp"

#include <array>
#include <limits>

// Replays of programs that reduce long arrays to one number and go on with it.

using namespace xgrad;
using replayed::expect_same;
using replayed::same_bits;

namespace {
/// Whether a replay at these arguments keeps no list of values, nor records anything.
template <class F, class... T>
bool runs_as_a_whole(F const& f, tensor<T> const&... x)
{
    detail::replay_record<tape> record;
    record.record(f, x...);
    std::array<body_pointer, sizeof...(T)> gradients;
    return static_cast<bool>(record.run_whole(std::array{&x.body()...}, gradients));
}

template <class T, class F, class... X>
void expect_whole(char const* name, F const& f, X const&... x)
{
    BOOST_TEST_CONTEXT(name)
    {
        using result = tensor<T>;
        replayed::function_of<result, X...> const function(f);
        BOOST_TEST(runs_as_a_whole(function, x...));
        replayed::expect_same_function(function, x...);
    }
}

template <class T>
void compare_all(std::size_t n)
{
    auto const x = random::uniform<T>({n}, -2, 2);
    auto const y = random::uniform<T>({n}, -2, 2);
    tensor<T> const near_one = T(1) + x / static_cast<T>(n);
    auto const data = random::uniform<T>({n}, -1, 1);
    tensor<T> const deviation = T(1.5);
    expect_whole<T>(
        "sum", [](auto const& x) { return sum(x); }, x);
    expect_whole<T>(
        "mean", [](auto const& x) { return mean(x); }, x);
    expect_whole<T>(
        "prod", [](auto const& x) { return prod(x); }, near_one);
    expect_whole<T>(
        "logsumexp", [](auto const& x) { return logsumexp(x); }, x);
    expect_whole<T>(
        "a function of prod", [](auto const& x) { return as_tensor(-log(prod(x))); }, near_one);
    expect_whole<T>(
        "a function of logsumexp",
        [](auto const& x) { return as_tensor(square(logsumexp(x)) * T(3)); },
        x);
    expect_whole<T>(
        "a function of mean",
        [](auto const& x) {
            auto const m = mean(x);
            return as_tensor(m * m + exp(m));
        },
        x);
    expect_whole<T>(
        "values and adjoints in one pass",
        [](auto const& x) { return as_tensor(log(sum(exp(x)))); },
        x);
    expect_whole<T>(
        "the same, twice an operand",
        [](auto const& x) { return as_tensor(T(2) * mean(exp(x) * sin(x) * x)); },
        x);
    expect_whole<T>(
        "the same, with a constant",
        [=](auto const& x) { return as_tensor(T(-2) * sum(exp(x) * sin(data))); },
        x);
    expect_whole<T>(
        "a second pass",
        [](auto const& x, auto const& y) { return as_tensor(sqrt(sum(square(x * y)))); },
        x,
        y);
    expect_whole<T>(
        "a second pass, twice an operand",
        [](auto const& x, auto const& y) { return as_tensor(T(3) * mean(x * y * x)); },
        x,
        y);
    expect_whole<T>(
        "a second pass, constants, one of a single element",
        [=](auto const& x) {
            return as_tensor(T(-0.5) * sum(square((x - data) / deviation)) - log(deviation));
        },
        x);
}
} // namespace

BOOST_AUTO_TEST_CASE(a_reduction_and_what_follows_have_the_bits_of_their_statements)
{
    random::seed(31);
    for (std::size_t n : {1025, 2049, 4096, 5003, 70001}) {
        BOOST_TEST_CONTEXT("n = " << n)
        {
            compare_all<double>(n);
            compare_all<float>(n);
        }
    }
}

BOOST_AUTO_TEST_CASE(matrices_are_reduced_as_a_whole_too)
{
    random::seed(32);
    auto const a = random::uniform({60, 70}, 0.9, 1.1);
    expect_whole<double>(
        "sum", [](auto const& a) { return sum(a); }, a);
    expect_whole<double>(
        "prod",
        [](auto const& a) {
            return prod(a, {0, 1});
        },
        a);
    expect_whole<double>(
        "logsumexp", [](auto const& a) { return logsumexp(a); }, a);
    expect_same([](auto const& a) { return sum(logsumexp(a, {0})); }, a);
}

BOOST_AUTO_TEST_CASE(what_is_another_way_back_is_still_the_same_number)
{
    random::seed(33);
    auto const x = random::uniform({3000}, 0.9, 1.1);
    auto const y = random::uniform({3000}, 0.9, 1.1);
    // an argument that is none, or read once more; a result that is kept
    expect_same([](auto const& x, auto const&) { return sum(x); }, x, y);
    expect_same([](auto const& x, auto const& s) { return as_tensor(sum(x) * s); }, x, tensor(2.));
    expect_same([](auto const& x, auto const& s) { return sum(x * s); }, x, tensor(2.));
    expect_same([](auto const& x, auto const& y) { return sum(exp(x * y)); }, x, y);
    expect_same([](auto const& x) { return amax(x); }, x);
    expect_same([](auto const& x) { return as_tensor(sum(x) + mean(x)); }, x);
}

BOOST_AUTO_TEST_CASE(exceptional_values_go_the_long_way)
{
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    auto product = replay([](tensor<double> const& x) { return prod(x); });
    auto exponentials = replay([](tensor<double> const& x) { return logsumexp(x); });
    auto const x = full({2000}, 1.001);
    product.value_and_grad(x);
    exponentials.value_and_grad(x);
    for (double const special : {0., 1e308, infinity, -infinity}) {
        tensor<double> const at = set(x, 7, special);
        auto const found = product.value_and_grad(at);
        auto const expected = value_and_grad([](auto const& x) { return prod(x); }, at);
        BOOST_TEST(same_bits(found.value, expected.value));
        BOOST_TEST(same_bits(std::get<0>(found.gradients), std::get<0>(expected.gradients)));
        auto const sum_found = exponentials.value_and_grad(at);
        auto const sum_expected = value_and_grad([](auto const& x) { return logsumexp(x); }, at);
        BOOST_TEST(same_bits(sum_found.value, sum_expected.value));
        BOOST_TEST(
            same_bits(std::get<0>(sum_found.gradients), std::get<0>(sum_expected.gradients)));
    }
}

BOOST_AUTO_TEST_CASE(the_same_tensor_may_stand_for_two_arguments)
{
    random::seed(34);
    auto const x = random::uniform({3000}, -2, 2);
    expect_same([](auto const& x, auto const& y) { return as_tensor(-sum(exp(x) * y)); }, x, x);
}

BOOST_AUTO_TEST_CASE(a_replayed_reduction_allocates_nothing)
{
    auto const data = random::uniform({3000}, -1, 1);
    auto f = replay([=](tensor<double> const& x) { return as_tensor(-sum(exp(x) * sin(data))); });
    auto const x = random::uniform({3000}, -1, 1);
    f.value_and_grad(x);
    f.value_and_grad(x);
    auto const before = count_of_allocations();
    f.value_and_grad(x);
    BOOST_TEST(count_of_allocations() - before == 0u);
}
