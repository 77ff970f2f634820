#include <support/replayed.hpp>

#include <string>

using namespace xgrad;

// An operator that computes in several steps, here the mean square distance from a mean, which
// fails for what is not a vector.

namespace {
tensor<double>
dispersion(tensor<double> const& x, std::source_location where = std::source_location::current())
{
    detail::one_statement const whole("dispersion", where);
    auto const middle = mean(x, 0, {}, where);
    if (x.dimension() != 1) {
        throw shape_error("dispersion: not a vector");
    }
    return mean(square(x - middle), {}, {}, where);
}

tensor<double> dispersion_twice(
    tensor<double> const& x, std::source_location where = std::source_location::current())
{
    detail::one_statement const whole("dispersion_twice", where);
    return tensor<double>(dispersion(x) + dispersion(2. * x), where);
}

tensor<double> const x = constant({1., 2., 4.});
tensor<double> const matrix = constant({{1., 2.}, {3., 4.}});
} // namespace

BOOST_AUTO_TEST_CASE(an_operator_of_several_steps_is_one_statement_of_every_tape)
{
    auto first = create_tape();
    auto second = create_tape({.persistent = true});
    tensor<double> const y = sin(x);
    auto const z = dispersion(y);
    tensor<double> const loss = z * z;
    BOOST_TEST(first.size() == 3u);
    BOOST_TEST(second.size() == 3u);
    BOOST_TEST(first.record().statements().size() == 4u);
    second.suspend();
    auto const g = grad(first, loss, x);
    BOOST_TEST(first.size() == 0u);
    tensor<double> const expected = 2. * z * 2. * (y - mean(y)) * cos(x) / 3.;
    BOOST_TEST(norm_linf(g - expected).item() < 1e-15);
    BOOST_TEST(norm_linf(grad(second, loss, x) - g).item() == 0.);
    BOOST_TEST(second.size() == 3u);
    second.clear();
    BOOST_TEST(second.size() == 0u);
}

BOOST_AUTO_TEST_CASE(an_operator_that_calls_others_is_one_with_them)
{
    auto tape = create_tape();
    auto const y = dispersion_twice(x);
    BOOST_TEST(tape.size() == 1u);
    BOOST_TEST(tape.record().composites().size() == 1u);
    BOOST_TEST(tape.record().composites()[0].name == "dispersion_twice");
    BOOST_TEST(y.item() == 5 * dispersion(x).item(), boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(a_summary_has_one_line_for_it_with_what_it_reads_and_keeps)
{
    auto tape = create_tape();
    tensor<double> const y = sin(x);
    auto const line = __LINE__ + 1;
    auto const z = dispersion(y);
    tensor<double> const w = z + 1.;
    auto const text = tape.summary();
    auto const at = text.find("dispersion(v1)");
    BOOST_REQUIRE(at != text.npos);
    auto const end = text.find('\n', at);
    auto const row = text.substr(at, end - at);
    BOOST_TEST(row.find("one_statement.cpp:" + std::to_string(line)) != row.npos, text);
    BOOST_TEST(text.find("mean") == text.npos, text);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 4, text);
    BOOST_TEST(text.find("v3 + 1") != text.npos, text);
}

BOOST_AUTO_TEST_CASE(tapes_that_do_not_record_know_nothing_of_it)
{
    auto tape = create_tape();
    auto const y = tape.stop_recording([] { return dispersion(x); });
    auto const z = with_no_grad([] { return dispersion(x); });
    BOOST_TEST(tape.size() == 0u);
    BOOST_TEST(tape.record().composites().size() == 0u);
    BOOST_TEST(y.item() == z.item());
    // Where a tape records one of the steps alone, that is the statement.
    auto watching = create_tape({.watch_only = true});
    tensor<double> const u = constant({1., 3.});
    watching.watch(u);
    dispersion(x);
    BOOST_TEST(watching.size() == 0u);
    dispersion(u);
    BOOST_TEST(watching.size() == 1u);
}

BOOST_AUTO_TEST_CASE(where_it_fails_the_tape_is_as_before)
{
    for (std::size_t const before : {0u, 1u, 63u, 64u, 65u, 200u}) {
        auto tape = create_tape({.persistent = true});
        tensor<double> y = x;
        for (std::size_t k = 0; k < before; ++k) {
            y = 1. * y;
        }
        for (int times = 0; times < 3; ++times) {
            BOOST_CHECK_THROW(dispersion(matrix), shape_error);
            BOOST_CHECK_THROW(dispersion_twice(matrix), shape_error);
        }
        BOOST_TEST(tape.size() == before);
        BOOST_TEST(tape.record().composites().size() == 0u);
        auto const z = dispersion(y);
        BOOST_TEST(tape.size() == before + 1);
        tensor<double> const expected = 2. * (x - mean(x)) / 3.;
        BOOST_TEST(norm_linf(grad(tape, z, x) - expected).item() < 1e-15);
    }
}

BOOST_AUTO_TEST_CASE(it_is_replayed_and_differentiated_again_like_its_steps)
{
    auto const f = [](tensor<double> const& v) {
        return tensor<double>(dispersion_twice(exp(v)) * v);
    };
    replayed::check("dispersion_twice", f, {x, tensor<double>(0.3 * x), tensor<double>(-x)});
    auto const scalar = [&](tensor<double> const& v) { return tensor<double>(sum(f(v))); };
    auto const steps = [](tensor<double> const& v) {
        tensor<double> const e = exp(v);
        return tensor<double>(sum(5. * mean(square(e - mean(e))) * v));
    };
    auto const v = constant({0.3, -0.2, 0.1});
    auto const expected = hvp(steps, x, v);
    BOOST_TEST(norm_linf(hvp(scalar, x, v) - expected).item() < 1e-10 * norm_linf(expected).item());
    auto const tangent = jvp(steps, x, v).tangent.item();
    BOOST_TEST(jvp(scalar, x, v).tangent.item() == tangent, boost::test_tools::tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(within_a_memory_limit_it_is_computed_again_and_dropped_where_it_does_not_fit)
{
    auto const u = linspace(0., 1., 20000);
    auto const loss_of = [](tensor<double> v) {
        for (int k = 0; k < 6; ++k) {
            v = sin(v) * dispersion_twice(v);
        }
        return tensor<double>(sum(v));
    };
    auto const gradient_with = [&](std::size_t limit) {
        auto tape = create_tape({.memory_limit = limit});
        auto const loss = loss_of(u);
        return grad(tape, loss, u);
    };
    auto const all = gradient_with(0);
    auto const limited = gradient_with(1000000);
    BOOST_TEST(norm_linf(all - limited).item() < 1e-12 * norm_linf(all).item());
    // Not one step of it fits: none stays.
    auto tape = create_tape({.persistent = true, .memory_limit = 500000});
    tensor<double> const y = exp(u);
    tensor<double> const z = sum(y);
    auto const statements = tape.size();
    auto const big = linspace(0., 1., 200000);
    BOOST_CHECK_THROW(dispersion_twice(big), tape_error);
    BOOST_TEST(tape.size() == statements);
    BOOST_TEST(norm_linf(grad(tape, z, u) - y).item() < 1e-15);
}

BOOST_AUTO_TEST_CASE(where_it_fails_after_values_were_forgotten_those_before_it_are_computed_again)
{
    auto const u = linspace(0., 1., 20000); // 160 kB
    auto const fail = [](tensor<double> v) {
        std::source_location const where;
        detail::one_statement const whole("fail", where);
        for (int k = 0; k < 8; ++k) {
            v = sin(v) * v;
        }
        throw value_error("fail");
    };
    auto const gradient_with = [&](std::size_t limit) {
        auto tape = create_tape({.persistent = true, .memory_limit = limit});
        tensor<double> const y = exp(u) * u;
        tensor<double> const z = cos(y) * y;
        BOOST_CHECK_THROW(fail(z), value_error);
        BOOST_TEST(tape.record().budget().forgets() == (limit != 0));
        BOOST_TEST(tape.size() == 2u);
        tensor<double> const loss = sum(sin(z) * z);
        BOOST_TEST(tape.size() == 3u);
        return grad(tape, loss, wrt(u, y));
    };
    auto const [by_u, by_y] = gradient_with(0);
    auto const [limited_u, limited_y] = gradient_with(1000000);
    BOOST_TEST(norm_linf(by_u - limited_u).item() < 1e-12 * norm_linf(by_u).item());
    BOOST_TEST(norm_linf(by_y - limited_y).item() < 1e-12 * norm_linf(by_y).item());
}
