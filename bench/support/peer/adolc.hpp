// ADOL-C, which records each number; nothing where it is not installed. It records anew each time,
// as ours does, into buffers large enough to stay out of files.
#pragma once

#include "../data.hpp"
#include "../harness.hpp"

#ifdef BENCH_ADOLC
#    include <adolc/adolc.h>
#endif

#include <array>
#include <span>
#include <tuple>
#include <vector>

namespace bench {
/// The side "ADOL-C": f computes one adouble from a vector of them; the inputs are the arrays, one
/// behind the other. `operations` is how many it records, at most.
template <std::size_t N, class F>
void adolc_gradient(
    [[maybe_unused]] sides& to,
    [[maybe_unused]] std::array<array<double>, N> const& inputs,
    [[maybe_unused]] std::size_t operations,
    [[maybe_unused]] F const& f)
{
#ifdef BENCH_ADOLC
    std::size_t count = 0;
    for (auto const& input : inputs) {
        count += input.size();
    }
    to.peer("ADOL-C", [=, gradient = array<double>(count)] {
        auto const buffer = static_cast<unsigned>(4 * (operations + count) + 1000);
        trace_on(1, 1, buffer, buffer, buffer, buffer);
        std::vector<adouble> x(count);
        std::size_t next = 0;
        for (auto const& input : inputs) {
            for (auto const value : input.view()) {
                x[next++] <<= value;
            }
        }
        double value = 0;
        f(x) >>= value;
        trace_off();
        double one = 1;
        reverse(1, 1, static_cast<int>(count), 0, &one, gradient.data());
        std::array<std::span<double const>, N> parts;
        next = 0;
        for (std::size_t i = 0; i < N; ++i) {
            parts[i] = gradient.view().subspan(next, inputs[i].size());
            next += inputs[i].size();
        }
        return std::tuple(value, parts);
    });
#endif
}
} // namespace bench
