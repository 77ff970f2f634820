#pragma once

#include <xgrad/base/scratch_memory.hpp>
#include <xgrad/engine/parallel.hpp>
#include <xgrad/nn/window.hpp>
#include <xgrad/simd/batch.hpp>

#include <algorithm>
#include <cstddef>

// A part of an image that stays in cache, with what stands around it.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Some neighbouring places along an axis, which may lie beside it.
struct place_range
{
    std::ptrdiff_t begin;
    std::ptrdiff_t end;

    std::size_t size() const noexcept { return static_cast<std::size_t>(end - begin); }
};

/// A stack of dense images.
template <class T>
struct image_stack
{
    T* data;
    std::size_t count;
    std::size_t height;
    std::size_t width;

    T* row(std::size_t image, std::ptrdiff_t place) const noexcept
    {
        return data + (image * height + static_cast<std::size_t>(place)) * width;
    }
};

/// The rows and columns of each image of a stack; what lies beside the images is `fill`. Columns
/// of a stride lie by phases, first those at multiples of it: windows read neighbours then.
template <class T>
class image_piece
{
public:
    image_piece(
        image_stack<T const> const& images,
        place_range rows,
        place_range columns,
        std::size_t stride,
        T fill)
        : stride_(stride),
          phase_((columns.size() + stride - 1) / stride),
          row_(phase_ * stride),
          image_(rows.size() * row_),
          memory_((images.count * image_ + simd::batch<T>::size) * sizeof(T))
    {
        auto* to = memory_.template as<T>();
        for (std::size_t image = 0; image < images.count; ++image) {
            for (auto row = rows.begin; row < rows.end; ++row, to += row_) {
                if (row < 0 || row >= static_cast<std::ptrdiff_t>(images.height)) {
                    std::fill_n(to, row_, fill);
                } else {
                    copy_row(images.row(image, row), images.width, columns.begin, fill, to);
                }
            }
        }
        std::fill_n(to, simd::batch<T>::size, fill); // what the last line's last register reads
    }

    T const* data() const noexcept { return memory_.template as<T>(); }

    std::ptrdiff_t row_step() const noexcept { return static_cast<std::ptrdiff_t>(row_); }

    /// Where the element of a row and a column lies, both counted from the piece's first.
    std::ptrdiff_t offset(std::size_t image, std::size_t row, std::size_t column) const noexcept
    {
        return static_cast<std::ptrdiff_t>(
            image * image_ + row * row_ + column % stride_ * phase_ + column / stride_);
    }

private:
    void
    copy_row(T const* from, std::size_t width, std::ptrdiff_t first, T fill, T* to) const noexcept
    {
        auto const step = static_cast<std::ptrdiff_t>(stride_);
        auto const count = static_cast<std::ptrdiff_t>(phase_);
        for (std::ptrdiff_t phase = 0; phase < step; ++phase, to += count) {
            // Element i of this phase is at place begin + i step.
            auto const begin = first + phase;
            auto const steps_to = [&](std::ptrdiff_t place) {
                return place <= begin ? 0 : std::min(count, (place - begin + step - 1) / step);
            };
            auto const left = steps_to(0);
            auto const right = steps_to(static_cast<std::ptrdiff_t>(width));
            std::fill_n(to, left, fill);
            if (step == 1) {
                std::copy_n(from + begin + left, right - left, to + left);
            } else {
                for (auto i = left; i < right; ++i) {
                    to[i] = from[begin + i * step];
                }
            }
            std::fill_n(to + right, count - right, fill);
        }
    }

    std::size_t stride_;
    std::size_t phase_;
    std::size_t row_;
    std::size_t image_;
    scratch_memory memory_;
};

/// Rows and columns that are cut into pieces, for each group of each image.
struct image_cuts
{
    place_range rows;
    place_range columns;
    std::size_t height; // of a piece
    std::size_t width;
    std::size_t groups; // of all images

    /// Pieces that stay in the second cache with `depth` images of them. Windows share so many rows
    /// and columns with others, which are copied for each piece: there are some more to a piece.
    image_cuts(place_range r, place_range c, std::size_t g, std::size_t depth, extent_2d shared)
        : rows(r), columns(c), groups(g)
    {
        constexpr std::size_t together = 16384;
        auto const least = [](std::size_t n) { return std::max<std::size_t>(n, 1); };
        auto const longest = std::clamp<std::size_t>(together / least(depth), 512, 2048);
        width = std::min(std::max(longest, 2 * shared.width), least(c.size()));
        height = std::min(
            std::max(least(together / least(width * depth)), 2 * shared.height), least(r.size()));
    }

    // The last ones are longer: none is so short that it fills no register.
    std::size_t down() const noexcept { return std::max<std::size_t>(rows.size() / height, 1); }

    std::size_t across() const noexcept { return std::max<std::size_t>(columns.size() / width, 1); }

    std::size_t count() const noexcept { return groups * down() * across(); }

    /// f(piece, group, rows, columns) for each piece, on several threads.
    template <class F>
    void for_each(double nanoseconds, F const& f) const
    {
        auto const part =
            [](place_range all, std::size_t length, std::size_t i, std::size_t parts) {
                auto const begin = all.begin + static_cast<std::ptrdiff_t>(i * length);
                auto const end = begin + static_cast<std::ptrdiff_t>(length);
                return place_range{begin, i + 1 == parts ? all.end : end};
            };
        for_each_chunk(count(), nanoseconds, [&](std::size_t piece) {
            auto const inside = piece % (down() * across());
            f(piece,
              piece / (down() * across()),
              part(rows, height, inside / across(), down()),
              part(columns, width, inside % across(), across()));
        });
    }
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
