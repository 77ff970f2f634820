// Random programs against an independent reference (test/fuzzer): values, gradients, tangents,
// products with the Hessian, and replays.
//
//     XGRAD_FUZZ_PROGRAMS=10000 XGRAD_FUZZ_SEED=1 build/test/mode_fuzzer
//
// runs that many programs from that seed on; a failure prints the program and its seed.
#include <boost/test/unit_test.hpp>

#include <fuzzer/chain.hpp>
#include <fuzzer/check.hpp>
#include <support/oracle.hpp>

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

namespace {

std::uint64_t setting(char const* name, std::uint64_t otherwise)
{
    auto const* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// A failing program cut off after the statement at which it begins to fail.
std::string shortest_failure(fuzzer::program const& p)
{
    fuzzer::statistics ignored;
    for (std::size_t length = 1; length < p.statements.size(); ++length) {
        auto const part = fuzzer::beginning(p, length);
        auto const wrong = fuzzer::check(part, ignored);
        if (!wrong.empty()) {
            return part.text() + "\n" + wrong;
        }
    }
    return p.text() + "\n" + fuzzer::check(p, ignored);
}

} // namespace

BOOST_AUTO_TEST_CASE(random_programs_agree_with_the_reference)
{
    auto const programs = setting("XGRAD_FUZZ_PROGRAMS", 1000);
    auto const seed = setting("XGRAD_FUZZ_SEED", 1);
    fuzzer::statistics counts;
    std::size_t failures = 0;
    for (auto s = seed; s < seed + programs && failures < 5; ++s) {
        auto const p = fuzzer::generate(s);
        for (auto const& one : p.statements) {
            ++counts.operations[one.what->name];
        }
        BOOST_TEST_CONTEXT(p.text()) // also where it crashes
        {
            bool const passes = fuzzer::check(p, counts).empty();
            if (!passes) {
                BOOST_ERROR(shortest_failure(p));
                ++failures;
            }
        }
    }
    if (std::getenv("XGRAD_FUZZ_VERBOSE") != nullptr) {
        std::cout << counts.skipped << " programs skipped as ill-conditioned\n";
        for (auto const& [name, count] : counts.operations) {
            std::cout << count << " x " << name << '\n';
        }
        for (auto const& [obstacle, count] : counts.obstacles) {
            std::cout << count << " replays: " << (obstacle.empty() ? "none" : obstacle) << '\n';
        }
    }
    // Most programs count: the generator, not luck, keeps away from singular points.
    BOOST_TEST(10 * counts.skipped <= programs + 10);
}

BOOST_AUTO_TEST_CASE(random_chains_agree_with_the_reference_and_their_replays_with_them)
{
    auto const chains = setting("XGRAD_FUZZ_PROGRAMS", 1000) / 5;
    auto const seed = setting("XGRAD_FUZZ_SEED", 1);
    std::size_t failures = 0;
    for (auto s = seed; s <= seed + chains && failures < 5; ++s) {
        auto const c = fuzzer::generate_chain(s);
        BOOST_TEST_CONTEXT(c.text())
        {
            auto const wrong = fuzzer::check(c);
            if (!wrong.empty()) {
                BOOST_ERROR(c.text() + wrong);
                ++failures;
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_elementwise_function_of_the_reference_data_is_in_the_programs)
{
    std::set<std::string> names;
    for (auto const& one : fuzzer::operators()) {
        names.insert(one.name);
    }
    for (auto const& r : oracle::load("elementwise")) {
        auto const has_gradient = std::any_of(
            r.gradients.begin(), r.gradients.end(), [](auto const& g) { return g.has_value(); });
        // Updates are in the list of reductions.cpp; casts leave double precision.
        bool const elsewhere = r.op.ends_with("_assign") || r.op == "cast";
        if (has_gradient && !elsewhere) {
            BOOST_TEST(names.count(r.op) == 1u, r.op << " is in no program");
        }
    }
}
