#pragma once

#include <xgrad/base/tensor_body.hpp>

#include <compare>
#include <cstddef>
#include <iterator>

namespace xgrad {
/// Reads a tensor's elements in row-major order, whatever its strides.
template <class T>
class element_iterator
{
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = T const*;
    using reference = T const&;

    element_iterator() = default;

    element_iterator(tensor_body const& body, std::size_t position) noexcept
        : row_major_(body.contiguous ? body.elements<T const>() : nullptr),
          body_(&body),
          position_(static_cast<difference_type>(position))
    {}

    reference operator*() const noexcept { return (*this)[0]; }

    pointer operator->() const noexcept { return &**this; }

    reference operator[](difference_type n) const noexcept
    {
        return row_major_ != nullptr ? row_major_[position_ + n] : strided(position_ + n);
    }

    element_iterator& operator+=(difference_type n) noexcept
    {
        position_ += n;
        return *this;
    }

    element_iterator& operator-=(difference_type n) noexcept { return *this += -n; }

    element_iterator& operator++() noexcept { return *this += 1; }

    element_iterator& operator--() noexcept { return *this += -1; }

    element_iterator operator++(int) noexcept
    {
        auto const before = *this;
        ++*this;
        return before;
    }

    element_iterator operator--(int) noexcept
    {
        auto const before = *this;
        --*this;
        return before;
    }

    friend element_iterator operator+(element_iterator i, difference_type n) noexcept
    {
        return i += n;
    }

    friend element_iterator operator+(difference_type n, element_iterator i) noexcept
    {
        return i += n;
    }

    friend element_iterator operator-(element_iterator i, difference_type n) noexcept
    {
        return i -= n;
    }

    friend difference_type operator-(element_iterator a, element_iterator b) noexcept
    {
        return a.position_ - b.position_;
    }

    friend bool operator==(element_iterator a, element_iterator b) noexcept
    {
        return a.position_ == b.position_;
    }

    friend auto operator<=>(element_iterator a, element_iterator b) noexcept
    {
        return a.position_ <=> b.position_;
    }

private:
    reference strided(difference_type rest) const noexcept
    {
        auto const& strides = body_->borrowed->strides; // only a view has such
        difference_type offset = 0;
        for (std::size_t axis = body_->shape.size(); axis-- > 0;) {
            auto const length = static_cast<difference_type>(body_->shape[axis]);
            offset += rest % length * strides[axis];
            rest /= length;
        }
        return body_->elements<T const>()[offset];
    }

    T const* row_major_ = nullptr; // the elements, where they lie in order
    tensor_body const* body_ = nullptr;
    difference_type position_ = 0;
};
} // namespace xgrad
