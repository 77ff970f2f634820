#pragma once

#include <xgrad/array/axes.hpp>
#include <xgrad/base/xtensor/function.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <vector>

// How xtensor's functions name axes and options, as ours do.

namespace xgrad::detail {
template <class Range>
std::vector<std::ptrdiff_t> list_of(Range const& range)
{
    return {std::begin(range), std::end(range)};
}

template <class X>
axes_argument axes_of(X const& axes)
{
    if constexpr (std::integral<X>) {
        return axes;
    } else {
        return list_of(axes);
    }
}

template <class EVS>
inline constexpr bool keeps_dims = xt::reducer_options<double, EVS>::keep_dims::value;

template <class EVS>
inline constexpr reduction_options options_of{.keep_dims = keeps_dims<EVS>};

// Overloads are told apart from xtensor's by their constraint alone, so all else has to be the same
// to the letter. It asks std::negation since xtl 0.8, and xtl's own before.
namespace since_xtl_0_8 {
using std::negation;
}
} // namespace xgrad::detail

namespace xtl {
using namespace xgrad::detail::since_xtl_0_8; // finds nothing where xtl has its own
}
