#pragma once

#include <xgrad/base/segmented_list.hpp>
#include <xgrad/tape/adjoint_value.hpp>
#include <xgrad/tape/tape_record.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace xgrad {
/// What a sweep wants of a variable.
enum class adjoint_interest : std::uint8_t
{
    none,
    way, // it lies between a source and what is computed from it
    source
};

/// The adjoints of a recording's variables while a sweep goes on. Of many variables few have one at
/// a time, in places that they take and leave: so a variable takes eight bytes here, and the
/// adjoints stay in cache.
class adjoint_table
{
public:
    adjoint_table() = default;
    adjoint_table(adjoint_table const&) = delete;
    adjoint_table& operator=(adjoint_table const&) = delete;

    ~adjoint_table()
    {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (values_[i].block != nullptr) {
                free_block(values_[i].block, few_bytes);
            }
        }
    }

    /// Starts anew, with so many variables of which nothing is wanted.
    void start(std::size_t variables) { variables_.assign(variables, 0); }

    /// Gives all bodies back; keeps its own memory.
    void clear() noexcept
    {
        while (taken_ > 0) {
            values_[--taken_].empty();
        }
        idle_ = nullptr;
    }

    adjoint_interest wanted(std::uint32_t variable) const noexcept
    {
        return static_cast<adjoint_interest>(variables_[variable] & interest);
    }

    /// To be said before it has an adjoint.
    void want(std::uint32_t variable, adjoint_interest what) noexcept
    {
        variables_[variable] = static_cast<std::uintptr_t>(what);
    }

    bool has(std::uint32_t variable) const noexcept { return variables_[variable] > interest; }

    /// The adjoint of a variable that has one.
    adjoint_value& operator[](std::uint32_t variable) const noexcept
    {
        return *reinterpret_cast<adjoint_value*>(variables_[variable] & ~interest);
    }

    /// A place for that of a variable that has none.
    adjoint_value& make(std::uint32_t variable)
    {
        auto& value = idle_ != nullptr ? *std::exchange(idle_, idle_->next) : take();
        variables_[variable] |= reinterpret_cast<std::uintptr_t>(&value);
        return value;
    }

    /// Elements for one that has a few.
    void* make_few(std::uint32_t variable)
    {
        auto& value = make(variable);
        if (value.block == nullptr) {
            value.block = allocate_block(few_bytes);
        }
        return value.elements = value.block;
    }

    /// From now on the variable has none.
    void drop(std::uint32_t variable) noexcept
    {
        auto& value = (*this)[variable];
        value.empty();
        value.next = std::exchange(idle_, &value);
        variables_[variable] &= interest;
    }

private:
    static constexpr std::uintptr_t interest = 3; // the bits that say what is wanted
    static_assert(alignof(adjoint_value) > interest);

    static constexpr std::size_t few_bytes = few_elements * sizeof(double);

    XGRAD_NOINLINE adjoint_value& take()
    {
        if (taken_ == values_.size()) {
            values_.emplace_back();
        }
        return values_[taken_++];
    }

    std::vector<std::uintptr_t> variables_; // what is wanted of each, and where its adjoint is
    segmented_list<adjoint_value> values_;
    std::size_t taken_ = 0;         // of them are in use, or have been
    adjoint_value* idle_ = nullptr; // the first of those that have been
};
} // namespace xgrad
