#pragma once

#include <xgrad/nn/image_piece.hpp>
#include <xgrad/nn/taps.hpp>
#include <xgrad/nn/window.hpp>

#include <vector>

// Convolutions without their windows: each of images, weights and results by the two others.

namespace xgrad {
namespace detail {
enum class convolution_part
{
    images,  // {images, groups * channels, height, width}
    weights, // {groups * filters, channels, height, width}
    results  // {images, groups * filters, height, width}
};

struct convolution_form
{
    window_layout windows;
    std::size_t images;
    std::size_t groups;
    std::size_t channels; // of a group
    std::size_t filters;  // of a group

    std::size_t taps() const noexcept { return channels * windows.kernel_size(); }

    shape_type shape(convolution_part part) const
    {
        auto const& [rows, columns] = windows;
        switch (part) {
        case convolution_part::images:
            return {images, groups * channels, rows.length, columns.length};
        case convolution_part::weights:
            return {groups * filters, channels, rows.kernel, columns.kernel};
        default:
            return {images, groups * filters, rows.count, columns.count};
        }
    }
};
} // namespace detail

inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// What the three parts of a convolution lie in.
template <class T>
class direct_convolution
{
public:
    explicit direct_convolution(detail::convolution_form const& f) : f_(f) {}

    void results(T const* images, T const* weights, T* to) const
    {
        auto const cuts = result_cuts();
        cuts.for_each(work(), [&](std::size_t, std::size_t group, auto rows, auto columns) {
            auto const x = piece(images, group, rows, columns);
            std::vector<T> factors(f_.taps() * f_.filters);
            auto const* const w = weights + group % f_.groups * factors.size();
            for (std::size_t filter = 0; filter < f_.filters; ++filter) {
                for (std::size_t tap = 0; tap < f_.taps(); ++tap) {
                    factors[tap * f_.filters + filter] = w[filter * f_.taps() + tap];
                }
            }
            auto const offsets = taps(x);
            sum_of_taps<T>(
                {x.data(), step(x), offsets}, factors.data(), lines(to, group, rows, columns));
        });
    }

    void weights(T const* images, T const* results, T* to) const
    {
        auto const cuts = result_cuts();
        auto const size = f_.taps() * f_.filters;
        scratch_memory const memory(cuts.count() * size * sizeof(T));
        auto* const parts = memory.template as<T>();
        cuts.for_each(work(), [&](std::size_t i, std::size_t group, auto rows, auto columns) {
            auto const x = piece(images, group, rows, columns);
            auto const offsets = taps(x);
            products_with_taps<T>(
                {x.data(), step(x), offsets},
                lines(results, group, rows, columns),
                parts + i * size);
        });
        // In an order of their own, whichever thread has computed them.
        std::fill_n(to, f_.groups * size, T(0));
        auto const of_a_group = cuts.down() * cuts.across();
        for (std::size_t i = 0; i < cuts.count(); ++i) {
            auto* const sum = to + i / of_a_group % f_.groups * size;
            for (std::size_t k = 0; k < size; ++k) {
                sum[k] += parts[i * size + k];
            }
        }
    }

    /// Of the places that stand alike to the windows' strides each is a sum of the same taps of
    /// the results.
    void images(T const* weights, T const* results, T* to) const
    {
        auto const& [rows, columns] = f_.windows;
        auto const all = [](detail::window_axis const& axis) {
            return place_range{
                static_cast<std::ptrdiff_t>(axis.padding / axis.stride),
                static_cast<std::ptrdiff_t>((axis.padding + axis.length - 1) / axis.stride + 1)};
        };
        image_cuts const cuts(all(rows), all(columns), f_.images * f_.groups, f_.filters, shared());
        cuts.for_each(work(), [&](std::size_t, std::size_t group, auto down, auto across) {
            images_of_piece(
                weights + group % f_.groups * f_.taps() * f_.filters,
                {results + group * f_.filters * f_.windows.positions(),
                 f_.filters,
                 rows.count,
                 columns.count},
                {to + group * f_.channels * f_.windows.image_size(),
                 f_.channels,
                 rows.length,
                 columns.length},
                down,
                across);
        });
    }

private:
    double work() const
    {
        auto const products = f_.images * f_.groups * f_.windows.positions() * f_.taps();
        return 0.1 * static_cast<double>(products) * static_cast<double>(f_.filters);
    }

    image_cuts result_cuts() const
    {
        auto const& [rows, columns] = f_.windows;
        return {
            {0, static_cast<std::ptrdiff_t>(rows.count)},
            {0, static_cast<std::ptrdiff_t>(columns.count)},
            f_.images * f_.groups,
            f_.channels * rows.stride * columns.stride,
            shared()};
    }

    /// How far results reach that read one place, in steps.
    extent_2d shared() const noexcept
    {
        auto const reach = [](detail::window_axis const& axis) {
            return (axis.kernel - 1) * axis.dilation / axis.stride;
        };
        return {reach(f_.windows.rows), reach(f_.windows.columns)};
    }

    /// What the windows at some positions read.
    image_piece<T>
    piece(T const* images, std::size_t group, place_range rows, place_range columns) const
    {
        auto const read = [](detail::window_axis const& axis, place_range positions) {
            auto const stride = static_cast<std::ptrdiff_t>(axis.stride);
            auto const padding = static_cast<std::ptrdiff_t>(axis.padding);
            auto const reach = static_cast<std::ptrdiff_t>((axis.kernel - 1) * axis.dilation);
            return place_range{
                positions.begin * stride - padding,
                (positions.end - 1) * stride - padding + reach + 1};
        };
        auto const& w = f_.windows;
        image_stack<T const> const from{
            images + group * f_.channels * w.image_size(),
            f_.channels,
            w.rows.length,
            w.columns.length};
        return {from, read(w.rows, rows), read(w.columns, columns), w.columns.stride, T(0)};
    }

    std::ptrdiff_t step(image_piece<T> const& x) const noexcept
    {
        return x.row_step() * static_cast<std::ptrdiff_t>(f_.windows.rows.stride);
    }

    std::vector<std::ptrdiff_t> taps(image_piece<T> const& x) const
    {
        auto const& [rows, columns] = f_.windows;
        std::vector<std::ptrdiff_t> offsets;
        offsets.reserve(f_.taps());
        for (std::size_t c = 0; c < f_.channels; ++c) {
            for (std::size_t i = 0; i < rows.kernel; ++i) {
                for (std::size_t j = 0; j < columns.kernel; ++j) {
                    offsets.push_back(x.offset(c, i * rows.dilation, j * columns.dilation));
                }
            }
        }
        return offsets;
    }

    template <class Element>
    filter_lines<Element>
    lines(Element* results, std::size_t group, place_range rows, place_range columns) const
    {
        auto const width = static_cast<std::ptrdiff_t>(f_.windows.columns.count);
        auto const size = f_.windows.positions();
        return {
            results + group * f_.filters * size + rows.begin * width + columns.begin,
            f_.filters,
            static_cast<std::ptrdiff_t>(size),
            rows.size(),
            width,
            columns.size()};
    }

    void images_of_piece(
        T const* weights,
        image_stack<T const> const& results,
        image_stack<T> const& to,
        place_range down,
        place_range across) const
    {
        auto const& [rows, columns] = f_.windows;
        auto const [back_rows, back_columns] = shared();
        image_piece<T> const g(
            results,
            {down.begin - static_cast<std::ptrdiff_t>(back_rows), down.end},
            {across.begin - static_cast<std::ptrdiff_t>(back_columns), across.end},
            1,
            T(0));
        for (std::size_t p = 0; p < rows.stride; ++p) {
            for (std::size_t q = 0; q < columns.stride; ++q) {
                auto const y = inside(rows, p, down);
                auto const x = inside(columns, q, across);
                if (y.size() == 0 || x.size() == 0) {
                    continue;
                }
                std::vector<std::ptrdiff_t> offsets;
                std::vector<T> factors;
                factors.reserve(f_.filters * f_.taps());
                for_each_tap_of_phase(p, q, [&](auto filter, auto i, auto j) {
                    offsets.push_back(g.offset(
                        filter,
                        back_rows - i * rows.dilation / rows.stride,
                        back_columns - j * columns.dilation / columns.stride));
                    auto const* w = weights + filter * f_.taps() + i * columns.kernel + j;
                    for (std::size_t c = 0; c < f_.channels; ++c, w += f_.windows.kernel_size()) {
                        factors.push_back(*w);
                    }
                });
                tapped_lines<T> const taps{
                    g.data() + g.row_step() * (y.begin - down.begin) + (x.begin - across.begin),
                    g.row_step(),
                    offsets};
                filter_lines<T> const places{
                    to.row(0, place(rows, p, y.begin)) + place(columns, q, x.begin),
                    f_.channels,
                    static_cast<std::ptrdiff_t>(f_.windows.image_size()),
                    y.size(),
                    static_cast<std::ptrdiff_t>(rows.stride * columns.length),
                    x.size()};
                columns.stride == 1 ? sum_of_taps<T>(taps, factors.data(), places)
                                    : sum_with_steps(taps, factors.data(), places);
            }
        }
    }

    /// f(filter, row, column) of the weights that places of these phases have met.
    template <class F>
    void for_each_tap_of_phase(std::size_t p, std::size_t q, F const& f) const
    {
        auto const& [rows, columns] = f_.windows;
        for (std::size_t filter = 0; filter < f_.filters; ++filter) {
            for (std::size_t i = 0; i < rows.kernel; ++i) {
                for (std::size_t j = 0; j < columns.kernel; ++j) {
                    if (i * rows.dilation % rows.stride == p &&
                        j * columns.dilation % columns.stride == q) {
                        f(filter, i, j);
                    }
                }
            }
        }
    }

    static std::ptrdiff_t
    place(detail::window_axis const& axis, std::size_t phase, std::ptrdiff_t step) noexcept
    {
        return step * static_cast<std::ptrdiff_t>(axis.stride) +
            static_cast<std::ptrdiff_t>(phase) - static_cast<std::ptrdiff_t>(axis.padding);
    }

    /// The steps whose places are inside of the image.
    static place_range
    inside(detail::window_axis const& axis, std::size_t phase, place_range all) noexcept
    {
        auto const stride = static_cast<std::ptrdiff_t>(axis.stride);
        auto const first = place(axis, phase, 0);
        auto const steps_to = [&](std::ptrdiff_t distance) {
            return distance <= 0 ? 0 : (distance + stride - 1) / stride;
        };
        auto const end = steps_to(static_cast<std::ptrdiff_t>(axis.length) - first);
        auto const begin = std::max(all.begin, steps_to(-first));
        return {begin, std::max(begin, std::min(all.end, end))};
    }

    /// Sums whose places are a column stride apart.
    void
    sum_with_steps(tapped_lines<T> const& taps, T const* factors, filter_lines<T> const& to) const
    {
        auto const size = to.lines * to.length;
        std::vector<T> sums(to.filters * size);
        auto const length = static_cast<std::ptrdiff_t>(to.length);
        sum_of_taps<T>(
            taps,
            factors,
            {sums.data(),
             to.filters,
             static_cast<std::ptrdiff_t>(size),
             to.lines,
             length,
             to.length});
        auto const* sum = sums.data();
        for (std::size_t c = 0; c < to.filters; ++c) {
            for (std::size_t line = 0; line < to.lines; ++line) {
                for (std::size_t k = 0; k < to.length; ++k) {
                    to.at(c, line)[k * f_.windows.columns.stride] = *sum++;
                }
            }
        }
    }

    detail::convolution_form f_;
};
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
