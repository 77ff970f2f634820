#pragma once

#include <xgrad/array/movement.hpp>
#include <xgrad/array/reduction.hpp>
#include <xgrad/nn/window.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <limits>

namespace xgrad {
struct pool2d_options
{
    extent_2d stride = the_window;
    extent_2d padding = 0;         // on all sides
    bool count_include_pad = true; // avg_pool2d: zeros of the padding count

    /// A stride of the window's own size.
    static constexpr auto the_window = std::numeric_limits<std::size_t>::max();

    extent_2d stride_of(extent_2d kernel) const noexcept
    {
        return stride.height == the_window ? kernel : stride;
    }
};

namespace detail {
/// Throws value_error where the padding is more than half a window: some would hold no element.
inline window_layout pool_layout(
    std::string_view name,
    shape_type const& image,
    extent_2d kernel,
    pool2d_options const& o,
    std::source_location const& where)
{
    auto const check = [&](std::size_t padding, std::size_t length) {
        if (padding > length / 2) {
            throw value_error(
                std::string(name) + ": a padding of " + std::to_string(padding) +
                " beside windows of " + std::to_string(length) +
                "; at most half a window, so that each holds an element" + at(where));
        }
    };
    check(o.padding.height, kernel.height);
    check(o.padding.width, kernel.width);
    return make_window_layout(name, image, kernel, {o.stride_of(kernel), o.padding, 1}, where);
}

template <class T>
window_layout pool_layout(
    std::string_view name,
    tensor<T> const& x,
    extent_2d kernel,
    pool2d_options const& o,
    std::source_location const& where)
{
    if (x.dimension() < 2) {
        throw shape_error(
            std::string(name) + ": shape " + to_string(x.shape()) +
            " is no image; the last two axes are height and width" + at(where));
    }
    return pool_layout(name, x.shape(), kernel, o, where);
}

/// One window is the whole image.
template <class T>
bool is_global_pool(tensor<T> const& x, extent_2d kernel, pool2d_options const& o)
{
    return kernel.height == x.shape(-2) && kernel.width == x.shape(-1) && o.padding.height == 0 &&
        o.padding.width == 0;
}

/// The result of a pool, {..., positions}, as images again.
template <class T>
tensor<T>
as_images(tensor<T> const& x, window_layout const& layout, std::source_location const& where)
{
    auto shape = x.shape();
    shape.back() = layout.rows.count;
    shape.push_back(layout.columns.count);
    return reshape(x, shape, where);
}
} // namespace detail

/// The largest element of each window of the last two axes; the gradient is divided among ties.
/// Throws shape_error where no window fits.
template <array_operand X>
tensor<floating_element<value_type_of<X>>> max_pool2d(
    X const& x,
    extent_2d kernel,
    pool2d_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const images = as_tensor(x, where);
    detail::one_statement const whole("max_pool2d", where);
    auto const layout = detail::pool_layout("max_pool2d", images, kernel, options, where);
    if (detail::is_global_pool(images, kernel, options)) {
        return amax(images, {-2, -1}, {.keep_dims = true}, where);
    }
    constexpr auto nothing = -std::numeric_limits<T>::infinity();
    auto const windows = detail::windows(images, layout, nothing, where);
    return detail::as_images(amax(windows, -2, {}, where), layout, where);
}

/// The mean of each window of the last two axes. Throws shape_error where no window fits.
template <array_operand X>
tensor<floating_element<value_type_of<X>>> avg_pool2d(
    X const& x,
    extent_2d kernel,
    pool2d_options const& options = {},
    std::source_location where = std::source_location::current())
{
    using T = floating_element<value_type_of<X>>;
    tensor<T> const images = as_tensor(x, where);
    detail::one_statement const whole("avg_pool2d", where);
    auto const layout = detail::pool_layout("avg_pool2d", images, kernel, options, where);
    if (detail::is_global_pool(images, kernel, options)) {
        return mean(images, {-2, -1}, {.keep_dims = true}, where);
    }
    auto const windows = detail::windows(images, layout, T(0), where);
    if (options.count_include_pad) {
        return detail::as_images(mean(windows, -2, {}, where), layout, where);
    }
    auto const counts = detail::within_operation([&] {
        shape_type const shape{layout.rows.length, layout.columns.length};
        tensor<T> const ones(filled_body(type_of<T>, shape, 1));
        return sum(detail::windows(ones, layout, T(0), where), -2);
    });
    tensor<T> const means = sum(windows, -2, {}, where) / counts;
    return detail::as_images(means, layout, where);
}
} // namespace xgrad
