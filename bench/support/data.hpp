// The data of the workloads: the same numbers as tensors and as plain arrays.
#pragma once

#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace bench {
/// Elements for loops written by hand: at a cache line's start, and with room behind the last one,
/// so that whole registers, and blocks of two, may be read and written. A copy is another handle to
/// the same elements.
template <class T>
class array
{
    static constexpr std::align_val_t alignment{64};
    static constexpr std::size_t room = 256 / sizeof(T);

public:
    explicit array(std::size_t size)
        : size_(size),
          data_(static_cast<T*>(::operator new((size + room) * sizeof(T), alignment)), [](T* data) {
              ::operator delete(data, alignment);
          })
    {
        std::fill_n(data(), size + room, T(0));
    }

    array(xgrad::tensor<T> const& values) : array(values.size())
    {
        std::copy_n(values.data(), size_, data());
    }

    T* data() const noexcept { return data_.get(); }

    std::size_t size() const noexcept { return size_; }

    /// To hand it back as a result.
    std::span<T const> view() const noexcept { return {data(), size_}; }

private:
    std::size_t size_;
    std::shared_ptr<T> data_;
};

template <class T>
array(xgrad::tensor<T> const&) -> array<T>;
} // namespace bench
