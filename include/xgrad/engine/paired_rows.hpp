#pragma once

#include <xgrad/base/tensor_body.hpp>
#include <xgrad/engine/parallel.hpp>
#include <xgrad/engine/runs.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace xgrad {
/// Rows of one array and those of another that belong to the same indices: distances in elements.
struct paired_rows
{
    struct side
    {
        std::ptrdiff_t offset; // of the first row
        std::ptrdiff_t row_stride;
        std::ptrdiff_t stride;
    };

    side from;
    side to;
    std::size_t count;
    std::size_t length; // of each
};

/// The rows of all elements of a shape that lie at these strides in two arrays.
class paired_places
{
public:
    /// Of at least one element.
    paired_places(shape_type const& shape, strides_type const& from, strides_type const& to)
        : axes_(shape), strides_{from, to}
    {
        coalesce(axes_, 2, [this](std::size_t i) { return &strides_[i]; });
        while (axes_.size() < 2) {
            axes_.insert(axes_.begin(), 1);
            for (auto& strides : strides_) {
                strides.insert(strides.begin(), 0);
            }
        }
        length_ = axes_.back();
        axes_.pop_back();
    }

    std::size_t rows() const noexcept { return element_count(axes_); }

    std::size_t length() const noexcept { return length_; }

    /// Calls f(rows) for `count` of them.
    template <class F>
    void for_each(std::size_t first, std::size_t count, F const& f) const
    {
        auto const& [from, to] = strides_;
        auto const row = axes_.size() - 1; // the axis along which they lie
        for_each_joint_run<2>(
            axes_, {from.data(), to.data()}, first, count, [&](auto, auto const& at, auto some) {
                f(paired_rows{
                    {at[0], from[row], from[row + 1]},
                    {at[1], to[row], to[row + 1]},
                    some,
                    length_});
            });
    }

private:
    shape_type axes_; // without the last one
    std::array<strides_type, 2> strides_;
    std::size_t length_;
};

/// Moves the elements of such rows from one array to the other: stores them, or adds them.
using move_rows = void (*)(paired_rows const& rows, void const* from, void* to);

/// Moves all elements of a shape, on several threads where they are many.
void move_elements(
    move_rows move,
    shape_type const& shape,
    void const* from,
    strides_type const& from_strides,
    void* to,
    strides_type const& to_strides);

#if XGRAD_DEFINES_FUNCTIONS
XGRAD_FUNCTION void move_elements(
    move_rows move,
    shape_type const& shape,
    void const* from,
    strides_type const& from_strides,
    void* to,
    strides_type const& to_strides)
{
    auto const size = element_count(shape);
    if (size == 0) {
        return;
    }
    constexpr std::size_t many = 16384;
    auto const work = static_cast<double>(size);
    if (is_row_major(shape, from_strides) && is_row_major(shape, to_strides)) {
        for_each_chunk((size + many - 1) / many, work, [&](std::size_t chunk) {
            auto const first = chunk * many;
            paired_rows::side const side{static_cast<std::ptrdiff_t>(first), 0, 1};
            move(paired_rows{side, side, 1, std::min(many, size - first)}, from, to);
        });
        return;
    }
    paired_places const places(shape, from_strides, to_strides);
    auto const rows = places.rows();
    auto const some = std::max<std::size_t>(many / places.length(), 1);
    for_each_chunk((rows + some - 1) / some, work, [&](std::size_t chunk) {
        auto const first = chunk * some;
        places.for_each(first, std::min(some, rows - first), [&](paired_rows const& part) {
            move(part, from, to);
        });
    });
}
#endif
} // namespace xgrad
