// Movement of whole arrays: joins, permutations, other shapes.
#include "suit.hpp"

#include <xgrad/xgrad.hpp>

namespace fuzzer {
namespace {

operation concatenation()
{
    return array_operation(
        "concatenate",
        2,
        [](tensors& names, statement const& s) {
            names[s.target] =
                xgrad::concatenate({names[s.operands[0]], names[s.operands[1]]}, s.numbers[0]);
        },
        []<class Real>(arrays<Real> const& x, integers const& n) {
            auto const axis = axis_in(n, x[0]->lengths.size());
            auto const split = x[0]->lengths[axis];
            auto whole = x[0]->lengths;
            whole[axis] += x[1]->lengths[axis];
            return made<Real>(whole, [&](shape index) {
                bool const first = index[axis] < split;
                index[axis] -= first ? 0 : split;
                return x[first ? 0 : 1]->at(index);
            });
        },
        [](dice& d, shapes const& s) -> suited {
            if (s[0].empty() || s[0].size() != s[1].size()) {
                return {};
            }
            auto const numbers = integers{some_axis(d, s[0].size())};
            auto other = s[1];
            other[axis_in(numbers, other.size())] = s[0][axis_in(numbers, other.size())];
            return other == s[0] ? suited(numbers) : suited();
        });
}

operation stacking()
{
    return array_operation(
        "stack",
        2,
        [](tensors& names, statement const& s) {
            names[s.target] =
                xgrad::stack({names[s.operands[0]], names[s.operands[1]]}, s.numbers[0]);
        },
        []<class Real>(arrays<Real> const& x, integers const& n) {
            auto whole = x[0]->lengths;
            whole.insert(whole.begin() + n[0], 2);
            return made<Real>(whole, [&](shape index) {
                auto const which = index[static_cast<std::size_t>(n[0])];
                index.erase(index.begin() + n[0]);
                return x[which]->at(index);
            });
        },
        [](dice& d, shapes const& s) {
            return s[0] == s[1]
                ? suited(integers{static_cast<std::ptrdiff_t>(d.below(s[0].size() + 1))})
                : suited();
        });
}

// A movement: `call(x, numbers)`, and the index behind each index of the result.
template <class Call, class Shape, class Index, class Suit>
operation moved(std::string name, Call call, Shape after, Index behind, Suit suit)
{
    return array_operation(
        std::move(name),
        1,
        [call](tensors& names, statement const& s) {
            names[s.target] = call(names[s.operands[0]], s.numbers);
        },
        [after, behind]<class Real>(arrays<Real> const& x, integers const& n) {
            return made<Real>(after(x[0]->lengths, n), [&](shape const& index) {
                return x[0]->at(behind(index, x[0]->lengths, n));
            });
        },
        suit);
}

shape unsigned_shape(integers const& n)
{
    return shape(n.begin(), n.end());
}

shape same_shape(shape const& s, integers const&)
{
    return s;
}

suited some_order(dice& d, shapes const& s)
{
    integers order(s[0].size());
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[d.below(i)]);
    }
    return order;
}

suited another_shape(dice& d, shapes const& s)
{
    auto const n = static_cast<std::ptrdiff_t>(count(s[0]));
    for (std::ptrdiff_t factor = 4; factor > 1; --factor) {
        if (n % factor == 0 && d.one_in(2)) {
            return d.one_in(2) ? integers{factor, n / factor} : integers{n / factor, 1, factor};
        }
    }
    return integers{n};
}

suited a_larger_shape(dice& d, shapes const& s)
{
    integers wider(s[0].begin(), s[0].end());
    for (auto& length : wider) {
        length = length == 1 ? 1 + static_cast<std::ptrdiff_t>(d.below(3)) : length;
    }
    if (wider.size() < 3) {
        wider.insert(wider.begin(), 1 + static_cast<std::ptrdiff_t>(d.below(3)));
    }
    return wider;
}

} // namespace

std::vector<operation> const& movement()
{
    static std::vector<operation> const all{
        concatenation(),
        stacking(),
        moved(
            "transpose",
            [](auto const& x, integers const& n) { return xgrad::transpose(x, n); },
            [](shape const& s, integers const& n) {
                shape after;
                for (auto const axis : n) {
                    after.push_back(s[static_cast<std::size_t>(axis)]);
                }
                return after;
            },
            [](shape const& index, shape const&, integers const& n) {
                shape before(index.size());
                for (std::size_t i = 0; i < n.size(); ++i) {
                    before[static_cast<std::size_t>(n[i])] = index[i];
                }
                return before;
            },
            some_order),
        moved(
            "reshape",
            [](auto const& x, integers const& n) { return xgrad::reshape(x, n); },
            [](shape const&, integers const& n) { return unsigned_shape(n); },
            [](shape const& index, shape const& s, integers const& n) {
                return index_at(element_at(index, unsigned_shape(n)), s);
            },
            another_shape),
        moved(
            "ravel",
            [](auto const& x, integers const&) { return xgrad::ravel(x); },
            [](shape const& s, integers const&) { return shape{count(s)}; },
            [](shape const& index, shape const& s, integers const&) {
                return index_at(index[0], s);
            },
            [](dice&, shapes const&) { return suited(integers{}); }),
        moved(
            "expand_dims",
            [](auto const& x, integers const& n) { return xgrad::expand_dims(x, n[0]); },
            [](shape s, integers const& n) {
                s.insert(s.begin() + n[0], 1);
                return s;
            },
            [](shape index, shape const&, integers const& n) {
                index.erase(index.begin() + n[0]);
                return index;
            },
            [](dice& d, shapes const& s) {
                return suited(integers{static_cast<std::ptrdiff_t>(d.below(s[0].size() + 1))});
            }),
        moved(
            "broadcast",
            [](auto const& x, integers const& n) { return xgrad::broadcast(x, n); },
            [](shape const&, integers const& n) { return unsigned_shape(n); },
            [](shape const& index, shape const&, integers const&) { return index; },
            a_larger_shape),
        moved(
            "flip",
            [](auto const& x, integers const& n) { return xgrad::flip(x, n[0]); },
            same_shape,
            [](shape index, shape const& s, integers const& n) {
                auto const axis = axis_in(n, s.size());
                index[axis] = s[axis] - 1 - index[axis];
                return index;
            },
            one_axis),
        moved(
            "roll",
            [](auto const& x, integers const& n) { return xgrad::roll(x, n[1], n[0]); },
            same_shape,
            [](shape index, shape const& s, integers const& n) {
                auto const axis = axis_in(n, s.size());
                auto const length = static_cast<std::ptrdiff_t>(s[axis]);
                auto const from = static_cast<std::ptrdiff_t>(index[axis]) - n[1];
                index[axis] = static_cast<std::size_t>((from % length + length) % length);
                return index;
            },
            [](dice& d, shapes const& s) {
                auto numbers = one_axis(d, s);
                if (numbers) {
                    numbers->push_back(static_cast<std::ptrdiff_t>(d.below(7)) - 3);
                }
                return numbers;
            }),
        moved(
            "take",
            [](auto const& x, integers const& n) {
                return xgrad::take(x, std::vector<std::int64_t>(n.begin() + 1, n.end()), n[0]);
            },
            [](shape s, integers const& n) {
                s[axis_in(n, s.size())] = n.size() - 1;
                return s;
            },
            [](shape index, shape const& s, integers const& n) {
                auto const axis = axis_in(n, s.size());
                index[axis] = static_cast<std::size_t>(n[1 + index[axis]]);
                return index;
            },
            [](dice& d, shapes const& s) -> suited {
                auto numbers = one_axis(d, s);
                auto const times = 1 + d.below(4);
                for (std::size_t i = 0; numbers && i < times; ++i) {
                    auto const length = s[0][axis_in({(*numbers)[0]}, s[0].size())];
                    if (length == 0) {
                        return {};
                    }
                    numbers->push_back(static_cast<std::ptrdiff_t>(d.below(length)));
                }
                return numbers;
            }),
    };
    return all;
}

} // namespace fuzzer
