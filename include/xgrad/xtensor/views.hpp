#pragma once

#include <xgrad/array/take.hpp>
#include <xgrad/array/view.hpp>
#include <xgrad/base/xtensor/view.hpp>
#include <xgrad/tensor/construct.hpp>
#include <xgrad/xtensor/hook.hpp>

#include <cstddef>
#include <utility>
#include <vector>

// xtensor's views of our operands, and the elements that it selects of them, are ours (see
// arrays.hpp).

namespace xgrad::detail {
/// A view by xtensor's slices, whose kinds are known at run time.
template <class E, class Slices>
auto viewed_by(E const& e, Slices const& slices)
{
    std::vector<slice> list;
    for (auto const& s : slices) {
        // By its argument: xtl's variant became the standard's.
        list.push_back(visit([](auto const& one) { return slice(one); }, s));
    }
    return viewed(as_tensor(e), list, std::source_location());
}

/// The elements at xtensor's indices, each of which has one entry for every axis.
template <class E, class Indices>
auto elements_at(E const& e, Indices const& indices)
{
    auto const values = as_tensor(e);
    std::vector<std::int64_t> entries;
    std::size_t count = 0;
    for (auto const& index : indices) {
        if (index.size() != values.dimension()) {
            throw shape_error(
                "index_view: index " + to_string(index) + " has " + std::to_string(index.size()) +
                " entries, and shape " + to_string(values.shape()) + " " +
                std::to_string(values.dimension()) + " axes; one entry for each axis");
        }
        entries.insert(entries.end(), index.begin(), index.end());
        ++count;
    }
    return gather_nd(values, constant(entries, shape_type{count, values.dimension()}));
}
} // namespace xgrad::detail

namespace xt {
template <class E, class... S>
    requires xgrad::own_expression<E> && xgrad::viewable<E, S...>
auto view(E&& e, S&&... slices)
{
    return xgrad::view(std::forward<E>(e), std::forward<S>(slices)...);
}

template <class E>
    requires xgrad::own_expression<E>
auto strided_view(E&& e, xstrided_slice_vector const& slices)
{
    return xgrad::detail::viewed_by(e, slices);
}

template <class E>
    requires xgrad::own_expression<E>
auto dynamic_view(E&& e, xdynamic_slice_vector const& slices)
{
    return xgrad::detail::viewed_by(e, slices);
}

template <class E, class I>
    requires xgrad::own_expression<E>
auto index_view(E&& e, I&& indices)
{
    return xgrad::detail::elements_at(e, indices);
}

template <class E, std::size_t L>
    requires xgrad::own_expression<E>
auto index_view(E&& e, xindex const (&indices)[L])
{
    return xgrad::detail::elements_at(e, indices);
}

template <layout_type L = XTENSOR_DEFAULT_TRAVERSAL, class E, class O>
    requires xgrad::own_expression<E> && (L != layout_type::column_major)
auto filter(E&& e, O&& condition)
{
    return xgrad::filter(e, condition);
}
} // namespace xt
