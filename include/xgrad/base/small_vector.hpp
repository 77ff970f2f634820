#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <ranges>
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

    explicit small_vector(size_type count, T value = T()) { resize(count, value); }

    small_vector(std::initializer_list<T> list) : small_vector(list.begin(), list.end()) {}

    template <std::forward_iterator I>
    small_vector(I first, I last)
    {
        reserve(static_cast<size_type>(std::distance(first, last)));
        for (; first != last; ++first) {
            data_[size_++] = static_cast<T>(*first);
        }
    }

    small_vector(small_vector const& other) { copy(other); }

    small_vector(small_vector&& other) noexcept { take(other); }

    small_vector& operator=(small_vector const& other)
    {
        if (this != &other) {
            size_ = 0;
            copy(other);
        }
        return *this;
    }

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
    T* data() noexcept { return data_; }
    T const* data() const noexcept { return data_; }
    T& operator[](size_type i) noexcept { return data_[i]; }
    T const& operator[](size_type i) const noexcept { return data_[i]; }
    T& front() noexcept { return data_[0]; }
    T const& front() const noexcept { return data_[0]; }
    T& back() noexcept { return data_[size_ - 1]; }
    T const& back() const noexcept { return data_[size_ - 1]; }
    iterator begin() noexcept { return data_; }
    iterator end() noexcept { return data_ + size_; }
    const_iterator begin() const noexcept { return data_; }
    const_iterator end() const noexcept { return data_ + size_; }
    const_iterator cbegin() const noexcept { return data_; }
    const_iterator cend() const noexcept { return data_ + size_; }
    reverse_iterator rbegin() noexcept { return reverse_iterator(end()); }
    reverse_iterator rend() noexcept { return reverse_iterator(begin()); }
    const_reverse_iterator rbegin() const noexcept { return const_reverse_iterator(end()); }
    const_reverse_iterator rend() const noexcept { return const_reverse_iterator(begin()); }

    void resize(size_type count, T value = T())
    {
        reserve(count);
        if (count > size_) {
            std::fill(data_ + size_, data_ + count, value);
        }
        size_ = count;
    }

    void push_back(T value)
    {
        reserve(size_ + 1);
        data_[size_++] = value;
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
    template <std::ranges::sized_range R>
        requires std::equality_comparable_with<std::ranges::range_value_t<R>, T>
    friend bool operator==(small_vector const& a, R const& b) noexcept
    {
        return a.size() == std::ranges::size(b) &&
            std::equal(a.begin(), a.end(), std::ranges::begin(b), [](auto x, auto y) {
                   return std::cmp_equal(x, y);
               });
    }

private:
    void reserve(size_type count)
    {
        if (count > capacity_) {
            auto const larger = std::max(count, 2 * capacity_);
            auto* const moved = new T[larger];
            std::copy(begin(), end(), moved);
            release();
            data_ = moved;
            capacity_ = larger;
        }
    }

    void release() noexcept
    {
        if (data_ != inline_) {
            delete[] data_;
            data_ = inline_;
            capacity_ = Inline;
        }
    }

    // A fixed number of elements is a few register moves, any other a call.
    void copy_inline(small_vector const& other) noexcept
    {
        for (size_type i = 0; i < Inline; ++i) {
            inline_[i] = other.inline_[i];
        }
    }

    void copy(small_vector const& other)
    {
        if (other.size_ <= Inline && other.data_ == other.inline_) {
            release();
            copy_inline(other);
        } else {
            reserve(other.size_);
            std::copy(other.begin(), other.end(), data_);
        }
        size_ = other.size_;
    }

    void take(small_vector& other) noexcept
    {
        if (other.data_ == other.inline_) {
            copy_inline(other);
        } else {
            data_ = std::exchange(other.data_, other.inline_);
            capacity_ = std::exchange(other.capacity_, Inline);
        }
        size_ = std::exchange(other.size_, 0);
    }

    size_type size_ = 0;
    size_type capacity_ = Inline;
    T* data_ = inline_;
    T inline_[Inline] = {};
};
} // namespace xgrad
