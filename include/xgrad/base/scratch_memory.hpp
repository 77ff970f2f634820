#pragma once

#include <xgrad/base/pool.hpp>

#include <cstddef>

namespace xgrad {
/// Memory for the time of a scope: on the stack where a few small blocks are enough, else of the
/// pool.
class scratch_memory
{
public:
    explicit scratch_memory(std::size_t bytes)
        : data_(
              bytes == 0                     ? nullptr
                  : bytes <= sizeof(inline_) ? inline_
                                             : allocate_block(bytes)),
          bytes_(bytes)
    {}

    scratch_memory(scratch_memory const&) = delete;
    scratch_memory& operator=(scratch_memory const&) = delete;

    ~scratch_memory()
    {
        if (bytes_ > sizeof(inline_)) {
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
    alignas(block_alignment) std::byte inline_[512];
};
} // namespace xgrad
