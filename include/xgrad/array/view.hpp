#pragma once

#include <xgrad/array/strided.hpp>
#include <xgrad/base/xtensor/slice.hpp>

#include <array>
#include <functional>
#include <span>

namespace xgrad {
// The slices of a view are xtensor's.
using xt::all;
using xt::ellipsis;
using xt::newaxis;
using xt::range;
namespace placeholders = xt::placeholders;

/// One slice of a view, along one axis of known length.
class slice
{
public:
    enum class kind
    {
        range,
        index,
        new_axis,
        ellipsis
    };

    struct bounds
    {
        std::ptrdiff_t first;
        std::ptrdiff_t step;
        std::size_t count;
    };

    template <std::integral I>
    slice(I index) : kind_(kind::index), index_(static_cast<std::ptrdiff_t>(index))
    {}

    slice(xt::xall_tag) : kind_(kind::range) {}

    slice(xt::xnewaxis_tag) : kind_(kind::new_axis) {}

    slice(xt::xellipsis_tag) : kind_(kind::ellipsis) {}

    template <class A, class B, class C>
    slice(xt::xrange_adaptor<A, B, C> const& range)
        : kind_(kind::range), bounds_([range](std::size_t length) {
              auto const part = range.get(length);
              auto const count = static_cast<std::size_t>(part.size());
              auto const at = [&](std::size_t i) { return static_cast<std::ptrdiff_t>(part(i)); };
              return bounds{count > 0 ? at(0) : 0, count > 1 ? at(1) - at(0) : 1, count};
          })
    {}

    kind what() const noexcept { return kind_; }

    /// The axes of the viewed array that it takes up.
    std::size_t consumes() const noexcept
    {
        return kind_ == kind::range || kind_ == kind::index ? 1 : 0;
    }

    std::ptrdiff_t index() const noexcept { return index_; }

    bounds along(std::size_t length) const
    {
        return bounds_ ? bounds_(length) : bounds{0, 1, length};
    }

private:
    kind kind_;
    std::ptrdiff_t index_ = 0;
    std::function<bounds(std::size_t)> bounds_;
};

namespace detail {
inline selection
select(shape_type const& shape, strides_type const& strides, std::span<slice const> slices)
{
    std::size_t consumed = 0;
    for (auto const& s : slices) {
        consumed += s.consumes();
    }
    if (consumed > shape.size()) {
        throw shape_error(
            "view: " + std::to_string(consumed) + " slices for shape " + to_string(shape) +
            ", which has " + std::to_string(shape.size()) + " axes");
    }
    selection part;
    std::size_t axis = 0;
    auto const keep = [&](std::size_t count) {
        for (; count > 0; --count, ++axis) {
            part.shape.push_back(shape[axis]);
            part.strides.push_back(strides[axis]);
        }
    };
    for (auto const& s : slices) {
        if (s.what() == slice::kind::new_axis) {
            part.shape.push_back(1);
            part.strides.push_back(0);
        } else if (s.what() == slice::kind::ellipsis) {
            keep(shape.size() - consumed);
            consumed = shape.size();
        } else if (s.what() == slice::kind::index) {
            auto const length = static_cast<std::ptrdiff_t>(shape[axis]);
            auto const index = s.index() < 0 ? s.index() + length : s.index();
            if (index < 0 || index >= length) {
                throw value_error(
                    "view: index " + std::to_string(s.index()) + " is out of range for axis " +
                    std::to_string(axis) + " of shape " + to_string(shape));
            }
            part.offset += index * strides[axis++];
        } else {
            auto const bounds = s.along(shape[axis]);
            part.offset += bounds.first * strides[axis];
            part.shape.push_back(bounds.count);
            part.strides.push_back(bounds.step * strides[axis++]);
        }
    }
    keep(shape.size() - axis);
    return part;
}
} // namespace detail

/// What can be viewed, and by which slices: one concept for all overloads, which it orders.
template <class X, class... S>
concept viewable = array<X> && (std::convertible_to<S, slice> && ...);

/// The part of x that the slices select, without a copy: integers (negative ones count from the
/// end), `all()`, `range(start, stop, step)`, `newaxis()`, `ellipsis()`; axes that are not named
/// are taken whole. Throws value_error for an index out of range, shape_error for too many slices.
template <class X, class... S>
    requires viewable<X, S...>
auto view(X&& x, S&&... slices)
{
    auto const values = as_tensor(x);
    std::array<slice, sizeof...(S)> const list{slice(slices)...};
    auto const select = [&](shape_type const& shape, strides_type const& strides) {
        return detail::select(shape, strides, list);
    };
    return detail::part_by("view", values, select, std::source_location::current());
}
} // namespace xgrad
