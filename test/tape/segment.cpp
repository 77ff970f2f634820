#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <source_location>

using namespace xgrad;

namespace {
/// One step of the heat equation on a ring, and a little reaction, in named statements.
tensor<double> step(tensor<double> const& u)
{
    tensor const curvature = roll(u, 1) - 2 * u + roll(u, -1);
    tensor const moved = u + 0.1 * curvature;
    return moved - 0.01 * moved * tanh(moved);
}

tensor<double> simulated(tensor<double> u, int steps, tape const* watched, std::size_t* most)
{
    for (int k = 0; k < steps; ++k) {
        u = step(u);
        if (watched != nullptr) {
            *most = std::max(*most, watched->bytes());
        }
    }
    return u;
}

tensor<double> initial(std::size_t n)
{
    return sin(0.1 * linspace(0., 100., n)) + 1.;
}

bool same(tensor<double> const& a, tensor<double> const& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}
} // namespace

BOOST_AUTO_TEST_CASE(a_loop_beyond_the_memory_limit_is_computed_again_and_has_the_same_gradient)
{
    constexpr int steps = 200;
    auto const u = initial(20000);
    auto unlimited = create_tape();
    tensor const loss = sum(square(simulated(u, steps, nullptr, nullptr)));
    auto const all = unlimited.bytes();
    auto const expected = grad(unlimited, loss, u);
    unlimited.suspend();

    auto const limit = all / 5;
    std::size_t most = 0;
    auto tape = create_tape({.persistent = true, .memory_limit = limit});
    tensor const again = sum(square(simulated(u, steps, &tape, &most)));
    BOOST_TEST(again.item() == loss.item());
    BOOST_TEST(most <= limit);
    BOOST_TEST(most > limit / 2);
    BOOST_TEST(same(grad(tape, again, u), expected));
    BOOST_TEST(tape.bytes() <= limit);
    BOOST_TEST(same(grad(tape, again, u), expected), "what was computed again is forgotten again");
}

BOOST_AUTO_TEST_CASE(gradients_of_gradients_pass_through_what_is_computed_again)
{
    auto const u = initial(3000);
    auto const second = [&](std::size_t limit) {
        auto outer = create_tape();
        auto inner = create_tape({.memory_limit = limit});
        tensor const loss = sum(square(simulated(u, 30, nullptr, nullptr)));
        tensor const g = grad(inner, loss, u);
        inner.suspend();
        tensor const along = sum(g * u);
        return grad(outer, along, u);
    };
    auto const expected = second(0);
    auto const limited = second(600000);
    BOOST_TEST(amax(abs(limited - expected)).item() <= 1e-13 * amax(abs(expected)).item());
}

BOOST_AUTO_TEST_CASE(results_of_operations_that_cannot_run_again_stay)
{
    auto const u = initial(1000);
    auto const doubled = [](tensor<double> const& x) {
        auto const back = [](statement_pullback& sweep) {
            sweep.add(0, tensor<double>(2 * tensor<double>(sweep.incoming())).handle());
        };
        return recorded(
            "doubled",
            with_no_grad([&] { return tensor<double>(2 * x); }),
            std::array{&x.body()},
            {},
            back,
            std::source_location::current());
    };
    auto const loss_of = [&](std::size_t limit) {
        auto tape = create_tape({.memory_limit = limit});
        auto x = u;
        for (int k = 0; k < 20; ++k) {
            x = doubled(x);
            x = 0.5 * sin(x);
            x = x * x;
        }
        tensor const loss = sum(x);
        return grad(tape, loss, u);
    };
    BOOST_TEST(same(loss_of(0), loss_of(400000)));
}

BOOST_AUTO_TEST_CASE(sources_in_the_middle_of_what_was_forgotten_have_their_gradients)
{
    auto const u = initial(1000);
    auto const gradients = [&](std::size_t limit) {
        auto tape = create_tape({.memory_limit = limit});
        auto const middle = simulated(u, 20, nullptr, nullptr);
        auto const last = simulated(middle, 20, nullptr, nullptr);
        tensor const loss = sum(last * middle) + amax(last) + logsumexp(middle);
        return grad(tape, loss, wrt(u, middle));
    };
    auto const [u_all, middle_all] = gradients(0);
    auto const [u_limited, middle_limited] = gradients(200000);
    // contributions are added in another order where neighbours are swept apart
    BOOST_TEST(amax(abs(u_all - u_limited)).item() <= 1e-13 * amax(abs(u_all)).item());
    BOOST_TEST(
        amax(abs(middle_all - middle_limited)).item() <= 1e-13 * amax(abs(middle_all)).item());
}

BOOST_AUTO_TEST_CASE(a_statement_that_does_not_fit_is_refused_and_the_tape_is_as_before)
{
    auto tape = create_tape({.persistent = true, .memory_limit = 1500000});
    tensor const x = ones({70000}); // 560 kB
    tensor y = exp(x);
    tensor const z = y * y;
    BOOST_CHECK_EXCEPTION(y = exp(z) + exp(y * z), tape_error, [](error const& e) {
        return std::string(e.what()).find("memory_limit of 1500000") != std::string::npos;
    });
    BOOST_TEST(tape.size() == 2u);
    BOOST_TEST(grad(tape, z, x)(0) == 2 * std::exp(2.), boost::test_tools::tolerance(1e-14));
    BOOST_TEST(grad(tape, y, x)(0) == std::exp(1.), boost::test_tools::tolerance(1e-14));
}
