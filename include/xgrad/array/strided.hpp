#pragma once

#include <xgrad/array/operation.hpp>
#include <xgrad/base/short_list.hpp>
#include <xgrad/engine/scatter.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

// Parts of arrays that strides describe: reading one (a view), and its counterpart, an array put
// together from parts. Each is the other's gradient.

namespace xgrad {
namespace detail {
/// Where `count` elements along an axis, from `begin`, lie in a row-major array of this shape.
inline selection slab(shape_type shape, std::size_t axis, std::size_t begin, std::size_t count)
{
    auto strides = row_major_strides(shape);
    auto const offset = strides[axis] * static_cast<std::ptrdiff_t>(begin);
    shape[axis] = count;
    return {std::move(shape), std::move(strides), offset};
}

/// Where the elements of x lie that have this place in a row-major array of its shape.
inline selection placed_in(tensor_body const& x, selection place)
{
    if (x.contiguous || x.size == 0) {
        return place;
    }
    auto const strides = x.strides();
    // A step leads from one element to another: so many places along each axis.
    auto const moved = [&](std::ptrdiff_t step) {
        auto left = step < 0 ? -step : step;
        std::ptrdiff_t result = 0;
        for (auto axis = x.shape.size(); axis-- > 0;) {
            auto const length = static_cast<std::ptrdiff_t>(x.shape[axis]);
            result += left % length * strides[axis];
            left /= length;
        }
        return step < 0 ? -result : result;
    };
    for (auto& stride : place.strides) {
        stride = moved(stride);
    }
    place.offset = moved(place.offset);
    return place;
}

/// An array of `shape` that holds `parts[i]` at `places[i]` (of the row-major array), and `fill`
/// elsewhere; without a fill the parts cover all of it. No two places are the same.
template <tensor_element T>
tensor<T> assembled(
    std::string_view name,
    shape_type const& shape,
    std::optional<T> fill,
    std::span<tensor<T> const> parts,
    std::vector<selection> places,
    std::source_location const& where);

template <tensor_element T>
tensor<T> part_of(
    std::string_view name,
    tensor<T> const& x,
    selection const& place,
    std::source_location const& where);

/// A part as tapes remember it.
template <tensor_element T>
class part_operation final : public array_operation
{
public:
    part_operation(
        std::string_view name,
        selection const& place,
        shape_type const& shape,
        std::source_location const& where)
        : name_(name), place_(place), shape_(shape), where_(where)
    {}

    std::string_view name() const noexcept override { return name_; }

    selection const* part() const noexcept override { return &place_; }

    void reverse(statement_pullback& sweep) const override
    {
        if (!sweep.wants(0)) {
            return;
        }
        if (is_recording()) {
            tensor<T> const g(sweep.incoming());
            sweep.add(0, assembled<T>(name_, shape_, T(0), {&g, 1}, {place_}, where_).handle());
        } else {
            scatter_add(*sweep.incoming(), sweep.sum(0), place_.strides, place_.offset);
        }
    }

    void moves(shape_type const&, shape_type const&, std::vector<element_move>& list) const override
    {
        list.push_back({0, place_, whole(place_.shape)});
    }

    bool runs_again() const noexcept override { return true; }

    body_pointer again(std::span<tensor_body* const> operands) const override
    {
        return part_of(name_, tensor<T>(share(*operands[0])), place_, where_).handle();
    }

private:
    std::string_view name_;
    selection place_;
    shape_type shape_; // of the whole
    std::source_location where_;
};

/// The part of x at `place` (of the row-major array), of which `view` is the value.
template <tensor_element T>
tensor<T> part_of(
    std::string_view name,
    tensor<T> const& x,
    body_pointer view,
    selection const& place,
    std::source_location const& where)
{
    auto* const operand = &x.body();
    return recorded_as<part_operation<T>>(
        name, tensor<T>(std::move(view)), {&operand, 1}, {}, where, name, place, x.shape(), where);
}

/// The same, by its place alone: without a copy, too, so that a statement that runs again reads its
/// elements in the same way, bit for bit.
template <tensor_element T>
tensor<T> part_of(
    std::string_view name,
    tensor<T> const& x,
    selection const& place,
    std::source_location const& where)
{
    auto const lies = placed_in(x.body(), place);
    auto view = make_view(x.handle(), lies.shape, lies.strides, lies.offset);
    return part_of(name, x, std::move(view), place, where);
}

/// The part that `select(shape, strides)` describes, without a copy.
template <tensor_element T, class Select>
tensor<T> part_by(
    std::string_view name,
    tensor<T> const& x,
    Select const& select,
    std::source_location const& where)
{
    selection const lies = select(x.shape(), x.body().strides());
    auto view = make_view(x.handle(), lies.shape, lies.strides, lies.offset);
    if (x.body().contiguous) {
        return part_of(name, x, std::move(view), lies, where);
    }
    return part_of(
        name, x, std::move(view), select(x.shape(), row_major_strides(x.shape())), where);
}

/// Arrays put together as tapes remember it.
template <tensor_element T>
class assembly_operation final : public array_operation
{
public:
    assembly_operation(
        std::string_view name,
        shape_type const& shape,
        std::optional<T> fill,
        std::vector<selection> places,
        std::source_location const& where)
        : name_(name), shape_(shape), fill_(fill), places_(std::move(places)), where_(where)
    {}

    std::string_view name() const noexcept override { return name_; }

    void reverse(statement_pullback& sweep) const override
    {
        tensor<T> const g(sweep.incoming());
        for (std::size_t i = 0; i < places_.size(); ++i) {
            if (sweep.wants(i)) {
                sweep.add(i, part_of(name_, g, places_[i], where_).handle());
            }
        }
    }

    void moves(shape_type const&, shape_type const&, std::vector<element_move>& list) const override
    {
        for (auto const& place : places_) {
            list.push_back({list.size(), whole(place.shape), place});
        }
    }

    double background() const noexcept override { return static_cast<double>(fill_.value_or(0)); }

    bool runs_again() const noexcept override { return true; }

    body_pointer again(std::span<tensor_body* const> operands) const override
    {
        std::vector<tensor<T>> parts;
        for (auto* const operand : operands) {
            parts.push_back(tensor<T>(share(*operand)));
        }
        return assembled<T>(name_, shape_, fill_, parts, places_, where_).handle();
    }

private:
    std::string_view name_;
    shape_type shape_;
    std::optional<T> fill_;
    std::vector<selection> places_;
    std::source_location where_;
};

template <tensor_element T>
tensor<T> assembled(
    std::string_view name,
    shape_type const& shape,
    std::optional<T> fill,
    std::span<tensor<T> const> parts,
    std::vector<selection> places,
    std::source_location const& where)
{
    auto body = make_body(type_of<T>, shape);
    if (fill) {
        fill_run(*fill, body->template elements<T>(), body->size);
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        scatter_store(parts[i].body(), *body, places[i].strides, places[i].offset);
    }
    short_list<tensor_body*> operands(parts.size());
    std::transform(parts.begin(), parts.end(), operands.get().begin(), [](auto const& part) {
        return &part.body();
    });
    return recorded_as<assembly_operation<T>>(
        name,
        tensor<T>(std::move(body)),
        operands.get(),
        {},
        where,
        name,
        shape,
        fill,
        places,
        where);
}
} // namespace detail
} // namespace xgrad
