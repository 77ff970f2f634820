// z = exp(-x²) sin y + log(1 + x²): forward (b), and Σ z with its gradients by x and y (c, f),
// against the loop written by hand and against xtensor.
#include "support/limit.hpp"

#include <xgrad/xgrad.hpp>

#include <benchmark/benchmark.h>

#if __has_include(<xtensor/core/xnoalias.hpp>)
#    include <xtensor/core/xnoalias.hpp>
#else
#    include <xtensor/xnoalias.hpp>
#endif

#include <cmath>
#include <cstdlib>
#include <iostream>

using namespace xgrad;

namespace {
struct data
{
    explicit data(std::size_t n)
    {
        random::seed(1);
        x = random::uniform({n}, -2, 2);
        y = random::uniform({n}, -3, 3);
    }

    tensor<double> x;
    tensor<double> y;
};

template <class X, class Y>
auto formula(X const& x, Y const& y)
{
    return exp(-square(x)) * sin(y) + log(1. + square(x));
}

double* writable(tensor<double> const& t)
{
    return const_cast<double*>(t.data());
}

void count(benchmark::State& state)
{
    auto const n = static_cast<double>(state.range(0));
    state.counters["ns_per_element"] = benchmark::Counter(
        n * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void forward_limit(benchmark::State& state)
{
    data const d(static_cast<std::size_t>(state.range(0)));
    auto const z = zeros_like(d.x);
    for (auto _ : state) {
        limit::fused(d.x.data(), d.y.data(), writable(z), d.x.size());
        benchmark::ClobberMemory();
    }
    count(state);
}

void forward_ours(benchmark::State& state)
{
    data const d(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        tensor const z = formula(d.x, d.y);
        benchmark::DoNotOptimize(z.data());
    }
    count(state);
}

void forward_xtensor(benchmark::State& state)
{
    data const d(static_cast<std::size_t>(state.range(0)));
    xt::xtensor<double, 1> const x = d.x;
    xt::xtensor<double, 1> const y = d.y;
    xt::xtensor<double, 1> z = d.x;
    for (auto _ : state) {
        xt::noalias(z) = xt::exp(-(x * x)) * xt::sin(y) + xt::log(1. + x * x);
        benchmark::DoNotOptimize(z.data());
    }
    count(state);
}

void gradient_limit(benchmark::State& state)
{
    data const d(static_cast<std::size_t>(state.range(0)));
    auto const gx = zeros_like(d.x);
    auto const gy = zeros_like(d.x);
    for (auto _ : state) {
        benchmark::DoNotOptimize(limit::fused_gradient(
            d.x.data(), d.y.data(), writable(gx), writable(gy), d.x.size()));
        benchmark::ClobberMemory();
    }
    count(state);
}

// Recording, reverse sweep and reading the result out.
void gradient_ours(benchmark::State& state)
{
    data const d(static_cast<std::size_t>(state.range(0)));
    auto tape = create_tape();
    for (auto _ : state) {
        tensor const loss = sum(formula(d.x, d.y));
        auto const [gx, gy] = grad(tape, loss, wrt(d.x, d.y));
        benchmark::DoNotOptimize(loss.item() + gx.data()[0] + gy.data()[0]);
    }
    count(state);
}

/// Both sides must agree before anything is timed.
void check_agreement()
{
    for (std::size_t const n : {1, 8, 1000, 4099}) {
        data const d(n);
        auto const gx = zeros_like(d.x);
        auto const gy = zeros_like(d.x);
        auto const expected =
            limit::fused_gradient(d.x.data(), d.y.data(), writable(gx), writable(gy), n);
        auto tape = create_tape();
        tensor const loss = sum(formula(d.x, d.y));
        auto const [ours_x, ours_y] = grad(tape, loss, wrt(d.x, d.y));
        auto const error = std::max(
            {std::abs(loss.item() - expected) / std::abs(expected),
             amax(abs(ours_x - gx)).item(),
             amax(abs(ours_y - gy)).item()});
        if (!(error < 1e-12)) {
            std::cerr << "fused: ours and the limit differ by " << error << " at n = " << n << "\n";
            std::exit(1);
        }
    }
}

void sizes(benchmark::internal::Benchmark* b)
{
    for (std::int64_t const n : {1, 8, 1000, 10000, 1000000}) {
        b->Arg(n);
    }
}

BENCHMARK(forward_limit)->Apply(sizes);
BENCHMARK(forward_ours)->Apply(sizes);
BENCHMARK(forward_xtensor)->Apply(sizes);
BENCHMARK(gradient_limit)->Apply(sizes);
BENCHMARK(gradient_ours)->Apply(sizes);
} // namespace

int main(int argc, char** argv)
{
    check_agreement();
    // one thread unless XGRAD_THREADS says otherwise
    auto const* const threads = std::getenv("XGRAD_THREADS");
    set_num_threads(threads != nullptr ? std::atoi(threads) : 1);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
