// Array operations of the fuzzer's reference: element by element, by index arithmetic.
#pragma once

#include "functions.hpp"

#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace fuzzer {

using shape = std::vector<std::size_t>;
using integers = std::vector<std::ptrdiff_t>;

inline std::size_t count(shape const& s)
{
    return std::accumulate(s.begin(), s.end(), std::size_t{1}, std::multiplies<>());
}

inline shape index_at(std::size_t element, shape const& s)
{
    shape index(s.size());
    for (auto axis = s.size(); axis-- > 0;) {
        index[axis] = element % s[axis];
        element /= s[axis];
    }
    return index;
}

/// The next index in row-major order.
inline void advance(shape& index, shape const& s)
{
    for (auto axis = s.size(); axis-- > 0;) {
        if (++index[axis] < s[axis]) {
            return;
        }
        index[axis] = 0;
    }
}

/// The element of an array of shape `s` at the last axes of an index, lengths of 1 standing for
/// any.
inline std::size_t element_at(shape const& index, shape const& s)
{
    std::size_t element = 0;
    for (std::size_t axis = 0; axis < s.size(); ++axis) {
        auto const i = index[index.size() - s.size() + axis];
        element = element * s[axis] + (s[axis] == 1 ? 0 : i);
    }
    return element;
}

/// Whether shapes broadcast; `a` becomes their common shape.
inline bool join(shape& a, shape const& b)
{
    auto result = a.size() < b.size() ? b : a;
    auto const& other = a.size() < b.size() ? a : b;
    auto const lead = result.size() - other.size();
    for (std::size_t axis = 0; axis < other.size(); ++axis) {
        auto& length = result[lead + axis];
        if (length == 1) {
            length = other[axis];
        } else if (other[axis] != 1 && other[axis] != length) {
            return false;
        }
    }
    a = result;
    return true;
}

template <class Real>
struct array
{
    shape lengths;
    std::vector<number<Real>> elements;

    array() = default;

    explicit array(shape s) : lengths(std::move(s)), elements(count(lengths)) {}

    number<Real>& at(shape const& index) { return elements[element_at(index, lengths)]; }

    number<Real> const& at(shape const& index) const
    {
        return elements[element_at(index, lengths)];
    }
};

template <class Real>
using arrays = std::vector<array<Real> const*>;

/// An array whose element at each index is f(index).
template <class Real, class F>
array<Real> made(shape s, F const& f)
{
    array<Real> result(std::move(s));
    shape index(result.lengths.size(), 0);
    for (auto& element : result.elements) {
        element = f(index);
        advance(index, result.lengths);
    }
    return result;
}

/// f of the broadcast elements of x.
template <class Real, class F>
array<Real> elementwise(arrays<Real> const& x, F const& f)
{
    shape s;
    for (auto const* operand : x) {
        join(s, operand->lengths);
    }
    std::vector<number<Real>> arguments(x.size());
    return made<Real>(s, [&](shape const& index) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            arguments[i] = x[i]->at(index);
        }
        return f(arguments);
    });
}

/// f of all elements of each group, over the axes given (none: all); reduced axes are left out, or
/// kept with length 1.
template <class Real, class F>
array<Real> reduced(array<Real> const& x, integers const& axes, bool keep, F const& f)
{
    auto const rank = x.lengths.size();
    std::vector<bool> gone(rank, axes.empty());
    for (auto const axis : axes) {
        gone[static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::ptrdiff_t>(rank) : axis)] =
            true;
    }
    shape kept;
    shape left;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        kept.push_back(gone[axis] ? 1 : x.lengths[axis]);
        if (!gone[axis]) {
            left.push_back(x.lengths[axis]);
        }
    }
    std::vector<std::vector<number<Real>>> groups(count(kept));
    shape index(rank, 0);
    for (auto const& element : x.elements) {
        groups[element_at(index, kept)].push_back(element);
        advance(index, x.lengths);
    }
    array<Real> result(keep ? kept : left);
    for (std::size_t i = 0; i < groups.size(); ++i) {
        result.elements[i] = f(groups[i]);
    }
    return result;
}

template <class Real>
number<Real> total(std::vector<number<Real>> const& group)
{
    number<Real> sum = 0;
    for (auto const& element : group) {
        sum = sum + element;
    }
    return sum;
}

template <class Real>
number<Real> average(std::vector<number<Real>> const& group)
{
    return total(group) / static_cast<Real>(group.size());
}

template <class Real>
number<Real> product(std::vector<number<Real>> const& group)
{
    number<Real> result = 1;
    for (auto const& element : group) {
        result = result * element;
    }
    return result;
}

/// Nothing is the largest of nothing: programs keep away from there.
template <class Real>
number<Real> first_of(std::vector<number<Real>> const& group)
{
    near(group.empty() ? 0 : 1);
    return group.empty() ? number<Real>(0) : group.front();
}

template <class Real>
number<Real> largest(std::vector<number<Real>> const& group)
{
    auto result = first_of(group);
    for (std::size_t i = 1; i < group.size(); ++i) {
        result = maximum(result, group[i]);
    }
    return result;
}

template <class Real>
number<Real> smallest(std::vector<number<Real>> const& group)
{
    auto result = first_of(group);
    for (std::size_t i = 1; i < group.size(); ++i) {
        result = minimum(result, group[i]);
    }
    return result;
}

template <class Real>
number<Real> log_of_exponentials(std::vector<number<Real>> const& group)
{
    number<Real> sum = 0;
    for (auto const& element : group) {
        sum = sum + exp(element);
    }
    return log(sum);
}

template <class Real>
number<Real> spread(std::vector<number<Real>> const& group)
{
    auto const m = average(group);
    number<Real> sum = 0;
    for (auto const& element : group) {
        sum = sum + square(element - m);
    }
    return sum / static_cast<Real>(group.size());
}

/// One slice of an axis: where it begins, its step, how many, and whether the axis goes.
struct part
{
    std::ptrdiff_t first;
    std::ptrdiff_t step;
    std::size_t length;
    bool goes;
};

/// The index in an array of what `index` is in its part.
inline shape index_behind(shape const& index, std::vector<part> const& parts)
{
    shape result;
    std::size_t next = 0;
    for (auto const& p : parts) {
        auto const i = p.goes ? 0 : static_cast<std::ptrdiff_t>(index[next++]);
        result.push_back(static_cast<std::size_t>(p.first + p.step * i));
    }
    return result;
}

inline shape shape_of(std::vector<part> const& parts)
{
    shape result;
    for (auto const& p : parts) {
        if (!p.goes) {
            result.push_back(p.length);
        }
    }
    return result;
}

} // namespace fuzzer
