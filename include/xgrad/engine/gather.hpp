#pragma once

#include <xgrad/engine/dense.hpp>
#include <xgrad/engine/parallel.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace xgrad {
/// Runs of neighbouring elements of a row-major array, in any order, any of them several times.
struct element_runs
{
    std::vector<std::ptrdiff_t> starts;
    std::size_t length = 1; // of every run
};

/// The runs one after the other into `to`, which has room for them.
inline void gather(tensor_body const& from, element_runs const& runs, tensor_body& to)
{
    with_element_type(from.type, [&]<class T>() {
        auto const* const x = from.elements<T const>();
        auto* const out = to.elements<T>();
        auto const length = runs.length;
        auto const part = std::max<std::size_t>(16384 / std::max<std::size_t>(length, 1), 1);
        auto const count = runs.starts.size();
        auto const work = static_cast<double>(count * length);
        for_each_chunk((count + part - 1) / part, work, [&](auto chunk) {
            auto const end = std::min(count, (chunk + 1) * part);
            for (auto i = chunk * part; i < end; ++i) {
                if (length == 1) {
                    out[i] = x[runs.starts[i]];
                } else {
                    std::copy_n(x + runs.starts[i], length, out + i * length);
                }
            }
        });
    });
}

/// Adds them back to where they came from: one after the other, so that the sums of elements that
/// occur again have one order.
inline void scatter_add(tensor_body const& from, element_runs const& runs, tensor_body& to)
{
    with_element_type(from.type, [&]<class T>() {
        auto const* x = from.elements<T const>();
        auto* const out = to.elements<T>();
        for (auto const start : runs.starts) {
            for (std::size_t k = 0; k < runs.length; ++k) {
                out[start + static_cast<std::ptrdiff_t>(k)] += x[k];
            }
            x += runs.length;
        }
    });
}
} // namespace xgrad
