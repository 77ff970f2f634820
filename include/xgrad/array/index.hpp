#pragma once

#include <xgrad/base/index_list.hpp>
#include <xgrad/tensor/tensor.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace xgrad {
/// Indices into an array: a number, a braced list, any range of integers, or an array of them,
/// whose shape counts. Negative ones count from the end.
class index_argument
{
public:
    template <std::integral I>
    index_argument(I index) : list_{listed_integer(index)}
    {}

    index_argument(std::initializer_list<listed_integer> list)
        : shape_{list.size()}, list_(list.begin(), list.end())
    {}

    template <integer_range R>
        requires(!array_operand<R> && !std::same_as<R, index_argument>)
    index_argument(R const& list)
    {
        if constexpr (requires { list.size(); }) {
            list_.reserve(list.size());
        }
        for (auto const index : list) {
            list_.push_back(listed_integer(index));
        }
        shape_.push_back(list_.size());
    }

    template <array_operand X>
        requires std::integral<value_type_of<X>> && (!std::same_as<value_type_of<X>, bool>)
    index_argument(X const& x)
    {
        auto const indices = as_tensor(x);
        shape_ = indices.shape();
        list_.assign(indices.data(), indices.data() + indices.size());
    }

    shape_type const& shape() const noexcept { return shape_; }

    /// The indices as they were given, in row-major order.
    index_list const& list() const noexcept { return list_; }

    /// Index i counted from the front of `axis`. Throws value_error where it is out of range.
    std::ptrdiff_t
    at(std::size_t i,
       shape_type const& shape,
       std::size_t axis,
       std::string_view operation,
       std::source_location const& where) const
    {
        auto const length = static_cast<std::ptrdiff_t>(shape[axis]);
        auto const index = list_[i];
        if (index < -length || index >= length) {
            throw_out_of_range(index, shape, axis, operation, where);
        }
        return index < 0 ? index + length : index;
    }

    /// All of them along one axis.
    index_list along(
        shape_type const& shape,
        std::size_t axis,
        std::string_view operation,
        std::source_location const& where) const
    {
        auto const length = static_cast<std::ptrdiff_t>(shape[axis]);
        auto list = list_;
        auto* const index = list.data();
        std::ptrdiff_t outside = 0; // negative where one is
        auto const count_from_front = [&](std::size_t i) {
            index[i] += index[i] < 0 ? length : 0;
            outside |= index[i] | (length - 1 - index[i]);
        };
        constexpr std::size_t some = 8; // compilers compute so many at a time
        std::size_t i = 0;
        for (; i + some <= list.size(); i += some) {
            for (std::size_t k = 0; k < some; ++k) {
                count_from_front(i + k);
            }
        }
        for (; i < list.size(); ++i) {
            count_from_front(i);
        }
        for (i = 0; i < list.size() && outside < 0; ++i) {
            at(i, shape, axis, operation, where); // throws for one of them
        }
        return list;
    }

private:
    [[noreturn]] XGRAD_COLD static void throw_out_of_range(
        std::ptrdiff_t index,
        shape_type const& shape,
        std::size_t axis,
        std::string_view operation,
        std::source_location const& where)
    {
        throw value_error(
            std::string(operation) + ": index " + std::to_string(index) +
            " is out of range for axis " + std::to_string(axis) + " of shape " + to_string(shape) +
            xgrad::at(where));
    }

    shape_type shape_;
    index_list list_;
};
} // namespace xgrad
