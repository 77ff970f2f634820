#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <new>

#include <sys/resource.h>

using namespace xgrad;

namespace {
// The address space that the process may still take, for the time of a scope.
class address_space
{
public:
    explicit address_space(rlim_t bytes)
    {
        getrlimit(RLIMIT_AS, &before_);
        auto limited = before_;
        limited.rlim_cur = bytes;
        setrlimit(RLIMIT_AS, &limited);
    }

    ~address_space() { setrlimit(RLIMIT_AS, &before_); }

private:
    rlimit before_{};
};
} // namespace

BOOST_AUTO_TEST_CASE(running_out_of_memory_is_bad_alloc_and_leaves_tensors_and_tape_usable)
{
    set_num_threads(1);
    auto tape = create_tape();
    tensor const x = ones({1000000});
    tensor y = x * 2;
    auto const fill = [&] {
        for (int i = 0; i < 100000; ++i) {
            y = exp(y * 0.) + y; // keeps its operand
        }
    };
    {
        address_space const limit(rlim_t{2} << 30);
        BOOST_CHECK_THROW(fill(), std::bad_alloc);
    }
    auto const steps = static_cast<double>(tape.size()) - 1;
    BOOST_TEST(steps > 0.);
    BOOST_TEST(y(0) == 2 + steps);
    BOOST_TEST(grad(tape, y, x)(0) == 2.);
    set_num_threads(0);
}
