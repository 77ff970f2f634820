#pragma once

#include <xgrad/base/pool.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace xgrad {
/// A list that grows without moving what is in it: each segment is twice as long as the one before.
/// Cleared, it keeps its segments.
template <class T>
class segmented_list
{
public:
    segmented_list() = default;
    segmented_list(segmented_list const&) = delete;
    segmented_list& operator=(segmented_list const&) = delete;

    ~segmented_list()
    {
        clear();
        for (std::size_t s = 0; s < segments_.size() && segments_[s] != nullptr; ++s) {
            free_block(segments_[s], length_of(s) * sizeof(T));
        }
    }

    std::size_t size() const noexcept { return size_; }

    bool empty() const noexcept { return size_ == 0; }

    T& operator[](std::size_t i) noexcept { return *place(i); }

    T const& operator[](std::size_t i) const noexcept { return *place(i); }

    T& back() noexcept { return *place(size_ - 1); }

    T const& back() const noexcept { return *place(size_ - 1); }

    /// Room for one more element: the next `emplace_back` cannot fail.
    void reserve_one()
    {
        if (next_ == end_) {
            next_segment();
        }
    }

    template <class... Arguments>
    T& emplace_back(Arguments&&... arguments)
    {
        reserve_one();
        auto* const added = ::new (next_) T{std::forward<Arguments>(arguments)...};
        ++next_;
        ++size_;
        return *added;
    }

    void clear() noexcept
    {
        if constexpr (!std::is_trivially_destructible_v<T>) {
            for (std::size_t s = 0, left = size_; left > 0; ++s) {
                auto const count = std::min(left, length_of(s));
                std::destroy_n(segments_[s], count);
                left -= count;
            }
        }
        size_ = 0;
        next_ = segments_[0];
        end_ = next_ == nullptr ? nullptr : next_ + first_length;
    }

    std::size_t bytes() const noexcept { return size_ * sizeof(T); }

    /// Bytes of its segments.
    std::size_t retained_bytes() const noexcept
    {
        std::size_t total = 0;
        for (std::size_t s = 0; s < segments_.size() && segments_[s] != nullptr; ++s) {
            total += length_of(s) * sizeof(T);
        }
        return total;
    }

private:
    static constexpr std::size_t first_length = 32;

    static std::size_t length_of(std::size_t segment) noexcept { return first_length << segment; }

    static std::size_t segment_of(std::size_t i) noexcept
    {
        return static_cast<std::size_t>(std::bit_width(i / first_length + 1)) - 1;
    }

    T* place(std::size_t i) const noexcept
    {
        if (i < first_length) {
            return segments_[0] + i;
        }
        auto const s = segment_of(i);
        return segments_[s] + (i + first_length - length_of(s));
    }

    XGRAD_NOINLINE void next_segment()
    {
        auto const s = segment_of(size_);
        if (segments_[s] == nullptr) {
            segments_[s] = static_cast<T*>(allocate_block(length_of(s) * sizeof(T)));
        }
        next_ = segments_[s];
        end_ = next_ + length_of(s);
    }

    T* next_ = nullptr; // where the next element goes
    T* end_ = nullptr;  // of its segment
    std::size_t size_ = 0;
    std::array<T*, 48> segments_{};
};
} // namespace xgrad
