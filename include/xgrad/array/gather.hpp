#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/engine/gather.hpp>

#include <memory>
#include <optional>
#include <vector>

// Elements of an array by their places, and the way back, which adds elements to places: each is
// the other's gradient.

namespace xgrad {
namespace detail {
using shared_runs = std::shared_ptr<element_runs const>;

/// Zeros of `shape`, with the elements of x added at the places of `runs`.
template <tensor_element T>
tensor<T> scattered(
    std::string_view name,
    tensor<T> const& x,
    shared_runs const& runs,
    shape_type const& shape,
    std::source_location const& where);

/// The elements of x at the places of `runs`, as an array of `shape`.
template <tensor_element T>
tensor<T> gathered(
    std::string_view name,
    tensor<T> const& x,
    shared_runs const& runs,
    shape_type const& shape,
    std::source_location const& where)
{
    auto body = make_body(type_of<T>, shape);
    gather(*row_major(x.handle()), *runs, *body);
    auto reverse = [name, runs, before = x.shape(), where](statement_pullback& sweep) {
        if (!sweep.wants(0)) {
            return;
        }
        if (is_recording()) {
            tensor<T> const g(sweep.incoming());
            sweep.add(0, scattered(name, g, runs, before, where).handle());
        } else {
            scatter_add(*row_major(sweep.incoming()), *runs, sweep.sum(0));
        }
    };
    auto const again = [name, runs, shape, where](tensor<T> const& other) {
        return gathered(name, other, runs, shape, where);
    };
    return recorded(
        name,
        tensor<T>(std::move(body)),
        std::array{&x.body()},
        {},
        reverse,
        where,
        runs_again_by<T>(again));
}

template <tensor_element T>
tensor<T> scattered(
    std::string_view name,
    tensor<T> const& x,
    shared_runs const& runs,
    shape_type const& shape,
    std::source_location const& where)
{
    auto body = make_body(type_of<T>, shape);
    std::fill_n(body->template elements<T>(), body->size, T(0));
    scatter_add(*row_major(x.handle()), *runs, *body);
    auto const back = [name, runs, before = x.shape(), where](tensor<T> const& g) {
        return gathered(name, g, runs, before, where);
    };
    auto const again = [name, runs, shape, where](tensor<T> const& other) {
        return scattered(name, other, runs, shape, where);
    };
    return recorded_linear(name, tensor<T>(std::move(body)), x, back, where, again);
}

/// The places that a list of indices for each axis selects; an axis without one is taken whole.
inline shared_runs
runs_by_axes(shape_type const& shape, std::vector<std::optional<index_list>> const& lists)
{
    auto runs = std::make_shared<element_runs>();
    std::size_t first = 0;
    for (; first < lists.size() && !lists[first]; ++first) {
        runs->outer *= shape[first];
    }
    auto axes = lists.size();
    for (; axes > first && !lists[axes - 1]; --axes) {
        runs->length *= shape[axes - 1];
    }
    auto const strides = row_major_strides(shape);
    runs->stride = first > 0 ? strides[first - 1] : 0;
    runs->starts = {0};
    for (auto axis = first; axis < axes; ++axis) {
        auto const& list = lists[axis];
        auto const count = list ? list->size() : shape[axis];
        index_list starts(runs->starts.size() * count);
        auto* next = starts.data();
        for (auto const start : runs->starts) {
            for (std::size_t i = 0; i < count; ++i) {
                auto const index = list ? (*list)[i] : static_cast<std::ptrdiff_t>(i);
                *next++ = start + index * strides[axis];
            }
        }
        runs->starts = std::move(starts);
    }
    return runs;
}

/// The same for a list along one axis.
inline shared_runs runs_along(shape_type const& shape, std::size_t axis, index_list list)
{
    auto runs = std::make_shared<element_runs>();
    for (std::size_t before = 0; before < axis; ++before) {
        runs->outer *= shape[before];
    }
    for (auto after = axis + 1; after < shape.size(); ++after) {
        runs->length *= shape[after];
    }
    runs->step = static_cast<std::ptrdiff_t>(runs->length);
    runs->stride = axis > 0 ? static_cast<std::ptrdiff_t>(shape[axis]) * runs->step : 0;
    runs->starts = std::move(list);
    return runs;
}
} // namespace detail
} // namespace xgrad
