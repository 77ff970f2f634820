#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/engine/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

// Windows that slide over the last two axes: what convolutions and pools read. An element of a
// window is a row of the result, and a position of the window a column; so a convolution is a
// matrix product, and a pool a reduction along an axis.

namespace xgrad {
/// A length along the height and the width of an image: one number for both, or two.
struct extent_2d
{
    extent_2d(std::size_t both) : height(both), width(both) {}

    extent_2d(std::size_t rows, std::size_t columns) : height(rows), width(columns) {}

    std::size_t height;
    std::size_t width;
};

namespace detail {
/// Where windows lie along one axis.
struct window_axis
{
    std::size_t length; // of the axis
    std::size_t kernel;
    std::size_t stride;
    std::size_t padding; // on both sides
    std::size_t dilation;
    std::size_t count; // of positions

    /// The first position and the one after the last where element k of the window is inside.
    std::pair<std::size_t, std::size_t> inside(std::size_t k) const noexcept
    {
        auto const shift = k * dilation;
        auto const first = shift >= padding ? 0 : (padding - shift + stride - 1) / stride;
        auto const end =
            length + padding > shift ? (length + padding - shift + stride - 1) / stride : 0;
        return {std::min(first, count), std::clamp(end, std::min(first, count), count)};
    }

    /// The place of element k of the window at a position that is inside.
    std::size_t place(std::size_t k, std::size_t position) const noexcept
    {
        return position * stride + k * dilation - padding;
    }
};

struct window_layout
{
    window_axis rows;
    window_axis columns;

    std::size_t kernel_size() const noexcept { return rows.kernel * columns.kernel; }

    std::size_t positions() const noexcept { return rows.count * columns.count; }

    std::size_t image_size() const noexcept { return rows.length * columns.length; }
};

struct window_options
{
    extent_2d stride = 1;
    extent_2d padding = 0;
    extent_2d dilation = 1;
};

inline window_axis make_window_axis(
    std::string_view name,
    std::size_t length,
    std::size_t kernel,
    std::size_t stride,
    std::size_t padding,
    std::size_t dilation,
    std::source_location const& where)
{
    if (kernel == 0 || stride == 0 || dilation == 0) {
        throw shape_error(
            std::string(name) + ": a window of " + std::to_string(kernel) + " elements, stride " +
            std::to_string(stride) + ", dilation " + std::to_string(dilation) +
            "; each is at least 1" + at(where));
    }
    // Where one of them is beyond it, products and sums of them might wrap.
    constexpr auto most = std::size_t{1} << 62;
    bool const fits = padding <= most / 2 && kernel - 1 <= most / dilation &&
        (kernel - 1) * dilation + 1 <= length + 2 * padding;
    if (!fits) {
        throw shape_error(
            std::string(name) + ": a window of " + std::to_string(kernel) + " elements (dilation " +
            std::to_string(dilation) + ", stride " + std::to_string(stride) +
            ") does not fit into an axis of " + std::to_string(length) + " with a padding of " +
            std::to_string(padding) + at(where));
    }
    auto const reach = (kernel - 1) * dilation + 1;
    return {length, kernel, stride, padding, dilation, (length + 2 * padding - reach) / stride + 1};
}

/// The windows of an image whose shape ends in height and width. Throws shape_error where none
/// fits, and for a kernel, a stride or a dilation of 0.
inline window_layout make_window_layout(
    std::string_view name,
    shape_type const& image,
    extent_2d kernel,
    window_options const& o,
    std::source_location const& where)
{
    auto const rank = image.size();
    return {
        make_window_axis(
            name,
            image[rank - 2],
            kernel.height,
            o.stride.height,
            o.padding.height,
            o.dilation.height,
            where),
        make_window_axis(
            name,
            image[rank - 1],
            kernel.width,
            o.stride.width,
            o.padding.width,
            o.dilation.width,
            where)};
}

/// Calls f(column, place, count) for runs of positions whose elements are inside: they begin at
/// `column` of row `row`, and at `place` of the image; outside(column, count) for the others.
template <class F, class Outside>
void for_each_window_run(
    window_layout const& w, std::size_t row, F const& f, Outside const& outside)
{
    auto const i = row / w.columns.kernel;
    auto const j = row % w.columns.kernel;
    auto const [top, bottom] = w.rows.inside(i);
    auto const [left, right] = w.columns.inside(j);
    outside(std::size_t{0}, top * w.columns.count);
    for (auto y = top; y < bottom; ++y) {
        auto const column = y * w.columns.count;
        outside(column, left);
        if (left < right) {
            f(column + left,
              w.rows.place(i, y) * w.columns.length + w.columns.place(j, left),
              right - left);
        }
        outside(column + right, w.columns.count - right);
    }
    outside(bottom * w.columns.count, (w.rows.count - bottom) * w.columns.count);
}

/// f(image, windows) for every image of a stack, on several threads.
template <class T, class F>
void for_each_image(window_layout const& w, T* images, T* windows, std::size_t count, F const& f)
{
    auto const size = w.kernel_size() * w.positions();
    auto const nanoseconds = 0.3 * static_cast<double>(count * size);
    for_each_chunk(count, nanoseconds, [&](std::size_t i) {
        f(images + i * w.image_size(), windows + i * size);
    });
}

template <class T>
tensor<T>
collected(tensor<T> const& windows, window_layout const& w, std::source_location const& where);

/// The windows of all images: {..., height, width} becomes {..., kernel elements, positions}; what
/// lies in the padding is `fill`. The way back adds up what windows share.
template <class T>
tensor<T>
windows(tensor<T> const& x, window_layout const& w, T fill, std::source_location const& where)
{
    std::optional<numerics_unchecked> padded;
    if (!std::isfinite(fill)) {
        padded.emplace();
    }
    auto const images = dense(x.handle());
    auto shape = x.shape();
    shape[shape.size() - 2] = w.kernel_size();
    shape[shape.size() - 1] = w.positions();
    auto result = make_body(type_of<T>, shape);
    auto const stack = w.positions() == 0 ? 0 : result->size / (w.kernel_size() * w.positions());
    auto const copy = [&](T const* image, T* to) {
        for (std::size_t row = 0; row < w.kernel_size(); ++row, to += w.positions()) {
            auto const inside = [&](std::size_t column, std::size_t place, std::size_t count) {
                if (w.columns.stride == 1) {
                    std::copy_n(image + place, count, to + column);
                    return;
                }
                for (std::size_t k = 0; k < count; ++k) {
                    to[column + k] = image[place + k * w.columns.stride];
                }
            };
            auto const outside = [&](std::size_t column, std::size_t count) {
                std::fill_n(to + column, count, fill);
            };
            for_each_window_run(w, row, inside, outside);
        }
    };
    for_each_image(w, images->template elements<T>(), result->template elements<T>(), stack, copy);
    auto const back = [w, where](tensor<T> const& g) { return collected(g, w, where); };
    auto const again = [w, fill, where](tensor<T> const& other) {
        return windows(other, w, fill, where);
    };
    return recorded_linear("windows", tensor<T>(std::move(result)), x, back, where, again);
}

/// The images from windows: each element is the sum of those that stand for it.
template <class T>
tensor<T> collected(tensor<T> const& x, window_layout const& w, std::source_location const& where)
{
    auto const from = dense(x.handle());
    auto shape = x.shape();
    shape[shape.size() - 2] = w.rows.length;
    shape[shape.size() - 1] = w.columns.length;
    auto result = make_body(type_of<T>, shape);
    std::fill_n(result->template elements<T>(), result->size, T(0));
    auto const stack = w.image_size() == 0 ? 0 : result->size / w.image_size();
    auto const add = [&](T* image, T const* windows) {
        for (std::size_t row = 0; row < w.kernel_size(); ++row, windows += w.positions()) {
            auto const inside = [&](std::size_t column, std::size_t place, std::size_t count) {
                for (std::size_t k = 0; k < count; ++k) {
                    image[place + k * w.columns.stride] += windows[column + k];
                }
            };
            for_each_window_run(w, row, inside, [](std::size_t, std::size_t) {});
        }
    };
    for_each_image(w, result->template elements<T>(), from->template elements<T>(), stack, add);
    auto const back = [w, where](tensor<T> const& g) { return windows(g, w, T(0), where); };
    auto const again = [w, where](tensor<T> const& other) { return collected(other, w, where); };
    return recorded_linear(
        "collected windows", tensor<T>(std::move(result)), x, back, where, again);
}
} // namespace detail
} // namespace xgrad
