#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <algorithm>

using namespace xgrad;

namespace {
// Results of this size go past the caches.
constexpr std::size_t many = xgrad::vectorized::least_streamed_bytes / sizeof(double) + 13;
} // namespace

BOOST_AUTO_TEST_CASE(a_result_that_goes_past_the_caches_has_the_values_of_any_other)
{
    tensor const x = arange<double>(0., static_cast<double>(many));
    tensor const y = 2. * x + x;
    for (std::size_t i = 0; i < many; i += i % 1024 == 1023 ? 40000 : 1) {
        BOOST_REQUIRE(y(i) == 3. * static_cast<double>(i));
    }
    BOOST_TEST(y(many - 1) == 3. * (many - 1));
    BOOST_TEST(sum(y == 3. * x).item() == static_cast<std::int64_t>(many));
}

BOOST_AUTO_TEST_CASE(what_takes_long_to_compute_or_is_small_stays_in_the_caches)
{
    constexpr auto bytes = vectorized::least_streamed_bytes;
    tensor const x = constant({1., 2.});
    using cheap = decltype(2. * x + x);
    using expensive = decltype(exp(x) * x);
    BOOST_TEST(!vectorized::is_streamed(bytes - 1, kernels_of<cheap>.cost));
    BOOST_TEST(
        vectorized::is_streamed(bytes, kernels_of<cheap>.cost) == bool{XGRAD_HAS_STREAMING_STORES});
    BOOST_TEST(!vectorized::is_streamed(bytes, kernels_of<expensive>.cost));
    tensor const y = exp(0. * arange<double>(0., static_cast<double>(many)));
    BOOST_TEST(sum(y).item() == static_cast<double>(many));
}

BOOST_AUTO_TEST_CASE(so_has_one_of_operands_that_are_broadcast_or_strided)
{
    constexpr std::size_t rows = 2051;
    constexpr std::size_t columns = 2049;
    tensor const row = arange<double>(0., static_cast<double>(columns));
    tensor const column = reshape(arange<double>(0., static_cast<double>(rows)), {rows, 1});
    tensor const y = row + 10000. * column;
    BOOST_TEST(y(0, columns - 1) == columns - 1);
    BOOST_TEST(y(rows - 1, columns - 1) == columns - 1 + 10000. * (rows - 1));
    tensor const turned = transpose(y) + 0.5;
    BOOST_TEST(turned(columns - 1, rows - 1) == y(rows - 1, columns - 1) + 0.5);
    BOOST_TEST(sum(transpose(turned) - 0.5 == y).item() == static_cast<std::int64_t>(y.size()));
}

BOOST_AUTO_TEST_CASE(results_that_come_in_bursts_have_the_bits_of_small_ones_to_their_last_element)
{
    constexpr std::size_t least = (std::size_t{6} << 20) / sizeof(double);
    auto const formula = [](tensor<double> const& x) {
        return exp(-x * x) * sin(x) + log(1. + x * x);
    };
    using kind = decltype(formula(tensor<double>()));
    BOOST_TEST(comes_in_bursts(least * sizeof(double), kernels_of<kind>.cost));
    BOOST_TEST(!comes_in_bursts(least * sizeof(double) - 1, kernels_of<kind>.cost));
    for (auto const size : {least, least + 1, least + 127, least + 128, least + 1000}) {
        auto const x = random::uniform({size}, -2, 2);
        tensor const z = formula(x);
        for (std::size_t begin = 0; begin < size; begin += 99'991) {
            auto const end = std::min(size, begin + 99'991);
            tensor const part = view(x, range(begin, end));
            tensor const alone = formula(part);
            BOOST_TEST(all(alone == view(z, range(begin, end))).item(), size << ", " << begin);
        }
    }
}
