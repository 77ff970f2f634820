#pragma once

#include <xgrad/engine/compute_reduction.hpp>

#include <span>

// The reverse half of a statement.

namespace xgrad {
/// Where the adjoint of one leaf goes.
struct adjoint_target
{
    tensor_body* body = nullptr; // dense, shaped like the operand; null where nobody wants it
    bool accumulate = false;     // it holds earlier contributions
    bool direct = false;         // shaped like the statement and of its compute type
    shape_type axes{};           // otherwise: the operand's places in the index space
    strides_type strides{};
};

/// The adjoint of a statement's values, a block at a time.
struct seed_source
{
    std::size_t adjoint; // the plan's operand that holds the incoming adjoint
    std::size_t result;  // and the one that holds the result
    // Where the adjoint of an element is not the incoming one itself (amax, logsumexp): computes it
    // from the element's value, the result and the incoming adjoint. Null otherwise.
    void (*element)(
        void const* values,
        void const* result,
        void const* adjoint,
        void* seed,
        std::size_t count) = nullptr;
    bool reduced = false; // the statement's result is not the expression's value
};

inline namespace XGRAD_ARCHITECTURE {
/// Adds the derivative of an expression to the adjoints of its leaves.
template <class T>
void compute_adjoints(
    block_kernels const& kernels,
    loop_plan const& p,
    T const* scalars,
    seed_source const& source,
    std::span<adjoint_target const> targets)
{
    auto const leaves = kernels.leaves.size();
    auto const cost = 2 * kernels.cost + 0.1f;
    bool const values_needed =
        source.element != nullptr || (source.reduced && kernels.result_needed);

    // Of an operand itself what its elements start from is their adjoint.
    bool const starts_in_place = source.element != nullptr && kernels.terms.size() == 1 &&
        targets[0].body != nullptr && targets[0].direct && !targets[0].accumulate;

    // Leaves that were broadcast collect sums; each chunk has its own, merged in a fixed order.
    std::size_t places = 0;
    std::size_t largest = 0;
    for (auto const& target : targets) {
        if (target.body != nullptr && !target.direct) {
            places += target.body->size;
            largest = std::max(largest, target.body->size);
        }
    }
    auto const length =
        places > 0 ? accumulation_chunk(p.size, largest, cost) : vectorized::chunk_length(cost);
    auto const chunks = std::max<std::size_t>(1, vectorized::chunks_in(p.size, length));
    scratch_memory sums(chunks * places * sizeof(T));
    std::fill_n(sums.as<T>(), chunks * places, T(0));

    for_each_chunk(chunks, static_cast<double>(p.size) * cost, [&](std::size_t chunk) {
        block_reader<T> reader(p);
        auto const end = std::min(p.size, (chunk + 1) * length);
        auto const step = places > 0 || values_needed || source.element != nullptr
            ? block_length<T>
            : reader.longest();
        auto const most = std::min(step, padded_bytes(p.size * sizeof(T)) / sizeof(T));
        // One block for every leaf without an adjoint of its own, one each for values and seed.
        scratch_memory blocks((leaves + 2) * most * sizeof(T));
        auto* const value_block = blocks.as<T>() + leaves * most;
        auto* const seeds = value_block + most;
        scratch_memory tables(leaves * (sizeof(void*) + sizeof(bool)));
        auto* const adjoints = tables.as<void*>();
        auto* const add = reinterpret_cast<bool*>(adjoints + leaves);
        for (auto begin = chunk * length; begin < end; begin += step) {
            auto const count = std::min(step, end - begin);
            auto const* const operands = reader.read(begin, count);
            auto const* result = operands[source.result];
            auto const* seed = operands[source.adjoint];
            auto const* values = operands[0]; // of an operand itself
            if (values_needed && kernels.terms.size() > 1) {
                kernels.values(
                    {.operands = reinterpret_cast<void const* const*>(operands),
                     .scalars = scalars,
                     .values = value_block,
                     .count = count,
                     .program = kernels.program});
                values = value_block;
            }
            if (starts_in_place) {
                auto* const to = targets[0].body->template elements<T>() + begin;
                source.element(values, result, seed, to, count);
                continue;
            }
            if (source.element != nullptr) {
                source.element(values, result, seed, seeds, count);
                seed = seeds;
            }
            for (std::size_t i = 0; i < leaves; ++i) {
                auto const& target = targets[i];
                bool const in_place = target.body != nullptr && target.direct;
                adjoints[i] = in_place ? target.body->template elements<T>() + begin
                                       : blocks.as<T>() + i * most;
                add[i] = in_place && target.accumulate;
            }
            kernels.adjoints(
                {.operands = reinterpret_cast<void const* const*>(operands),
                 .scalars = scalars,
                 .result = source.reduced ? values : result,
                 .seed = seed,
                 .adjoints = adjoints,
                 .accumulate = add,
                 .count = count,
                 .program = kernels.program});
            auto* sum = sums.as<T>() + chunk * places;
            for (std::size_t i = 0; i < leaves; ++i) {
                auto const& target = targets[i];
                if (target.body != nullptr && !target.direct) {
                    accumulate(
                        sum_accumulator<T>,
                        std::array<T*, 1>{sum},
                        target.axes,
                        target.strides,
                        begin,
                        count,
                        static_cast<T const*>(adjoints[i]));
                    sum += target.body->size;
                }
            }
        }
    });

    for (std::size_t step = 1; step < chunks; step *= 2) {
        for (std::size_t chunk = 0; chunk + step < chunks && places > 0; chunk += 2 * step) {
            sum_accumulator<T>.merge(
                {sums.as<T>() + chunk * places}, {sums.as<T>() + (chunk + step) * places}, places);
        }
    }
    auto const* sum = sums.as<T>();
    for (auto const& target : targets) {
        if (target.body != nullptr && !target.direct) {
            with_element_type(target.body->type, [&]<class To>() {
                auto* const to = target.body->template elements<To>();
                for (std::size_t i = 0; i < target.body->size; ++i) {
                    to[i] = static_cast<To>(
                        target.accumulate ? static_cast<T>(to[i]) + sum[i] : sum[i]);
                }
            });
            sum += target.body->size;
        }
    }
}
} // namespace XGRAD_ARCHITECTURE

#if defined(XGRAD_COMPILED)
inline namespace XGRAD_ARCHITECTURE {
XGRAD_EXTERN template void compute_adjoints(
    block_kernels const&,
    loop_plan const&,
    double const*,
    seed_source const&,
    std::span<adjoint_target const>);
XGRAD_EXTERN template void compute_adjoints(
    block_kernels const&,
    loop_plan const&,
    float const*,
    seed_source const&,
    std::span<adjoint_target const>);
} // namespace XGRAD_ARCHITECTURE
#endif
} // namespace xgrad
