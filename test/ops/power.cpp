#include "../support/elementwise_table.hpp"

#include <xgrad/xgrad.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

namespace {

elementwise::checks const all(elementwise::table<elementwise::family::power>());

} // namespace

BOOST_AUTO_TEST_CASE(small_whole_powers_are_products_wherever_they_stand)
{
    using namespace xgrad;
    tensor const x = random::uniform({67}, -2, 2);
    tensor const mixed = where(arange<double>(67.) < 34., 2., 2.5);
    auto const same = [](tensor<double> const& a, tensor<double> const& b) {
        return xgrad::all(a == b).item();
    };
    BOOST_TEST(same(pow(x, 2), x * x));
    BOOST_TEST(same(pow(x, 3.), x * (x * x)));
    BOOST_TEST(same(pow(x, 4), square(square(x))));
    BOOST_TEST(same(pow(x, -1), 1. / x));
    BOOST_TEST(same(pow(x, -2), square(1. / x)));
    BOOST_TEST(same(pow(x, 1), x));
    BOOST_TEST(same(pow(x, 0), ones_like(x)));
    BOOST_TEST(same(view(pow(x, mixed), range(0, 34)), view(x * x, range(0, 34))));
    BOOST_TEST(same(gradient([](auto const& v) { return sum(pow(v, 2)); }, x), 2. * x));
}

BOOST_AUTO_TEST_CASE(negative_numbers_have_whole_powers_of_any_size)
{
    using namespace xgrad;
    tensor const x = random::uniform({67}, -1.5, 1.5);
    for (double const n : {-101., -7., -3., 5., 6., 7., 64., 255.}) {
        tensor const y = pow(x, n);
        for (std::size_t i = 0; i < x.size(); ++i) {
            auto const expected = std::pow(static_cast<long double>(x(i)), n);
            BOOST_TEST(
                std::abs(y(i) - expected) <= 4e-16L * std::abs(expected) + 1e-323L,
                x(i) << "^" << n);
        }
    }
}
