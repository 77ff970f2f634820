#pragma once

#include <xgrad/base/error.hpp>
#include <xgrad/base/listed_integer.hpp>
#include <xgrad/base/small_vector.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <source_location>
#include <span>
#include <string>
#include <string_view>

namespace xgrad {
/// Lengths of the axes, outermost first; no allocation up to rank 4.
using shape_type = small_vector<std::size_t, 4>;

/// Distances, in elements, between neighbours along each axis.
using strides_type = small_vector<std::ptrdiff_t, 4>;

using shape_span = std::span<std::size_t const>;

/// Anything that a loop `for (auto x : range)` takes. (Without <ranges>, which every program would
/// pay for in compile time.)
template <class R>
concept iterable = requires(R const& r) {
    std::begin(r);
    std::end(r);
};

template <class R>
concept integer_range = iterable<R> &&
    std::integral<std::remove_cvref_t<decltype(*std::begin(std::declval<R const&>()))>>;

XGRAD_ALWAYS_INLINE bool same_shape(shape_type const& a, shape_type const& b) noexcept
{
    if (a.size() != b.size()) {
        return false;
    }
    auto const* const p = a.data();
    auto const* const q = b.data();
    std::size_t different = 0; // without a branch (or a call of memcmp) for each axis
    for (std::size_t axis = 0; axis < a.size(); ++axis) {
        different |= p[axis] ^ q[axis];
    }
    return different == 0;
}

inline std::size_t element_count(shape_type const& shape) noexcept
{
    std::size_t count = 1;
    for (auto const length : shape) {
        count *= length;
    }
    return count;
}

/// Strides of a dense row-major array; axes of length 1 included.
inline strides_type row_major_strides(shape_type const& shape)
{
    strides_type strides(shape.size());
    std::ptrdiff_t stride = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        strides[axis] = stride;
        stride *= static_cast<std::ptrdiff_t>(shape[axis]);
    }
    return strides;
}

/// Elements in row-major order are also neighbours in memory.
inline bool is_row_major(shape_type const& shape, strides_type const& strides) noexcept
{
    std::ptrdiff_t dense = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        if (shape[axis] != 1 && strides[axis] != dense) {
            return false;
        }
        dense *= static_cast<std::ptrdiff_t>(shape[axis]);
    }
    return true;
}

/// "{3, 4}"
template <iterable R>
std::string to_string(R const& lengths)
{
    std::string text = "{";
    for (auto const& length : lengths) {
        text += (text.size() > 1 ? ", " : "") + std::to_string(length);
    }
    return text + "}";
}

/// No memory holds more, and a sum of a few such counts does not wrap.
inline constexpr std::size_t most_elements = std::size_t{1} << 60;

/// Throws shape_error where an array of this shape would have more elements than can be counted,
/// which a program may ask for without memory for them: a view that broadcasts needs none.
inline void check_element_count(
    shape_type const& shape, std::string_view operation, std::source_location const& where)
{
    int bits = 0; // that the count takes at most
    for (auto const length : shape) {
        bits += static_cast<int>(std::bit_width(length));
    }
    if (bits <= std::countr_zero(most_elements)) [[likely]] {
        return;
    }
    double count = 1; // which does not wrap
    for (auto const length : shape) {
        count *= static_cast<double>(length);
    }
    if (count > static_cast<double>(most_elements)) {
        throw shape_error(
            std::string(operation) + ": shape " + to_string(shape) +
            " has more than 2^60 elements, which no memory holds; are its lengths meant so?" +
            at(where));
    }
}

/// The same, and that no length is one that only a negative number could have become.
inline void check_lengths(
    shape_type const& shape, std::string_view operation, std::source_location const& where)
{
    for (auto const length : shape) {
        if (length > most_elements) {
            throw shape_error(
                std::string(operation) + ": " +
                std::to_string(static_cast<std::ptrdiff_t>(length)) +
                " elements along an axis; there are at least 0, and no more than 2^60" + at(where));
        }
    }
    check_element_count(shape, operation, where);
}

/// A user's shape: a braced list or any range of integers.
/// Throws value_error where a length is negative.
class shape_argument
{
public:
    /// `{}` is the shape of a scalar.
    shape_argument(std::initializer_list<listed_integer> lengths) { append(lengths); }

    template <integer_range R>
        requires(!std::same_as<std::remove_cvref_t<R>, shape_argument>)
    shape_argument(R const& lengths)
    {
        append(lengths);
    }

    operator shape_type const&() const noexcept { return shape_; }

    shape_type const& get() const noexcept { return shape_; }

private:
    template <class R>
    void append(R const& lengths)
    {
        for (auto const each : lengths) {
            std::ptrdiff_t const length = listed_integer(each);
            if (length < 0) {
                throw value_error(
                    "shape: " + to_string(lengths) +
                    " has a negative length; lengths count elements");
            }
            shape_.push_back(static_cast<std::size_t>(length));
        }
        check_element_count(shape_, "shape", {});
    }

    shape_type shape_;
};

/// `axis` counted from the front; negative axes count from the end. Throws shape_error where there
/// is none.
inline std::size_t normalize_axis(
    std::ptrdiff_t axis,
    std::size_t rank,
    std::string_view operation,
    std::source_location const& where)
{
    auto const signed_rank = static_cast<std::ptrdiff_t>(rank);
    if (axis < -signed_rank || axis >= signed_rank) {
        throw shape_error(
            std::string(operation) + ": axis " + std::to_string(axis) +
            " is out of range for an array of rank " + std::to_string(rank) +
            (rank == 0 ? "; a scalar has no axes"
                       : "; axes go from " + std::to_string(-signed_rank) + " to " +
                     std::to_string(signed_rank - 1)) +
            at(where));
    }
    return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}
} // namespace xgrad
