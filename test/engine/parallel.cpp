#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cfenv>
#include <cstring>

using namespace xgrad;

namespace {
struct threads_as_before
{
    std::size_t const count = num_threads();

    ~threads_as_before() { set_num_threads(count); }
};

struct rounding_as_before
{
    int const mode = std::fegetround();

    ~rounding_as_before() { std::fesetround(mode); }
};

tensor<double> quotients(tensor<double> const& x)
{
    return 1. / (2. + x) + x / (3. + x);
}
} // namespace

BOOST_AUTO_TEST_CASE(all_threads_round_as_their_caller_does)
{
    threads_as_before const threads;
    rounding_as_before const rounding;
    tensor const x = random::uniform({1 << 18}, 0, 1);
    set_num_threads(4);
    tensor const nearest = quotients(x); // and the threads have started
    for (int const mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
        if (std::fesetround(mode) != 0) {
            continue;
        }
        set_num_threads(1);
        tensor const alone = quotients(x);
        set_num_threads(4);
        tensor const together = quotients(x);
        std::fesetround(FE_TONEAREST);
        BOOST_TEST(std::memcmp(alone.data(), together.data(), 8 * x.size()) == 0);
        BOOST_TEST(std::memcmp(alone.data(), nearest.data(), 8 * x.size()) != 0);
    }
}
