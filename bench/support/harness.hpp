// What all benchmarks share. A workload is computed by several sides: the limit (the loop written
// by hand), ours, and peers. A side is a function; what it returns (numbers, arrays, tuples of
// them) is compared with the limit's before anything is timed, and read in each timed iteration.
#pragma once

#include <xgrad/xgrad.hpp>

#include <benchmark/benchmark.h>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace bench {
template <class R>
concept tuple = requires { std::tuple_size<R>::value; };

/// Makes the compiler, and whoever computes late, come up with the result.
template <class R>
void read_out(R const& result)
{
    if constexpr (std::is_arithmetic_v<R>) {
        benchmark::DoNotOptimize(result);
    } else if constexpr (tuple<R>) {
        std::apply([](auto const&... each) { (read_out(each), ...); }, result);
    } else if (result.size() > 0) {
        benchmark::DoNotOptimize(result.data()[0]);
    }
}

using arrays = std::vector<std::vector<double>>;

template <class R>
void append_copy(arrays& to, R const& result)
{
    if constexpr (std::is_arithmetic_v<R>) {
        to.push_back({static_cast<double>(result)});
    } else if constexpr (tuple<R>) {
        std::apply([&](auto const&... each) { (append_copy(to, each), ...); }, result);
    } else {
        to.emplace_back(result.data(), result.data() + result.size());
    }
}

struct side
{
    std::string name;
    std::function<void(benchmark::State&)> time;
    std::function<arrays()> results;
};

/// The sides of one workload at one size. A function that takes a tape gets one that is active, and
/// not persistent: as a user's loop has it.
class sides
{
public:
    template <class F>
    void limit(F f)
    {
        peer("limit", std::move(f));
    }

    template <class F>
    void ours(F f)
    {
        peer("ours", std::move(f));
    }

    /// The value of f at these tensors: ours, and replayed.
    template <class F, class... T>
    void values(F f, xgrad::tensor<T> const&... x)
    {
        ours([=] { return f(x...); });
        peer("replay", [=, again = std::make_shared<decltype(xgrad::replay(f))>(f)] {
            return (*again)(x...);
        });
    }

    /// The value of f and its gradients by these tensors: ours, and replayed.
    template <class F, class... T>
    void gradients(F f, xgrad::tensor<T> const&... x)
    {
        ours([=](xgrad::tape& tape) {
            xgrad::tensor loss = f(x...);
            return std::tuple(loss, xgrad::grad(tape, loss, xgrad::wrt(x...)));
        });
        peer("replay", [=, again = std::make_shared<decltype(xgrad::replay(f))>(f)] {
            auto result = again->value_and_grad(x...);
            return std::tuple(std::move(result.value), std::move(result.gradients));
        });
    }

    template <class F>
    void peer(std::string name, F f)
    {
        side s;
        s.name = std::move(name);
        s.time = [f](benchmark::State& state) {
            call(f, [&](auto const& once) {
                for (auto _ : state) {
                    read_out(once());
                    benchmark::ClobberMemory();
                }
            });
        };
        s.results = [f] {
            arrays copies;
            call(f, [&](auto const& once) { append_copy(copies, once()); });
            return copies;
        };
        list_.push_back(std::move(s));
    }

    /// The largest difference from the limit that counts as agreement, relative to the largest
    /// element.
    double tolerance = 1e-10;

    std::vector<side> const& list() const noexcept { return list_; }

private:
    template <class F, class Use>
    static void call(F const& f, Use const& use)
    {
        if constexpr (std::invocable<F const&, xgrad::tape&>) {
            auto tape = xgrad::create_tape();
            use([&]() -> decltype(auto) { return f(tape); });
        } else {
            use(f);
        }
    }

    std::vector<side> list_;
};

using sizes = std::vector<std::size_t>;

struct workload
{
    std::string name;
    sizes timed;
    sizes checked;
    std::function<void(std::size_t, sides&)> make;
    /// How many elements a size stands for: what is too small for threads is timed on one only.
    std::size_t elements = 1;
};

/// From a number to what no cache holds; and some that fill no register.
inline sizes const vector_sizes = {1, 8, 1000, 10000, 1000000, 10000000};
inline sizes const odd_sizes = {1, 3, 8, 1000, 4099, 70001};

/// Checks the workloads and times them, as the command line wants it; what main returns.
int run(std::vector<workload> const& workloads, int argc, char** argv);
} // namespace bench
