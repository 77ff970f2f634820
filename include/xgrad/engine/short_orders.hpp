#pragma once

#include <xgrad/engine/columns.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

// Orders of rows of a few elements, without a branch on these, of which nobody could guess the
// outcome.

namespace xgrad {
inline namespace XGRAD_ARCHITECTURE {
namespace vectorized {
/// Whether a comes before b wherever the two stand; of equal ones neither does. NaN is larger than
/// any number.
template <class V>
XGRAD_ALWAYS_INLINE auto comes_before(V const& a, V const& b, bool largest_first)
{
    auto const& less = largest_first ? b : a;
    auto const& more = largest_first ? a : b;
    return less < more || (more != more && less == less);
}

/// The order of the elements of short rows that are columns: the place of each is the number of
/// those before it. Of so few that is less work than the branches of an algorithm that compares
/// some only.
template <class T>
void order_columns(
    T const* columns, std::size_t length, std::size_t rows, bool largest_first, std::int64_t* order)
{
    using V = simd::batch<T>;
    V const zero(0);
    V const one(1);
    for (std::size_t row = 0; row < rows; row += V::size) {
        auto const element = [&](std::size_t i) { return V::load(columns + i * rows + row); };
        auto const count = std::min(V::size, rows - row);
        for (std::size_t i = 0; i < length; ++i) {
            auto const own = element(i);
            V place = zero;
            for (std::size_t k = 0; k < i; ++k) {
                place = place + select(comes_before(own, element(k), largest_first), zero, one);
            }
            for (auto k = i + 1; k < length; ++k) {
                place = place + select(comes_before(element(k), own, largest_first), one, zero);
            }
            std::array<T, V::size> places;
            place.store(places.data());
            for (std::size_t lane = 0; lane < count; ++lane) {
                order[(row + lane) * length + static_cast<std::size_t>(places[lane])] =
                    static_cast<std::int64_t>(i);
            }
        }
    }
}

/// Whether rows are so short, and so many, that they are ordered as columns.
template <class T>
bool order_as_columns(std::size_t rows, std::size_t length)
{
    if constexpr (std::same_as<T, bool>) {
        return false;
    } else {
        return length <= short_row<T> && rows >= simd::batch<T>::size;
    }
}

/// The orders of such rows, some at a time: f(first, some, orders).
template <class T, class F>
void for_short_orders(
    T const* x, std::size_t rows, std::size_t length, bool largest_first, F const& f)
{
    if constexpr (!std::same_as<T, bool>) {
        // Places at least, whatever -ffast-math makes of a NaN.
        std::array<std::int64_t, rows_as_columns<T> * short_row<T>> orders{};
        for_short_rows(x, length, rows, [&](T const* columns, std::size_t first, std::size_t some) {
            order_columns(columns, length, some, largest_first, orders.data());
            f(first, some, static_cast<std::int64_t const*>(orders.data()));
        });
    }
}
} // namespace vectorized
} // namespace XGRAD_ARCHITECTURE
} // namespace xgrad
