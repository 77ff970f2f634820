#pragma once

#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/block_reader.hpp>
#include <xgrad/tape/active.hpp>

#include <algorithm>
#include <span>

namespace xgrad {
/// The adjoints of an expression's operands for a seed of 1: null where an operand carries none,
/// the same array where a tensor occurs again.
class unit_adjoints
{
public:
    unit_adjoints(block_kernels const& kernels, std::span<tensor_body* const> operands)
        : kernels_(kernels),
          operands_(operands),
          bodies_(operands.size()),
          targets_(operands.size()),
          repeats_(operands.size())
    {}

    unit_adjoints(unit_adjoints const&) = delete;
    unit_adjoints& operator=(unit_adjoints const&) = delete;

    ~unit_adjoints()
    {
        for (std::size_t i = 0; i < made_; ++i) {
            detail::release(bodies_[i]);
        }
    }

    /// Some tape records this and may keep adjoints. (A tape with a memory limit keeps operands, of
    /// which it may have many already, rather than adjoints; a replay's, which runs again, has to.)
    bool are_wanted() const noexcept
    {
        // Another one may record the sweep, which then needs the operands.
        auto const* const r = only_recorder();
        if (r == nullptr && as_under::current() == tapes_then::one) [[unlikely]] {
            return true;
        }
        return r != nullptr && r->options().memory_limit == 0 && r->concerns(operands_);
    }

    /// Taking value and derivative in one pass is the cheaper way for operands of one size with so
    /// many arrays of adjoints: computing the derivative later would repeat an expensive function
    /// for each array that is stored now. (In a block or two it is the second pass itself that
    /// costs; and a single array is hardly stored in vain.)
    template <class Arrays>
    static bool pay(block_kernels const& kernels, std::size_t size, Arrays&& arrays)
    {
        return kernels.values_and_adjoints != nullptr &&
            (size * bytes_of(kernels.compute) <= few_blocks<std::byte> ||
             static_cast<float>(arrays()) <= std::max(kernels.cost, 1.0f));
    }

    bool pay() const noexcept
    {
        return one_shape() && pay(kernels_, operands_[0]->size, [&] { return arrays(); }) &&
            are_wanted();
    }

    void allocate()
    {
        auto* const targets = targets_.get().data();
        for (std::size_t i = 0; i < operands_.size(); ++i) {
            bodies_[i] = nullptr;
            made_ = i + 1;
            repeats_[i] = false;
            targets[i] = nullptr;
            if (!kernels_.leaves[i].carries_gradient) {
                continue;
            }
            for (std::size_t before = 0; before < i && targets[i] == nullptr; ++before) {
                if (operands_[before] == operands_[i]) {
                    targets[i] = targets[before];
                }
            }
            repeats_[i] = targets[i] != nullptr;
            if (targets[i] == nullptr) {
                bodies_[i] = make_body_like(*operands_[i]).give();
                targets[i] = bodies_[i]->data;
            }
        }
    }

    /// One for each operand, at its first occurrence, once they have been allocated.
    std::span<tensor_body* const> bodies() noexcept { return bodies_.get().first(made_); }

    /// Where the adjoint of each operand goes, at every occurrence.
    std::span<void* const> targets() noexcept { return targets_.get(); }

    /// The operand has occurred before: add to its adjoint.
    std::span<bool const> repeats() noexcept { return repeats_.get(); }

private:
    // The adjoint of a single element would be a sum of its own.
    bool one_shape() const noexcept
    {
        return std::all_of(operands_.begin(), operands_.end(), [&](auto const* operand) {
            return operand->size == operands_[0]->size;
        });
    }

    std::size_t arrays() const noexcept
    {
        std::size_t count = 0;
        for (std::size_t i = 0; i < operands_.size(); ++i) {
            count += kernels_.leaves[i].carries_gradient && first_of(i) == i;
        }
        return count;
    }

    std::size_t first_of(std::size_t i) const noexcept
    {
        std::size_t first = 0;
        while (!kernels_.leaves[first].carries_gradient || operands_[first] != operands_[i]) {
            ++first;
        }
        return first;
    }

    block_kernels const& kernels_;
    std::span<tensor_body* const> operands_;
    short_list<tensor_body*> bodies_; // each with a reference
    short_list<void*> targets_;
    short_list<bool> repeats_;
    std::size_t made_ = 0;
};
} // namespace xgrad
