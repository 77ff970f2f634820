#pragma once

#include <xgrad/base/pool.hpp>

#include <cstddef>

namespace xgrad {
/// Memory for the time of a scope: on the stack where so many bytes are enough, else of the pool.
template <std::size_t Inline>
class memory_of_scope
{
public:
    explicit memory_of_scope(std::size_t bytes)
        : data_(
              bytes == 0            ? nullptr
                  : bytes <= Inline ? inline_
                                    : allocate_block(bytes)),
          bytes_(bytes)
    {}

    memory_of_scope(memory_of_scope const&) = delete;
    memory_of_scope& operator=(memory_of_scope const&) = delete;

    ~memory_of_scope()
    {
        if (bytes_ > Inline) {
            free_block(data_, bytes_);
        }
    }

    template <class T>
    T* as() const noexcept
    {
        return static_cast<T*>(data_);
    }

private:
    void* data_;
    std::size_t bytes_;
    alignas(block_alignment) std::byte inline_[Inline];
};

/// For a few small blocks.
using scratch_memory = memory_of_scope<512>;
} // namespace xgrad
