#pragma once

#include <xgrad/engine/accumulate.hpp>
#include <xgrad/engine/block_kernels.hpp>
#include <xgrad/engine/block_reader.hpp>
#include <xgrad/engine/parallel.hpp>

#include <cstddef>

// The forward half of a statement: plain run-time code, compiled once for each compute type.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Elements of a chunk of work: whole blocks, about two microseconds, and (so that results
/// do not depend on the number of threads) a function of the statement alone.
inline std::size_t chunk_length(float cost) noexcept
{
    auto const blocks = static_cast<std::size_t>(2.0f / (cost + 0.05f)) + 1;
    return std::min<std::size_t>(blocks, 32) * block_length;
}

inline std::size_t chunks_in(std::size_t size, std::size_t length) noexcept
{
    return (size + length - 1) / length;
}
} // namespace vectorized

/// The values of an expression, into the dense body `out` of any element type.
template <class T>
void compute_values(block_kernels const& kernels, plan const& p, T const* scalars, tensor_body& out)
{
    bool const converts = out.type != type_of<T>;
    auto const length = vectorized::chunk_length(kernels.cost);
    for_each_chunk(
        vectorized::chunks_in(p.size, length),
        static_cast<double>(p.size) * kernels.cost,
        [&](std::size_t chunk) {
            block_reader<T> reader(p);
            scratch converted(converts ? block_length * sizeof(T) : 0);
            auto const end = std::min(p.size, (chunk + 1) * length);
            auto const step = converts ? block_length : reader.longest();
            for (auto begin = chunk * length; begin < end; begin += step) {
                auto const count = std::min(step, end - begin);
                auto* const to = converts ? converted.as<T>() : out.elements<T>() + begin;
                kernels.values(
                    {.operands = reinterpret_cast<void const* const*>(reader.read(begin, count)),
                     .scalars = scalars,
                     .values = to,
                     .count = count,
                     .program = kernels.program});
                if (converts) {
                    unpack(to, count, out.type, out.data, begin);
                }
            }
        });
}

namespace vectorized {
template <class T, std::size_t States>
std::array<T*, States> states_at(T* first, std::size_t places)
{
    std::array<T*, States> state;
    for (std::size_t k = 0; k < States; ++k) {
        state[k] = first + k * places;
    }
    return state;
}
} // namespace vectorized

/// The elements of a chunk when `places` results are accumulated: enough that the states of
/// all chunks take no more memory than a quarter of the operands.
inline std::size_t accumulation_chunk(std::size_t size, std::size_t places, float cost) noexcept
{
    auto const least = std::max(vectorized::chunk_length(cost), (size + 255) / 256);
    auto const wanted = std::max(least, 4 * places);
    return (wanted + block_length - 1) / block_length * block_length;
}

/// Reduces the values of an expression into the `places` elements of `out`, which has the given
/// strides in the plan's shape (0 along the reduced axes). The order is fixed: chunks that
/// depend on the shapes alone, merged in pairs.
template <class T, class Accumulator>
void compute_reduction(
    block_kernels const* kernels,
    plan const& p,
    T const* scalars,
    Accumulator const& accumulator,
    shape_type const& axes,
    strides_type const& strides,
    std::size_t places,
    T* out)
{
    constexpr auto states = Accumulator::states;
    auto const cost = kernels != nullptr ? kernels->cost : 0.1f;
    auto const length = accumulation_chunk(p.size, places, cost);
    auto const chunks = std::max<std::size_t>(1, vectorized::chunks_in(p.size, length));
    scratch partial(chunks * states * places * sizeof(T));
    auto const state = [&](std::size_t chunk) {
        return vectorized::states_at<T, states>(
            partial.template as<T>() + chunk * states * places, places);
    };
    for_each_chunk(chunks, static_cast<double>(p.size) * cost, [&](std::size_t chunk) {
        accumulator.start(state(chunk), places);
        block_reader<T> reader(p);
        scratch values(
            kernels != nullptr ? padded_bytes(std::min(block_length, p.size) * sizeof(T)) : 0);
        auto const end = std::min(p.size, (chunk + 1) * length);
        for (auto begin = chunk * length; begin < end; begin += block_length) {
            auto const count = std::min(block_length, end - begin);
            auto const* const operands = reader.read(begin, count);
            auto const* x = operands[0];
            if (kernels != nullptr) {
                x = values.as<T>();
                kernels->values(
                    {.operands = reinterpret_cast<void const* const*>(operands),
                     .scalars = scalars,
                     .values = values.as<T>(),
                     .count = count,
                     .program = kernels->program});
            }
            accumulate(accumulator, state(chunk), axes, strides, begin, count, x);
        }
    });
    for (std::size_t step = 1; step < chunks; step *= 2) {
        for (std::size_t chunk = 0; chunk + step < chunks; chunk += 2 * step) {
            accumulator.merge(state(chunk), state(chunk + step), places);
        }
    }
    accumulator.finish(state(0), out, places);
}
} // namespace XGRAD_ARCHITECTURE

#if defined(XGRAD_COMPILED)
inline namespace XGRAD_ARCHITECTURE {
extern template void compute_values(block_kernels const&, plan const&, double const*, tensor_body&);
extern template void compute_values(block_kernels const&, plan const&, float const*, tensor_body&);
} // namespace XGRAD_ARCHITECTURE
#endif
} // namespace xgrad
