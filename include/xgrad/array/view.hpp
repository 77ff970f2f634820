#pragma once

#include <xgrad/array/strided.hpp>
#include <xgrad/array/take.hpp>
#include <xgrad/base/xtensor/slice.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <utility>

namespace xgrad {
// The slices of a view are xtensor's.
using xt::all;
using xt::drop;
using xt::ellipsis;
using xt::keep;
using xt::newaxis;
using xt::range;
namespace placeholders = xt::placeholders;

/// A slice of xtensor's that names every index: xt::keep and xt::drop.
template <class S>
concept list_slice = xt::detail::is_xkeep_slice<S>::value || xt::detail::is_xdrop_slice<S>::value;

/// One slice of a view, along one axis of known length.
class slice
{
public:
    enum class kind
    {
        range,
        index,
        list,
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
    slice(I index) : kind_(kind::index), index_(listed_integer(index))
    {}

    slice(xt::xall_tag) : kind_(kind::range) {}

    slice(xt::xnewaxis_tag) : kind_(kind::new_axis) {}

    slice(xt::xellipsis_tag) : kind_(kind::ellipsis) {}

    /// `newaxis` and `ellipsis` without their parentheses.
    template <class Tag>
        requires std::same_as<Tag, xt::xnewaxis_tag> || std::same_as<Tag, xt::xellipsis_tag>
    slice(Tag (&make)()) : slice(make())
    {}

    template <class A, class B, class C>
    slice(xt::xrange_adaptor<A, B, C> const& range)
        : kind_(kind::range), bounds_([range](std::size_t length) {
              if constexpr (std::integral<C>) {
                  if (range.step() == 0) {
                      throw value_error(
                          "view: the step of a range is 0; it leads forwards or backwards");
                  }
              }
              return bounds_of(range.get(length));
          })
    {}

    template <class T>
    slice(xt::xrange<T> const& range)
        : kind_(kind::range), bounds_([range](std::size_t) { return bounds_of(range); })
    {}

    template <class T>
    slice(xt::xstepped_range<T> const& range)
        : kind_(kind::range), bounds_([range](std::size_t) { return bounds_of(range); })
    {}

    template <class T>
    slice(xt::xkeep_slice<T> const& kept)
        : kind_(kind::list), indices_([kept](std::size_t length) {
              auto from_start = kept;
              from_start.normalize(length);
              index_list indices(static_cast<std::size_t>(from_start.size()));
              for (std::size_t i = 0; i < indices.size(); ++i) {
                  indices[i] = static_cast<std::ptrdiff_t>(from_start(static_cast<T>(i)));
              }
              if (std::any_of(indices.begin(), indices.end(), [](auto i) { return i < 0; })) {
                  throw value_error(
                      "view: keep names an index that is out of range for an axis of length " +
                      std::to_string(length));
              }
              return indices;
          })
    {}

    template <class T>
    slice(xt::xdrop_slice<T> const& dropped)
        : kind_(kind::list), indices_([dropped](std::size_t length) {
              auto from_start = dropped;
              from_start.normalize(length);
              index_list left;
              for (std::size_t i = 0; i < length; ++i) {
                  if (from_start.contains(static_cast<T>(i))) {
                      left.push_back(static_cast<std::ptrdiff_t>(i));
                  }
              }
              if (std::cmp_not_equal(left.size(), from_start.size())) {
                  throw value_error(
                      "view: drop names an index twice, or one that is out of range for an axis of "
                      "length " +
                      std::to_string(length));
              }
              return left;
          })
    {}

    kind what() const noexcept { return kind_; }

    /// The axes of the viewed array that it takes up.
    std::size_t consumes() const noexcept
    {
        return kind_ == kind::new_axis || kind_ == kind::ellipsis ? 0 : 1;
    }

    std::ptrdiff_t index() const noexcept { return index_; }

    /// Of a range; a list is taken whole.
    bounds along(std::size_t length) const
    {
        return bounds_ ? bounds_(length) : bounds{0, 1, length};
    }

    /// Of a list.
    index_list indices(std::size_t length) const { return indices_(length); }

private:
    template <class Range>
    static bounds bounds_of(Range const& range)
    {
        // (xtensor counts less than nothing from the first to a last that lies the other way.)
        auto const count = static_cast<std::size_t>(
            std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(range.size())));
        using index = std::remove_cvref_t<decltype(range.size())>;
        auto const at = [&](index i) { return static_cast<std::ptrdiff_t>(range(i)); };
        return {count > 0 ? at(0) : 0, count > 1 ? at(1) - at(0) : 1, count};
    }

    kind kind_;
    std::ptrdiff_t index_ = 0;
    std::function<bounds(std::size_t)> bounds_;
    std::function<index_list(std::size_t)> indices_;
};

namespace detail {
inline selection select(
    shape_type const& shape,
    strides_type const& strides,
    std::span<slice const> slices,
    std::string_view operation)
{
    std::size_t consumed = 0;
    for (auto const& s : slices) {
        consumed += s.consumes();
    }
    if (consumed > shape.size()) {
        throw shape_error(
            std::string(operation) + ": " + std::to_string(consumed) + " slices for shape " +
            to_string(shape) + ", which has " + std::to_string(shape.size()) + " axes");
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
                    std::string(operation) + ": index " + std::to_string(s.index()) +
                    " is out of range for axis " + std::to_string(axis) + " of shape " +
                    to_string(shape));
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

/// The axis of the result that each list among the slices selects along, and the list.
template <class Take>
void for_each_list(std::size_t rank, std::span<slice const> slices, Take const& take)
{
    std::size_t consumed = 0;
    for (auto const& s : slices) {
        consumed += s.consumes();
    }
    std::size_t axis = 0;
    for (auto const& s : slices) {
        if (s.what() == slice::kind::list) {
            take(axis, s);
        }
        axis += s.what() == slice::kind::ellipsis ? rank - consumed
            : s.what() == slice::kind::index      ? 0
                                                  : 1;
    }
}

template <tensor_element T>
tensor<T>
viewed(tensor<T> const& x, std::span<slice const> slices, std::source_location const& where)
{
    auto const select = [&](shape_type const& shape, strides_type const& strides) {
        return detail::select(shape, strides, slices, "view");
    };
    bool const some_list = std::any_of(
        slices.begin(), slices.end(), [](slice const& s) { return s.what() == slice::kind::list; });
    if (!some_list) {
        return part_by("view", x, select, where);
    }
    one_statement const whole("view", where);
    auto part = part_by("view", x, select, where);
    for_each_list(x.dimension(), slices, [&](std::size_t axis, slice const& list) {
        auto shape = part.shape();
        index_argument const indices(list.indices(shape[axis]));
        auto const places = indices.along(shape, axis, "view", where);
        shape[axis] = places.size();
        part = gathered("view", part, runs_along(part.shape(), axis, places), shape, where);
    });
    return part;
}
} // namespace detail

/// What can be viewed, and by which slices: one concept for all overloads, which it orders.
template <class X, class... S>
concept viewable = array_operand<X> && (std::convertible_to<S, slice> && ...);

/// The part of x that the slices select: integers (negative ones count from the end), `all()`,
/// `range(start, stop, step)`, `newaxis()`, `ellipsis()`; axes that are not named are taken whole.
/// No element is copied, unless a slice is a list, `keep(i, ...)` or `drop(i, ...)`. Throws
/// value_error for an index out of range, shape_error for too many slices.
template <class X, class... S>
    requires viewable<X, S...>
auto view(X&& x, S&&... slices)
{
    std::array<slice, sizeof...(S)> const list{slice(slices)...};
    return detail::viewed(as_tensor(x), list, std::source_location());
}
} // namespace xgrad
