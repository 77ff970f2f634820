#include "harness.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace bench {
namespace {
/// One sentence for each side that does not agree with the limit.
std::vector<std::string> disagreements(workload const& w, std::size_t size, sides const& all)
{
    std::vector<std::string> sentences;
    arrays expected;
    for (auto const& s : all.list()) {
        auto const results = s.results();
        if (s.name == "limit") {
            expected = results;
            continue;
        }
        auto const fail = [&](std::string const& what) {
            sentences.push_back(
                w.name + " at " + std::to_string(size) + ": " + s.name + " " + what);
        };
        if (results.size() != expected.size()) {
            fail("has another number of results than the limit");
            continue;
        }
        for (std::size_t i = 0; i < results.size(); ++i) {
            if (results[i].size() != expected[i].size()) {
                fail("and the limit differ in the size of result " + std::to_string(i));
                continue;
            }
            double largest = 1e-300;
            double error = 0;
            for (std::size_t k = 0; k < results[i].size(); ++k) {
                auto const difference = std::abs(results[i][k] - expected[i][k]);
                largest = std::max(largest, std::abs(expected[i][k]));
                error = difference <= error ? error : difference; // NaN stays
            }
            if (!(error <= all.tolerance * largest)) {
                char number[32];
                std::snprintf(number, sizeof number, "%.2g", error / largest);
                fail(
                    std::string("and the limit differ by ") + number + " in result " +
                    std::to_string(i));
            }
        }
    }
    return sentences;
}

std::unique_ptr<sides> made(workload const& w, std::size_t size)
{
    xgrad::random::seed(1);
    auto all = std::make_unique<sides>();
    w.make(size, *all);
    return all;
}

int check(std::vector<workload> const& workloads)
{
    int passed = 0;
    int failed = 0;
    for (auto const& w : workloads) {
        for (auto const size : w.checked) {
            auto const sentences = disagreements(w, size, *made(w, size));
            for (auto const& sentence : sentences) {
                std::printf("%s\n", sentence.c_str());
            }
            ++(sentences.empty() ? passed : failed);
        }
    }
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed > 0 || passed == 0 ? 1 : 0;
}

/// The data and the sides of the workload that is being timed; one at a time, as some fill much
/// memory.
struct current
{
    std::unique_ptr<sides> all;
    std::string what;
    std::size_t count = 0;
    std::size_t total = 0;

    sides const& of(workload const& w, std::size_t size)
    {
        auto const wanted = w.name + " " + std::to_string(size);
        if (wanted == what) {
            return *all;
        }
        what = wanted;
        std::fprintf(stderr, "    %zu of %zu: %s\n", ++count, total, what.c_str());
        all.reset();
        all = made(w, size);
        auto const sentences = disagreements(w, size, *all);
        for (auto const& sentence : sentences) {
            std::fprintf(stderr, "%s\n", sentence.c_str());
        }
        if (!sentences.empty()) {
            std::exit(1);
        }
        return *all;
    }
};

/// The console, without a paragraph about the machine at the start of each program.
struct console : benchmark::ConsoleReporter
{
    console() : ConsoleReporter(OO_None) {}

    bool ReportContext(Context const& context) override
    {
        name_field_width_ = context.name_field_width;
        return true;
    }
};

int number(char const* variable, int otherwise)
{
    auto const* const text = std::getenv(variable);
    return text != nullptr ? std::atoi(text) : otherwise;
}

/// Repetitions take turns, so that what drifts on the machine meets all sides.
void register_benchmarks(std::vector<workload> const& workloads, current& now)
{
    auto const repetitions = number("BENCH_REPETITIONS", 5);
    auto const smallest = static_cast<std::size_t>(number("BENCH_SMALLEST", 0));
    for (auto const& w : workloads) {
        for (auto const size : w.timed) {
            if (size * w.elements < smallest) {
                continue;
            }
            ++now.total;
            std::vector<std::string> names;
            auto const all = made(w, size);
            for (auto const& s : all->list()) {
                names.push_back(s.name);
            }
            for (int repetition = 0; repetition < repetitions; ++repetition) {
                for (std::size_t i = 0; i < names.size(); ++i) {
                    auto const name = w.name + "/" + std::to_string(size) + "/" + names[i];
                    auto const time = [&w, &now, size, i](benchmark::State& state) {
                        now.of(w, size).list()[i].time(state);
                    };
                    benchmark::RegisterBenchmark(name.c_str(), time)->UseRealTime();
                }
            }
        }
    }
}
} // namespace

int run(std::vector<workload> const& workloads, int argc, char** argv)
{
    // one thread unless XGRAD_THREADS says otherwise
    xgrad::set_num_threads(number("XGRAD_THREADS", 1));
    if (argc == 2 && std::string_view(argv[1]) == "--check") {
        return check(workloads);
    }
    current now;
    register_benchmarks(workloads, now);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    console reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    return 0;
}
} // namespace bench
