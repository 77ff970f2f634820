#pragma once

#include <xgrad/base/scratch_memory.hpp>
#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/parts_of_sum.hpp>
#include <xgrad/engine/spread.hpp>
#include <xgrad/tape/adjoints.hpp>
#include <xgrad/tape/reduced_shape.hpp>
#include <xgrad/tape/statement_run.hpp>

#include <algorithm>
#include <cstddef>

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The reverse of one statement over at most two blocks of elements whose operands broadcast, or
/// that is a reduction: operands, results and incoming adjoints are spread as on the way forth, the
/// kernel finds arrays of one shape, and what it leaves for smaller operands is summed.
template <class T>
class spread_sweep
{
public:
    spread_sweep(tape_record const& r, recorded_statement const& s, sweep_adjoints& all)
        : recording_(r),
          s_(s),
          all_(all),
          space_(s.reduced == nullptr ? r.shape_of(s.result) : index_space(r, s)),
          size_(element_count(space_)),
          length_(padded_bytes(size_ * sizeof(T)) / sizeof(T)),
          arrays_(most_arrays() * length_ * sizeof(T))
    {}

    /// Adds what the statement's adjoint contributes to those of its operands.
    void run()
    {
        auto const& kernels = *s_.kernels;
        auto const leaves = kernels.leaves.size();
        short_list<void*> list(2 * leaves);
        short_list<bool> flags(leaves);
        auto* const values = list.get().data();
        auto* const adjoints = values + leaves;
        auto* const accumulate = flags.get().data();
        for (std::size_t i = 0; i < leaves; ++i) {
            auto const variable = s_.first_operand[i].variable;
            auto const* const kept = s_.first_operand[i].kept.get();
            values[i] = kept == nullptr ? nullptr
                : is_smaller(variable)  ? spread_array(kept->elements<T const>(), kept->shape)
                                        : kept->data;
            accumulate[i] = false;
            adjoints[i] = !kernels.leaves[i].carries_gradient   ? nullptr
                : !all_.wants(variable) || is_smaller(variable) ? next_array()
                                                                : place_of(variable, accumulate[i]);
        }
        auto const* const elements = s_.reduced != nullptr ? elements_of(values) : nullptr;
        void const* const result = s_.reduced != nullptr ? elements
            : s_.kept_result                             ? s_.kept_result->data
                                                         : nullptr;
        kernels.adjoints(
            {.operands = values,
             .scalars = s_.scalars(),
             .result = result,
             .seed = s_.reduced != nullptr ? seeds_of(elements) : seed(),
             .adjoints = adjoints,
             .accumulate = accumulate,
             .count = size_,
             .program = kernels.program});
        for (std::size_t i = 0; i < leaves; ++i) {
            auto const variable = s_.first_operand[i].variable;
            if (adjoints[i] != nullptr && is_smaller(variable) && all_.wants(variable)) {
                add_sums(variable, static_cast<T const*>(adjoints[i]));
            }
        }
    }

private:
    bool is_smaller(std::uint32_t variable) const noexcept
    {
        return recording_.variables().size_of(variable) != size_;
    }

    /// Where an adjoint is stored or, should it `accumulate`, added to.
    void* place_of(std::uint32_t variable, bool& accumulate)
    {
        if (recording_.variables().size_of(variable) <= few_elements) {
            return all_.few(variable, accumulate);
        }
        accumulate = all_.has(variable);
        return all_.writable(variable).data;
    }

    /// Of each operand a value and an adjoint; the seed; of a reduction the elements and (before
    /// and after they are spread) results and adjoints, and which elements are ties.
    std::size_t most_arrays() const noexcept { return 2 * s_.operand_count + 7; }

    /// Room for one more array over the whole space.
    T* next_array() noexcept { return arrays_.template as<T>() + length_ * used_++; }

    T const* filled(T number)
    {
        auto* const array = next_array();
        std::fill_n(array, length_, number);
        return array;
    }

    T* spread_array(T const* from, shape_type const& shape)
    {
        auto* const array = next_array();
        spread(type_of<T>, from, shape, space_, array);
        return array;
    }

    T const* seed()
    {
        return all_.is_uniform(s_.result) ? filled(all_.number_of<T>(s_.result))
                                          : static_cast<T const*>(all_.elements_of(s_.result));
    }

    /// The elements of a reduction, where they are needed.
    T const* elements_of(void const* const* operands)
    {
        auto const& kernels = *s_.kernels;
        if (kernels.is_tensor()) {
            return static_cast<T const*>(operands[0]);
        }
        if (!kernels.result_needed && s_.reduced->element == nullptr) {
            return nullptr;
        }
        auto* const values = next_array();
        kernels.values(
            {.operands = operands,
             .scalars = s_.scalars(),
             .values = values,
             .count = size_,
             .program = kernels.program});
        return values;
    }

    /// The adjoints from which a reduction's elements start.
    T const* seeds_of(T const* elements)
    {
        auto const& kind = *s_.reduced;
        auto const count = recording_.variables().size_of(s_.result);
        auto const places = xgrad::detail::places_of(s_, space_);
        auto const over_all = [&](T const* of_results) {
            return count == 1 ? filled(*of_results) : spread_array(of_results, places);
        };
        auto const* const results = kind.element == nullptr
            ? nullptr
            : over_all(s_.kept_result->template elements<T const>());
        auto* const g = next_array();
        if (all_.is_uniform(s_.result)) {
            std::fill_n(g, count, all_.number_of<T>(s_.result));
        } else {
            std::copy_n(static_cast<T const*>(all_.elements_of(s_.result)), count, g);
        }
        auto const each = static_cast<T>(kind.divides_by_count ? size_ / count : 1);
        auto const* const ties =
            kind.shares_among_ties ? ties_of(elements, results, places) : nullptr;
        for (std::size_t i = 0; i < count; ++i) {
            g[i] /= ties != nullptr ? ties[i] : each;
        }
        auto const* const adjoints = over_all(g);
        if (kind.element == nullptr) {
            return adjoints;
        }
        auto* const seeds = next_array();
        kind.element(elements, results, adjoints, seeds, size_);
        return seeds;
    }

    /// How many elements equal each result.
    T const* ties_of(T const* elements, T const* results, shape_type const& places)
    {
        using V = simd::batch<T>;
        auto* const is_tie = next_array();
        for (std::size_t i = 0; i < size_; i += V::size) {
            select(V::load(elements + i) == V::load(results + i), V(1), V(0)).store(is_tie + i);
        }
        auto* const ties = next_array();
        auto const summed = places_of_sum(places, space_, *s_.kernels);
        scratch_memory memory(parts_in(size_, summed.part) * summed.count * sizeof(T));
        store_sums(
            sums_of_places(summed, memory.as<T>(), size_, static_cast<T const*>(is_tie)),
            summed.count,
            ties,
            false);
        return ties;
    }

    /// Adds up the adjoints of an operand that was spread.
    void add_sums(std::uint32_t variable, T const* adjoints)
    {
        bool accumulate = false;
        auto* const into = static_cast<T*>(place_of(variable, accumulate));
        auto const places = places_of_sum(recording_.shape_of(variable), space_, *s_.kernels);
        scratch_memory memory(parts_in(size_, places.part) * places.count * sizeof(T));
        auto const* const sums = sums_of_places(places, memory.as<T>(), size_, adjoints);
        store_sums(sums, places.count, into, accumulate);
    }

    tape_record const& recording_;
    recorded_statement const& s_;
    sweep_adjoints& all_;
    shape_type space_; // over which the statement runs
    std::size_t size_;
    std::size_t length_; // of one array over it, with the padding
    memory_of_scope<16 * few_elements * sizeof(T)> arrays_;
    std::size_t used_ = 0;
};

// A call of its own, so that other statements do without its stack.
template <class T>
XGRAD_NOINLINE void
reverse_spread(tape_record const& r, recorded_statement const& s, sweep_adjoints& all)
{
    spread_sweep<T>(r, s, all).run();
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
