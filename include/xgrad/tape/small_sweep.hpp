#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/aligned.hpp>
#include <xgrad/engine/fold.hpp>
#include <xgrad/tape/adjoints.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

// The reverse of one aligned statement over a few elements: nothing stands between the tape and
// the kernel, and adjoints lie in the sweep's own memory.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// The sum of the adjoints that a kernel has left for an operand of a single element.
template <class T>
T sum_of(void const* adjoints, std::size_t count)
{
    return fold(static_cast<T const*>(adjoints), count, T(0), add{});
}

/// Operands of a single element among more: where the adjoints of all the elements go, to be
/// summed.
template <class T>
class single_operands
{
public:
    explicit single_operands(std::size_t size)
        : size_(size), length_(padded_bytes(size * sizeof(T)) / sizeof(T))
    {}

    single_operands(single_operands const&) = delete;
    single_operands& operator=(single_operands const&) = delete;

    /// A number in every place.
    T* filled(T number) noexcept
    {
        auto* const buffer = buffers_[used_++];
        std::fill_n(buffer, length_, number);
        return buffer;
    }

    T* summed(std::uint32_t variable) noexcept
    {
        auto* const buffer = buffers_[used_++];
        sums_[sum_count_++] = {buffer, variable};
        return buffer;
    }

    /// Where adjoints go that nobody wants: a kernel writes them all the same.
    T* unwanted() noexcept { return unwanted_; }

    void add_sums(sweep_adjoints& all) const
    {
        for (std::size_t k = 0; k < sum_count_; ++k) {
            bool accumulate = false;
            auto* const into = static_cast<T*>(all.few(sums_[k].variable, accumulate));
            auto const total = sum_of<T>(sums_[k].adjoints, size_);
            *into = accumulate ? *into + total : total;
        }
    }

private:
    struct sum
    {
        T const* adjoints;
        std::uint32_t variable;
    };

    std::size_t size_;
    std::size_t length_;
    std::size_t used_ = 0;
    std::size_t sum_count_ = 0;
    std::array<sum, most_single_operands> sums_;
    alignas(block_alignment) T unwanted_[few_elements];
    // Values, adjoints, and the seed.
    alignas(block_alignment) T buffers_[2 * most_single_operands + 1][few_elements];
};

/// Adds what such a statement's adjoint contributes to those of its operands.
template <class T>
void reverse_small(
    variable_table const& variables, recorded_statement const& s, sweep_adjoints& all)
{
    auto const& kernels = *s.kernels;
    auto const leaves = kernels.leaves.size();
    std::size_t const size = s.few;
    single_operands<T> singles(size);
    short_list<void*> list(2 * leaves);
    short_list<bool> flags(leaves);
    auto* const values = list.get().data();
    auto* const adjoints = values + leaves;
    auto* const accumulate = flags.get().data();
    for (std::size_t i = 0; i < leaves; ++i) {
        auto const variable = s.first_operand[i].variable;
        auto const* const kept = s.first_operand[i].kept.get();
        bool const single = size != 1 && variables.size_of(variable) != size;
        values[i] = kept == nullptr ? nullptr
            : single                ? singles.filled(*kept->template elements<T>())
                                    : kept->data;
        accumulate[i] = false;
        adjoints[i] = !kernels.leaves[i].carries_gradient ? nullptr
            : !all.wants(variable)                        ? singles.unwanted()
            : single                                      ? singles.summed(variable)
                                                          : all.few(variable, accumulate[i]);
    }
    kernels.adjoints(
        {.operands = values,
         .scalars = s.scalars(),
         .result = s.kept_result ? s.kept_result->data : nullptr,
         .seed = all.is_uniform(s.result) ? singles.filled(all.number_of<T>(s.result))
                                          : all.elements_of(s.result),
         .adjoints = adjoints,
         .accumulate = accumulate,
         .count = size,
         .program = kernels.program});
    singles.add_sums(all);
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
