// The slices of the oracle's records as ours.
#pragma once

#include <nlohmann/json.hpp>
#include <xgrad/array/view.hpp>

#include <string>

namespace array_oracle {
/// Python's slice with open ends.
inline xgrad::slice to_slice(nlohmann::json const& s)
{
    using namespace xgrad::placeholders;
    using xgrad::slice;
    if (s.is_string()) {
        auto const word = s.get<std::string>();
        return word == "all"    ? slice(xgrad::all())
            : word == "newaxis" ? slice(xgrad::newaxis())
                                : slice(xgrad::ellipsis());
    }
    if (s.contains("index")) {
        return slice(s["index"].get<int>());
    }
    auto const& range = s["range"];
    bool const open[]{range[0].is_null(), range[1].is_null()};
    auto const step = range[2].is_null() ? 1 : range[2].get<int>();
    auto const a = open[0] ? 0 : range[0].get<int>();
    auto const b = open[1] ? 0 : range[1].get<int>();
    return open[0] && open[1] ? slice(xgrad::range(_, _, step))
        : open[0]             ? slice(xgrad::range(_, b, step))
        : open[1]             ? slice(xgrad::range(a, _, step))
                              : slice(xgrad::range(a, b, step));
}

/// f(slices...)
template <class F, class... S>
auto with_slices(nlohmann::json const& list, F const& f, S const&... s)
{
    if constexpr (sizeof...(S) < 4) {
        if (sizeof...(S) < list.size()) {
            return with_slices(list, f, s..., to_slice(list[sizeof...(S)]));
        }
    }
    return f(s...);
}
} // namespace array_oracle
