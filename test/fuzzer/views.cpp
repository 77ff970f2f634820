// Parts of an array, read and replaced.
#include "suit.hpp"

#include <xgrad/array/set.hpp>
#include <xgrad/array/view.hpp>

namespace fuzzer {
namespace {

// numbers: first, step, length, goes for each axis.
suited parts_of(dice& d, shapes const& s)
{
    if (s[0].empty()) {
        return {};
    }
    integers numbers;
    // Some lie in a row: leading indices, then a stretch.
    bool const in_a_row = d.one_in(3);
    for (std::size_t axis = 0; axis < s[0].size(); ++axis) {
        auto const length = s[0][axis];
        if (length == 0) {
            numbers.insert(numbers.end(), {0, 1, 0, 0});
            continue;
        }
        auto const n = static_cast<std::ptrdiff_t>(length);
        bool const goes = in_a_row ? axis + 1 < s[0].size() : d.one_in(4);
        auto const step = in_a_row ? 1 : std::vector<std::ptrdiff_t>{1, 1, 2, -1, -2}[d.below(5)];
        auto const first = static_cast<std::ptrdiff_t>(d.below(length));
        auto const most = step > 0 ? (n - 1 - first) / step + 1 : first / -step + 1;
        auto const taken = 1 + static_cast<std::ptrdiff_t>(d.below(static_cast<std::size_t>(most)));
        numbers.insert(numbers.end(), {first, step, goes ? 1 : taken, goes});
    }
    return numbers;
}

std::vector<part> parts(integers const& numbers)
{
    std::vector<part> result;
    for (std::size_t i = 0; i < numbers.size(); i += 4) {
        auto const length = static_cast<std::size_t>(numbers[i + 2]);
        result.push_back({numbers[i], numbers[i + 1], length, numbers[i + 3] != 0});
    }
    return result;
}

xgrad::slice slice_of(part const& p)
{
    using namespace xgrad::placeholders;
    if (p.goes) {
        return p.first;
    }
    auto const stop = p.first + p.step * static_cast<std::ptrdiff_t>(p.length);
    if (stop < 0) {
        return xgrad::range(p.first, _, p.step);
    }
    return xgrad::range(p.first, stop, p.step);
}

// f with one slice for each axis.
template <class F>
auto with_slices(integers const& numbers, F const& f)
{
    auto const p = parts(numbers);
    switch (p.size()) {
    case 1:
        return f(slice_of(p[0]));
    case 2:
        return f(slice_of(p[0]), slice_of(p[1]));
    case 3:
        return f(slice_of(p[0]), slice_of(p[1]), slice_of(p[2]));
    default:
        return f(slice_of(p[0]), slice_of(p[1]), slice_of(p[2]), slice_of(p[3]));
    }
}

operation view_operation()
{
    return array_operation(
        "view",
        1,
        [](tensors& names, statement const& s) {
            names[s.target] = with_slices(s.numbers, [&](auto const&... slices) {
                return xgrad::view(names[s.operands[0]], slices...);
            });
        },
        []<class Real>(arrays<Real> const& x, integers const& n) {
            auto const p = parts(n);
            return made<Real>(
                shape_of(p), [&](shape const& index) { return x[0]->at(index_behind(index, p)); });
        },
        parts_of);
}

operation set_operation()
{
    return array_operation(
        "set",
        2,
        [](tensors& names, statement const& s) {
            names[s.target] = with_slices(s.numbers, [&](auto const&... slices) {
                return xgrad::set(names[s.operands[0]], slices..., names[s.operands[1]]);
            });
        },
        []<class Real>(arrays<Real> const& x, integers const& n) {
            auto const p = parts(n);
            auto const place = shape_of(p);
            auto result = *x[0];
            for (std::size_t i = 0; i < count(place); ++i) {
                auto const index = index_at(i, place);
                result.at(index_behind(index, p)) = x[1]->at(index);
            }
            return result;
        },
        [](dice& d, shapes const& s) -> suited {
            for (int trial = 0; trial < 8; ++trial) {
                auto const numbers = parts_of(d, s);
                auto place = numbers ? shape_of(parts(*numbers)) : shape();
                auto const before = place;
                if (numbers && join(place, s[1]) && place == before) {
                    return numbers;
                }
            }
            return {};
        });
}

} // namespace

std::vector<operation> const& views()
{
    static std::vector<operation> const all{view_operation(), set_operation()};
    return all;
}

} // namespace fuzzer
