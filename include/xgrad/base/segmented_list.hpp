#pragma once

#include <xgrad/base/pool.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad {
/// A list that grows without moving what is in it, segment by segment. Cleared, it keeps its
/// segments.
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
        for (auto* const segment : segments_) {
            free_block(segment, segment_bytes);
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

    /// Drops what comes after the first `count` elements.
    void truncate(std::size_t count) noexcept
    {
        while (size_ > count) {
            std::destroy_at(place(--size_));
        }
        bool const begins_segment = size_ % length == 0;
        next_ = begins_segment ? nullptr : place(size_);
        end_ = begins_segment ? nullptr : segment(size_ / length) + length;
    }

    void clear() noexcept
    {
        if constexpr (!std::is_trivially_destructible_v<T>) {
            for (std::size_t s = 0, left = size_; left > 0; ++s) {
                auto const count = std::min(left, length);
                std::destroy_n(segment(s), count);
                left -= count;
            }
        }
        size_ = 0;
        next_ = segments_.empty() ? nullptr : segment(0);
        end_ = segments_.empty() ? nullptr : next_ + length;
    }

    std::size_t bytes() const noexcept { return size_ * sizeof(T); }

    /// Bytes of its segments.
    std::size_t retained_bytes() const noexcept { return segments_.size() * segment_bytes; }

private:
    static constexpr std::size_t length = 64; // of a segment: a power of two
    static constexpr std::size_t segment_bytes = length * sizeof(T);

    T* segment(std::size_t s) const noexcept { return static_cast<T*>(segments_[s]); }

    T* place(std::size_t i) const noexcept { return segment(i / length) + i % length; }

    XGRAD_NOINLINE void next_segment()
    {
        auto const s = size_ / length;
        if (s == segments_.size()) {
            segments_.push_back(nullptr); // first, so that no block is lost
            try {
                segments_.back() = allocate_block(segment_bytes);
            } catch (...) {
                segments_.pop_back();
                throw;
            }
        }
        next_ = segment(s);
        end_ = next_ + length;
    }

    T* next_ = nullptr; // where the next element goes
    T* end_ = nullptr;  // of its segment
    std::size_t size_ = 0;
    std::vector<void*> segments_; // one class of vectors for all lists
};
} // namespace xgrad
