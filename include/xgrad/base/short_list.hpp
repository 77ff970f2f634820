#pragma once

#include <xgrad/base/config.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace xgrad {
/// A list whose length is fixed when it is made: on the stack where the operands of a statement are
/// as few as they usually are, else on the heap.
template <class T>
class short_list
{
public:
    explicit short_list(std::size_t size)
        : size_(size), first_(size <= few ? reinterpret_cast<T*>(storage_) : allocate(size))
    {
        std::uninitialized_default_construct_n(first_, size_);
    }

    short_list(short_list const&) = delete;
    short_list& operator=(short_list const&) = delete;

    ~short_list()
    {
        std::destroy_n(first_, size_);
        if (size_ > few) {
            std::allocator<T>().deallocate(first_, size_);
        }
    }

    std::span<T> get() noexcept { return {first_, size_}; }

    T& operator[](std::size_t i) noexcept { return first_[i]; }

private:
    static constexpr std::size_t few = 16;

    XGRAD_COLD static T* allocate(std::size_t size) { return std::allocator<T>().allocate(size); }

    std::size_t size_;
    T* first_;
    alignas(T) std::byte storage_[few * sizeof(T)];
};
} // namespace xgrad
