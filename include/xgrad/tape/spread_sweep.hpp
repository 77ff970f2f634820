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
/// that is a sum over some of its axes: operands and incoming adjoint are spread as on the way
/// forth, the kernel finds arrays of one shape, and what it leaves for smaller operands is summed.
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
        bool const elements_needed = s_.reduced != nullptr && kernels.result_needed;
        void const* const result = elements_needed ? values_of_elements(values)
            : s_.kept_result                       ? s_.kept_result->data
                                                   : nullptr;
        kernels.adjoints(
            {.operands = values,
             .scalars = s_.scalars(),
             .result = result,
             .seed = seed(),
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

    /// Of each operand a value and an adjoint; the seed, before and after it is spread; values.
    std::size_t most_arrays() const noexcept { return 2 * s_.operand_count + 3; }

    /// Room for one more array over the whole space.
    T* next_array() noexcept { return arrays_.template as<T>() + length_ * used_++; }

    T* spread_array(T const* from, shape_type const& shape)
    {
        auto* const array = next_array();
        spread(type_of<T>, from, shape, space_, array);
        return array;
    }

    /// The adjoint from which that of each element starts.
    void const* seed()
    {
        auto const results = recording_.variables().size_of(s_.result);
        bool const divides = s_.reduced != nullptr && s_.reduced->divides_by_count;
        auto const count = static_cast<T>(divides ? size_ / results : 1);
        if (results == 1 || all_.is_uniform(s_.result)) {
            auto* const array = next_array();
            std::fill_n(array, length_, all_.number_of<T>(s_.result) / count);
            return array;
        }
        auto const* g = static_cast<T const*>(all_.elements_of(s_.result));
        if (divides) {
            auto* const array = next_array();
            std::transform(g, g + results, array, [count](T each) { return each / count; });
            g = array;
        }
        return s_.reduced == nullptr ? g : spread_array(g, xgrad::detail::places_of(s_, space_));
    }

    /// The values of a reduction's elements.
    T const* values_of_elements(void const* const* operands)
    {
        auto* const values = next_array();
        s_.kernels->values(
            {.operands = operands,
             .scalars = s_.scalars(),
             .values = values,
             .count = size_,
             .program = s_.kernels->program});
        return values;
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
