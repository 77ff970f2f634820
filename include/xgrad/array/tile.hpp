#pragma once

#include <xgrad/array/broadcast.hpp>
#include <xgrad/array/gather.hpp>
#include <xgrad/tape/one_statement.hpp>

#include <string_view>
#include <tuple>
#include <vector>

// An array several times over: a view that broadcasts, made dense by a reshape.

namespace xgrad {
namespace detail {
/// x of shape `narrow`, broadcast to `wide`, as an array of shape `result`. `again` does the same
/// with other values.
template <class T, class Again>
tensor<T> copied(
    std::string_view name,
    tensor<T> const& x,
    shape_type const& narrow,
    shape_type const& wide,
    shape_type const& result,
    Again const& again,
    std::source_location const& where)
{
    auto const copies = within_operation(
        [&] { return reshape(broadcast(reshape(x, narrow, where), wide, where), result, where); });
    auto const back = [before = x.shape(), narrow, wide, where](tensor<T> const& g) {
        return reshape(sum_to(reshape(g, wide, where), narrow, where), before, where);
    };
    return recorded_linear(name, copies, x, back, where, again);
}
} // namespace detail

/// x beside itself: `times[i]` times along axis i. Where x and `times` differ in length, the
/// shorter one gets ones in front. ∂x is the sum over the copies.
template <array_operand X>
tensor<value_type_of<X>> tile(
    X const& x,
    shape_argument const& times,
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    auto const values = as_tensor(x, where);
    auto const rank = std::max(values.dimension(), times.get().size());
    shape_type narrow; // {1, length} for each axis
    shape_type wide;   // {times, length}
    shape_type result;
    for (std::size_t i = rank; i > 0; --i) {
        auto const from_end = [&](shape_type const& list) {
            return i <= list.size() ? list[list.size() - i] : 1;
        };
        auto const length = from_end(values.shape());
        auto const copies = from_end(times);
        narrow.push_back(1);
        narrow.push_back(length);
        wide.push_back(copies);
        wide.push_back(length);
        result.push_back(copies * length);
    }
    auto const again = [times, where](tensor<T> const& other) { return tile(other, times, where); };
    return detail::copied("tile", values, narrow, wide, result, again, where);
}

/// Beside itself along the last axis.
template <array_operand X, std::integral I>
auto tile(X const& x, I times, std::source_location where = std::source_location::current())
{
    return tile(x, std::array<I, 1>{times}, where);
}

/// Every element `times` times along an axis, one beside the other. ∂x is the sum over the copies.
template <array_operand X, std::integral I>
tensor<value_type_of<X>> repeat(
    X const& x,
    I times,
    std::ptrdiff_t along = 0,
    std::source_location where = std::source_location::current())
{
    using T = value_type_of<X>;
    auto const values = as_tensor(x, where);
    auto const axis = normalize_axis(along, values.dimension(), "repeat", where);
    if (std::cmp_less(times, 0)) {
        throw value_error(
            "repeat: " + std::to_string(times) + " copies; their number is at least 0" + at(where));
    }
    auto narrow = values.shape();
    narrow.insert(narrow.begin() + axis + 1, 1);
    auto wide = narrow;
    wide[axis + 1] = static_cast<std::size_t>(times);
    auto result = values.shape();
    result[axis] *= static_cast<std::size_t>(times);
    auto const again = [times, along, where](tensor<T> const& other) {
        return repeat(other, times, along, where);
    };
    return detail::copied("repeat", values, narrow, wide, result, again, where);
}

/// Element i along an axis `times[i]` times. Throws shape_error where there are not as many numbers
/// as elements.
template <array_operand X, integer_range Times>
    requires(!array_operand<Times>)
tensor<value_type_of<X>> repeat(
    X const& x,
    Times const& times,
    std::ptrdiff_t along = 0,
    std::source_location where = std::source_location::current())
{
    auto const values = as_tensor(x, where);
    auto const axis = normalize_axis(along, values.dimension(), "repeat", where);
    std::ptrdiff_t next = 0;
    std::size_t total = 0;
    for (auto const count : times) {
        if (std::cmp_less(count, 0)) {
            throw value_error(
                "repeat: " + std::to_string(count) + " copies of element " + std::to_string(next) +
                "; their number is at least 0" + at(where));
        }
        if (std::cmp_greater(count, most_elements) ||
            (total += static_cast<std::size_t>(count)) > most_elements) {
            throw value_error(
                "repeat: " + std::to_string(count) + " copies of element " + std::to_string(next) +
                " make more than 2^60 elements" + at(where));
        }
        ++next;
    }
    auto shape = values.shape();
    if (std::cmp_not_equal(next, shape[axis])) {
        throw shape_error(
            "repeat: " + std::to_string(next) + " numbers of copies, and axis " +
            std::to_string(axis) + " of shape " + to_string(shape) + " has " +
            std::to_string(shape[axis]) + " elements; one number for each" + at(where));
    }
    index_list indices;
    indices.reserve(total);
    next = 0;
    for (auto const count : times) {
        indices.insert(indices.end(), static_cast<std::size_t>(count), next++);
    }
    auto const runs = detail::runs_along(shape, axis, indices);
    shape[axis] = indices.size();
    return detail::gathered("repeat", values, runs, shape, where);
}

template <array_operand X>
auto repeat(
    X const& x,
    std::initializer_list<listed_integer> times,
    std::ptrdiff_t axis = 0,
    std::source_location where = std::source_location::current())
{
    return repeat(x, std::vector<std::ptrdiff_t>(times.begin(), times.end()), axis, where);
}

/// How the axes of meshgrid are ordered: one for each vector, in their order, or the first two
/// exchanged (the first vector runs along the columns).
enum class indexing
{
    ij,
    xy
};

/// The coordinates of a grid from those along its axes: for each vector an array of the grid's
/// shape, a view. Throws shape_error for an operand that is no vector.
template <array_operand... X>
std::tuple<tensor<value_type_of<X>>...> meshgrid(indexing order, X const&... x)
{
    constexpr auto rank = sizeof...(X);
    auto const where = std::source_location();
    std::tuple<tensor<value_type_of<X>>...> const vectors{as_tensor(x)...};
    detail::one_statement const whole("meshgrid", where);
    auto const axis_of = [&](std::size_t i) {
        return order == indexing::xy && rank > 1 && i < 2 ? 1 - i : i;
    };
    shape_type grid(rank, 1);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        auto const length = [&](std::size_t i, auto const& vector) {
            if (vector.dimension() != 1) {
                throw shape_error(
                    "meshgrid: operand " + std::to_string(i) + " has shape " +
                    to_string(vector.shape()) + ", not that of a vector");
            }
            grid[axis_of(i)] = vector.size();
        };
        (length(I, std::get<I>(vectors)), ...);
        auto const spread = [&](std::size_t i, auto const& vector) {
            shape_type shape(rank, 1);
            shape[axis_of(i)] = vector.size();
            return broadcast(reshape(vector, shape, where), grid, where);
        };
        return std::tuple<tensor<value_type_of<X>>...>{spread(I, std::get<I>(vectors))...};
    }(std::index_sequence_for<X...>{});
}

template <array_operand... X>
auto meshgrid(X const&... x)
{
    return meshgrid(indexing::ij, x...);
}
} // namespace xgrad
