#pragma once

#include <xgrad/base/config.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>

namespace xgrad {
/// A vector of numbers whose first few need no allocation. A type of our own (shapes are made of
/// it) and not one of xtensor's, whose namespace would otherwise join every unqualified call with a
/// shape.
template <class T, std::size_t Inline>
class small_vector
{
    static_assert(std::is_trivially_copyable_v<T>);

public:
    using value_type = T;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using reference = T&;
    using const_reference = T const&;
    using pointer = T*;
    using const_pointer = T const*;
    using iterator = T*;
    using const_iterator = T const*;
    using reverse_iterator = std::reverse_iterator<iterator>;
    using const_reverse_iterator = std::reverse_iterator<const_iterator>;

    small_vector() = default;

    explicit small_vector(size_type count, T value = T())
    {
        if (count <= Inline && value == T()) {
            size_ = static_cast<std::uint32_t>(count); // they are zero already
        } else {
            resize(count, value);
        }
    }

    small_vector(std::initializer_list<T> list) : small_vector(list.begin(), list.end()) {}

    template <std::forward_iterator I>
    small_vector(I first, I last)
    {
        reserve(static_cast<size_type>(std::distance(first, last)));
        auto* to = data();
        for (; first != last; ++first, ++size_) {
            *to++ = static_cast<T>(*first);
        }
    }

    small_vector(small_vector const& other) : size_(other.size_), storage_(other.storage_)
    {
        if (other.on_heap()) [[unlikely]] {
            copy_heap(other);
        }
    }

    small_vector(small_vector&& other) noexcept { take(other); }

    small_vector& operator=(small_vector const& other) { return *this = small_vector(other); }

    small_vector& operator=(small_vector&& other) noexcept
    {
        if (this != &other) {
            release();
            take(other);
        }
        return *this;
    }

    ~small_vector() { release(); }

    size_type size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T* data() noexcept { return on_heap() ? storage_.heap : storage_.few; }
    T const* data() const noexcept { return on_heap() ? storage_.heap : storage_.few; }
    T& operator[](size_type i) noexcept { return data()[i]; }
    T const& operator[](size_type i) const noexcept { return data()[i]; }
    T& front() noexcept { return *data(); }
    T const& front() const noexcept { return *data(); }
    T& back() noexcept { return data()[size_ - 1]; }
    T const& back() const noexcept { return data()[size_ - 1]; }
    iterator begin() noexcept { return data(); }
    iterator end() noexcept { return data() + size_; }
    const_iterator begin() const noexcept { return data(); }
    const_iterator end() const noexcept { return data() + size_; }
    const_iterator cbegin() const noexcept { return begin(); }
    const_iterator cend() const noexcept { return end(); }
    reverse_iterator rbegin() noexcept { return reverse_iterator(end()); }
    reverse_iterator rend() noexcept { return reverse_iterator(begin()); }
    const_reverse_iterator rbegin() const noexcept { return const_reverse_iterator(end()); }
    const_reverse_iterator rend() const noexcept { return const_reverse_iterator(begin()); }

    void resize(size_type count, T value = T())
    {
        reserve(count);
        if (count > size_) {
            std::fill(data() + size_, data() + count, value);
        }
        size_ = static_cast<std::uint32_t>(count);
    }

    void push_back(T value)
    {
        reserve(size() + 1);
        data()[size_++] = value;
    }

    void pop_back() noexcept { --size_; }

    iterator erase(const_iterator position) noexcept
    {
        auto const at = begin() + (position - begin());
        std::copy(at + 1, end(), at);
        --size_;
        return at;
    }

    iterator insert(const_iterator position, T value)
    {
        auto const offset = position - begin();
        push_back(value);
        std::rotate(begin() + offset, end() - 1, end());
        return begin() + offset;
    }

    /// Equal elements, whatever holds them.
    template <class R>
        requires requires(R const& r) {
            {
                *std::begin(r)
            } -> std::convertible_to<T>;
            std::size(r);
        }
    friend bool operator==(small_vector const& a, R const& b) noexcept
    {
        return a.size() == std::size(b) &&
            std::equal(a.begin(), a.end(), std::begin(b), [](auto x, auto y) {
                   return std::cmp_equal(x, y);
               });
    }

private:
    bool on_heap() const noexcept { return capacity_ > Inline; }

    void reserve(size_type count)
    {
        if (count > capacity_) {
            auto const larger = std::max(count, 2 * size_type{capacity_});
            auto* const moved = new T[larger];
            std::copy(begin(), end(), moved);
            release();
            storage_.heap = moved;
            capacity_ = static_cast<std::uint32_t>(larger);
        }
    }

    void release() noexcept
    {
        if (on_heap()) {
            delete[] storage_.heap;
            capacity_ = Inline;
        }
    }

    // A copy so far is one of the other's pointer.
    XGRAD_COLD void copy_heap(small_vector const& other)
    {
        size_ = 0;
        reserve(other.size_);
        std::copy(other.begin(), other.end(), data());
        size_ = other.size_;
    }

    void take(small_vector& other) noexcept
    {
        storage_ = other.storage_;
        capacity_ = std::exchange(other.capacity_, Inline);
        size_ = std::exchange(other.size_, 0);
    }

    union storage
    {
        T few[Inline] = {};
        T* heap;
    };

    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = Inline;
    storage storage_;
};
} // namespace xgrad
