#pragma once

#include <xgrad/base/pool.hpp>

#include <cstddef>
#include <vector>

namespace xgrad {
/// Memory of the pool for the standard containers: of large ones that come again the pages are
/// mapped already.
template <class T>
struct pool_allocator
{
    using value_type = T;

    pool_allocator() = default;

    template <class U>
    pool_allocator(pool_allocator<U> const&) noexcept
    {}

    T* allocate(std::size_t count)
    {
        if (count > std::size_t(-1) / sizeof(T)) {
            throw std::bad_alloc();
        }
        return static_cast<T*>(allocate_block(count * sizeof(T)));
    }

    void deallocate(T* memory, std::size_t count) noexcept
    {
        free_block(memory, count * sizeof(T));
    }

    friend bool operator==(pool_allocator, pool_allocator) noexcept { return true; }
};

/// Places in an array, or along an axis: as many as there are elements, where these are gathered.
using index_list = std::vector<std::ptrdiff_t, pool_allocator<std::ptrdiff_t>>;
} // namespace xgrad
