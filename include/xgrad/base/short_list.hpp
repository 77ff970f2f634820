#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace xgrad {
/// A list whose length is fixed when it is made: on the stack where the operands of a statement are
/// as few as they usually are, else on the heap.
template <class T>
class short_list
{
public:
    explicit short_list(std::size_t size) : size_(size)
    {
        if (size > few) {
            many_.resize(size);
        }
    }

    std::span<T> get() noexcept { return {many_.empty() ? few_.data() : many_.data(), size_}; }

private:
    static constexpr std::size_t few = 8;

    std::size_t size_;
    std::array<T, few> few_;
    std::vector<T> many_;
};
} // namespace xgrad
