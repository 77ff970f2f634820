#pragma once

#include <xgrad/base/shape.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <vector>

namespace xgrad {
/// The axes of a reduction: one, a braced list, any range of integers, or (by default) all.
class axes_argument
{
public:
    axes_argument() = default;

    /// One, or a braced list. (Of a class with a constructor for initializer_list, g++ 12 takes
    /// `{.keep_dims = true}` for the list of 1.)
    template <std::integral... I>
        requires(sizeof...(I) > 0 && (!std::same_as<I, bool> && ...))
    axes_argument(I... axes) : axes_{listed_integer(axes)...}, all_(false)
    {}

    template <integer_range R>
        requires(!std::same_as<R, axes_argument>)
    axes_argument(R const& axes) : axes_(axes.begin(), axes.end()), all_(false)
    {}

    /// Those whose bits are set.
    static axes_argument of_bits(std::uint64_t bits)
    {
        axes_argument result;
        result.bits_ = bits;
        result.all_ = false;
        return result;
    }

    /// All axes, because none was named.
    bool all() const noexcept { return all_; }

    /// How many were named.
    std::size_t count() const noexcept
    {
        return axes_.size() + static_cast<std::size_t>(std::popcount(bits_));
    }

    /// Bit i: axis i is one of them. Throws shape_error for axes out of range or named twice.
    std::uint64_t
    of(std::size_t rank, std::string_view operation, std::source_location const& where) const
    {
        if (all_) {
            return rank >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << rank) - 1;
        }
        auto bits = bits_;
        for (auto const axis : axes_) {
            auto const bit = std::uint64_t{1} << normalize_axis(axis, rank, operation, where);
            if (bits & bit) {
                throw shape_error(
                    std::string(operation) + ": axis " + std::to_string(axis) +
                    " is named twice in " + to_string(axes_) + at(where));
            }
            bits |= bit;
        }
        return bits;
    }

    /// The axes in the order in which they were named, counted from the front.
    std::vector<std::size_t>
    list(std::size_t rank, std::string_view operation, std::source_location const& where) const
    {
        auto const bits = of(rank, operation, where);
        std::vector<std::size_t> axes;
        for (auto const axis : axes_) {
            axes.push_back(normalize_axis(axis, rank, operation, where));
        }
        for (std::size_t axis = 0; axes_.empty() && axis < rank; ++axis) {
            if ((bits >> axis) & 1u) {
                axes.push_back(axis);
            }
        }
        return axes;
    }

private:
    small_vector<std::ptrdiff_t, 4> axes_; // as they were named
    std::uint64_t bits_ = 0;               // of those that are known already
    bool all_ = true;
};

struct reduction_options
{
    bool keep_dims = false; // reduced axes stay, with length 1
};

namespace detail {
/// `shape` without the axes of `bits`, or with them kept as length 1.
inline shape_type reduced_shape(shape_type const& shape, std::uint64_t bits, bool keep_dims)
{
    shape_type result;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (!((bits >> axis) & 1u)) {
            result.push_back(shape[axis]);
        } else if (keep_dims) {
            result.push_back(1);
        }
    }
    return result;
}
} // namespace detail
} // namespace xgrad
